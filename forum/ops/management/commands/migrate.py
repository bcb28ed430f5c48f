from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from forum.migrating import politely


class Command(migrate.Command):
    help = f"{migrate.Command.help} On PostgreSQL nobody waits for it longer than a few seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        politely(connections[options["database"]], lambda: super(Command, self).handle(*args, **options))
