"""Can something be stored? A database that only follows another, a disk that was mounted read-only after a fault: every page
says so then. No statement is asked for it: PostgreSQL tells its connections by itself, since version 14.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

SECONDS = 5.0  # so long the finished pages believe it
STATES = (b"default_transaction_read_only", b"in_hot_standby")
_until = 0.0


def is_read_only() -> bool:
    """For who makes a page; what he saw others may use."""
    if connection.vendor == "sqlite":
        note_file(str(connection.settings_dict["NAME"]))
    elif connection.connection is not None and not connection.connection.closed:
        note_states(connection.connection.pgconn.parameter_status)
    return is_remembered()


def note_states(state: Callable[[bytes], bytes | None]) -> None:
    """`state`: how a connection answers what it was told. One through PgBouncer is told nothing, unless that is set up."""
    if any(state(name) == b"on" for name in STATES):
        _remember()


def note_file(path: str) -> None:
    if Path(path).exists() and not os.access(path, os.W_OK):
        _remember()


def is_remembered() -> bool:
    return time.monotonic() < _until


def forget() -> None:
    global _until
    _until = 0.0


def _remember() -> None:
    global _until
    _until = time.monotonic() + SECONDS
