from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.ops.moving import MoveError, move_database


class Command(BaseCommand):
    help = "Copies the whole site into another, empty database, and compares the two. Stop the site first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="where to: postgres://user:password@host:5432/name, or sqlite:////path")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = move_database(options["url"], tell=self.stdout.write)
        except MoveError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Moved and compared: {moved} rows. Now set DATABASE_URL to the new address and start the site."
        )
