"""A fan-out writes its rows in batches, so that nobody who posts waits for all of them."""

from forum.batches import let_others_write

__all__ = ["BATCH", "let_others_write"]

BATCH = 5_000  # followers per transaction; keeps SQLite's only writer busy for about a tenth of a second
