"""A fan-out writes its rows in batches, so that nobody who posts waits for all of them (forum.batches)."""

BATCH = 5_000  # followers per transaction; keeps SQLite's only writer busy for about a tenth of a second
