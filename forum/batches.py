"""Work on very many rows, done so that nobody who posts waits for all of it."""

import time
from collections.abc import Callable

from django.db import connections, models, transaction

BATCH = 1_000
PAUSE_SECONDS = 0.05


def let_others_write(using: str = "default") -> None:
    """Between two batches. Who waits for SQLite's only writer looks whether it is free, every 25 ms at first, then every
    100: between two transactions that follow each other at once he may find it taken each time. PostgreSQL has no such lock.
    """
    if connections[using].vendor == "sqlite":
        time.sleep(PAUSE_SECONDS)


def in_batches(
    rows: "models.QuerySet[models.Model]",
    change: "Callable[[models.QuerySet[models.Model]], object]",
    *,
    size: int = BATCH,
) -> int:
    """`change` these rows, `size` at a time in the order of their keys, each time in a transaction of its own. Returns how
    many rows it saw. What is added after it began is not waited for: somebody may go on adding. `rows` says by a filter which
    are still to be done: whoever breaks off begins anew, and goes on where it was. Never within a transaction.
    """
    upto = rows.order_by("-pk").values_list("pk", flat=True).first()
    last, seen = None, 0
    while upto is not None and last != upto:
        rest = rows.filter(pk__lte=upto) if last is None else rows.filter(pk__gt=last, pk__lte=upto)
        keys = list(rest.order_by("pk").values_list("pk", flat=True)[:size])
        if not keys:
            break
        if last is not None:
            let_others_write(rows.db)
        with transaction.atomic(using=rows.db, durable=True):
            change(rows.filter(pk__gte=keys[0], pk__lte=keys[-1]))
        last, seen = keys[-1], seen + len(keys)
    return seen
