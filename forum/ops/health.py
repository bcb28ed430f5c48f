"""Is everything there that the site needs? For who watches it, and for the bar above the pages of the staff."""

import os
import socket
from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now
from django.utils.crypto import get_random_string

from forum.ops.models import Heartbeat
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.readonly import is_read_only

BEAT_SECONDS = 15
SILENT_AFTER = timedelta(seconds=120)  # a round of work may take half a minute, and a few of them may be slow
GONE_AFTER = timedelta(days=1)
OLD_QUEUE = timedelta(minutes=15)  # PROMISES section E, "worker absent"


def beat() -> None:
    """Say that this worker lives; forget those that have been silent for a day. May run as often as one likes."""
    name = f"{socket.gethostname()[:80]}:{os.getpid()}"
    Heartbeat.objects.update_or_create(worker=name, defaults={"beat_at": Now()})
    Heartbeat.objects.filter(beat_at__lt=Now() - GONE_AFTER).delete()


def rest() -> None:
    """This worker stops by itself."""
    Heartbeat.objects.filter(worker=f"{socket.gethostname()[:80]}:{os.getpid()}").delete()


def report() -> dict[str, str]:
    """What is asked -> "ok", or what is the matter; in English, for machines and their keepers. Never raises."""
    found = {"database": _database()}
    if not found["database"].startswith("does not"):
        found["worker"] = _worker()
        found["queue"] = "ok" if not is_behind() else f"work has been waiting for more than {OLD_QUEUE}"
    found["cache"] = _cache()
    return found


def is_behind() -> bool:
    """Mail or the announcement of a reaction has been due for more than OLD_QUEUE: is there a worker?"""
    due = OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED, lead=None, due_at__lt=Now() - OLD_QUEUE)
    unannounced = Reaction.objects.unannounced().filter(published_at__lt=Now() - OLD_QUEUE)
    return due.exists() or unannounced.exists()


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as fault:
        return f"does not answer ({type(fault).__name__})"
    return "can only be read" if is_read_only() else "ok"


def a_worker_lives() -> bool:
    return Heartbeat.objects.filter(beat_at__gt=Now() - SILENT_AFTER).exists()


def _worker() -> str:
    return "ok" if a_worker_lives() else f"none has been heard of for {SILENT_AFTER}"


def _cache() -> str:
    word = get_random_string(12)
    asked = getattr(cache, "server", cache)  # not the process's own memory, which stands in for a server that is away
    try:
        asked.set("readyz", word, 10)
        return "ok" if asked.get("readyz") is not None else "forgets what it is told"
    except Exception as fault:  # noqa: BLE001  every client library has its own errors
        return f"does not answer ({type(fault).__name__})"
