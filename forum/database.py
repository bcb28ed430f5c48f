"""An address of a database, read into what Django's DATABASES takes.

Source of the SQLite options: PROMISES P1 and P3 (measured: without IMMEDIATE, about nine in ten of eight concurrent posts
failed).
"""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from forum.environment import BASE_DIR


def database(variable: str, url: str, *, pool: int, seconds: int = 0) -> dict[str, Any]:
    """`variable` is named in the sentence when the address cannot be right; `pool`: most connections per process;
    `seconds`: longest statement, waiting for a lock included; 0 for no limit. SQLite waits 20 seconds for its one writer.
    """
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"{variable} starts with “{scheme}”. Allowed: sqlite:///path, postgres://user:password@host/name."
        )
    try:
        read: dict[str, Any] = environ.Env.db_url_config(url)
    except (ValueError, LookupError):
        raise ImproperlyConfigured(
            f"{variable} cannot be read. It must look like sqlite:///path or postgres://user:password@host:5432/name."
        ) from None
    return _sqlite(read) if scheme == "sqlite" else _postgresql(read, pool, seconds)


def replica_of(primary: dict[str, Any], url: str, *, seconds: int) -> dict[str, dict[str, Any]]:
    """A copy of it that may be read from: see forum/replica.py. Who waits for it waits a second, then asks the primary."""
    if not primary["ENGINE"].endswith("postgresql") or urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL must look like postgres://user:password@host:5432/name, and so must DATABASE_URL."
        )
    copy = database("DATABASE_REPLICA_URL", url, pool=primary["OPTIONS"]["pool"]["max_size"], seconds=seconds)
    copy["OPTIONS"]["pool"]["timeout"] = 1
    return {"replica": copy | {"TEST": {"MIRROR": "default"}}}


def _sqlite(read: dict[str, Any]) -> dict[str, Any]:
    if read["NAME"] not in (":memory:", ""):
        read["NAME"] = BASE_DIR / read["NAME"]
    return read | {
        "CONN_MAX_AGE": 60,  # seconds; opening the file for every request cost more than what was asked of it
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(read: dict[str, Any], pool: int, seconds: int) -> dict[str, Any]:
    limit = {"options": f"-c statement_timeout={seconds}s"} if seconds else {}
    return read | {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **limit,
            **read.get("OPTIONS", {}),
            "pool": {
                "min_size": 1,
                "max_size": pool,
                "timeout": 5,
                # Give up early, so that the next request tries anew: the pauses of a patient pool double up to minutes,
                # and a database that had come back was not noticed for as long.
                "reconnect_timeout": 2,
            },
            "connect_timeout": 5,
        },
    }
