import hashlib
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from articles.models import Article
from forum.ops.children import Commands, run_together

BLOCKING_THREADS = 8
HEADER_SECONDS = 10
STOP_SECONDS = 10
RESPAWN_SECONDS = 0.1  # out of memory, for one: the next process answers, with the same database


class Command(BaseCommand):
    help = "Runs the site: prepares the database and the static files, then web server and worker together."
    requires_system_checks = ()  # `make test` runs them; here they would only cost time

    def handle(self, *args: Any, **options: Any) -> None:
        self._look_at_port()
        self._migrate()
        self._collect_static()
        if (
            not Article.objects.exists() and not User.objects.exists()
        ):  # with an administrator it is somebody's own site
            self._say("Adding demo content")
            call_command("demo", verbosity=0, stdout=self.stdout)
        connections.close_all()
        ended = run_together(
            self._processes(),
            once_started=self._greet,
            once_again=lambda name: self._say(f"The {name} ended by itself, and was started again."),
        )
        if ended:
            raise CommandError(f"The {ended} does not stay; the site has been stopped.")

    def _look_at_port(self) -> None:
        try:
            kind, _, _, _, address = socket.getaddrinfo(settings.HOST, settings.PORT, type=socket.SOCK_STREAM)[0]
            with socket.socket(kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen()
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {settings.HOST} port {settings.PORT}: {error.strerror}."
                " With PORT=8001 make run the site listens elsewhere."
            ) from None
        self.address = str(address[0])

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Migrating the database")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("mend", stdout=self.stdout)

    def _collect_static(self) -> None:
        stamp = settings.DATA_DIR / "static.stamp"
        sources = _static_sources()
        if not stamp.exists() or stamp.read_text() != sources:
            self._say("Collecting static files")
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(sources)

    def _granian(self) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "forum.wsgi:application", "--interface", "wsgi"),
            *("--host", self.address, "--port", str(settings.PORT), "--http", "1", "--no-ws", "--log-level", "error"),
            *("--workers", "1", "--blocking-threads", str(BLOCKING_THREADS)),
            *("--respawn-failed-workers", "--respawn-interval", str(RESPAWN_SECONDS)),
            *("--http1-header-read-timeout", str(HEADER_SECONDS * 1000), "--workers-kill-timeout", str(STOP_SECONDS)),
        ]

    def _processes(self) -> Commands:
        ours: Commands = {"web server": self._granian(), "worker": self._command("worker")}
        return ours | ({"reader of mail": self._command("inbound")} if settings.INBOUND else {})

    def _command(self, name: str) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), name]

    def _greet(self) -> None:
        self._say(f"Luisterkamer is at {settings.SITE_URL}/ (Ctrl-C stops it)")
        login = settings.DATA_DIR / "demo-login.txt"
        if login.exists():
            name, _, password = login.read_text().splitlines()[0].partition(" ")
            self._say(f"Editors log in at {settings.SITE_URL}/accounts/login/ as {name} with password {password}")
        if settings.EMAIL_URL:
            self._say(f"Mail is sent through {urlsplit(settings.EMAIL_URL).hostname}")
        else:
            self._say(f"Mail is kept, and can be read at {settings.SITE_URL}/mailbox/")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _static_sources() -> str:
    """Changes when a static file changes, when one is added or removed, and with another Django."""
    digest = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            path = Path(storage.path(name))
            digest.update(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}\n".encode())
    return digest.hexdigest()
