"""Real workers: `manage.py worker` as processes of their own, over a database that they share."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings


def start_worker(database: str, mail_port: int, folder: Path, *arguments: str, lease: int = 1) -> subprocess.Popen:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.outbox.site_settings",
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_LEASE_SECONDS": str(lease),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_DIR": str(folder),
    }
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "worker", *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def states(database: str) -> list[str]:
    """Of every mail, as another process sees them."""
    script = (
        "import django; django.setup()\n"
        "from forum.outbox.models import OutgoingMail\n"
        "print(*OutgoingMail.objects.values_list('status', flat=True))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.outbox.site_settings", "DATABASE_URL": database}
    asked = [sys.executable, "-c", script]
    return subprocess.check_output(asked, cwd=settings.BASE_DIR, env=environment, text=True).split()
