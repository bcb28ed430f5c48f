"""A fan-out writes its rows in batches, so that nobody who posts waits for all of them."""

import time

from django.db import connection

BATCH = 5_000  # followers per transaction; keeps SQLite's only writer busy for about a tenth of a second
PAUSE_SECONDS = 0.05


def let_others_write() -> None:
    """Between two batches. Who waits for SQLite's only writer looks whether it is free, every 25 ms at first, then every
    100: between two transactions that follow each other at once he may find it taken each time. PostgreSQL has no such lock.
    """
    if connection.vendor == "sqlite":
        time.sleep(PAUSE_SECONDS)
