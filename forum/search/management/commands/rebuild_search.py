from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forum.search.actions import mend_index, rebuild_index


class Command(BaseCommand):
    help = "Makes the search index anew. May run twice, and while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="only when its triggers are missing")

    def handle(self, *args: Any, if_needed: bool, **options: Any) -> None:
        if if_needed:
            self.stdout.write("The search index was made anew." if mend_index() else "The search index is in order.")
            return
        rebuild_index(report=self.stdout.write)
        self.stdout.write("The search index was made anew.")
