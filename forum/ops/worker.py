"""Work outside the request. The tables are the queue (docs/decisions/0005): ask what is due, do it, ask again."""
