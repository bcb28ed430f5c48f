from typing import Any

from django.core.management.base import BaseCommand

from forum.ops import editions
from forum.search.actions import mend_index


class Command(BaseCommand):
    help = "Lays the database's triggers again where they are missing; `serve` does so by itself. May run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        if editions.mend():
            self.stdout.write("Laid the triggers that say when a page is old")
        if mend_index():
            self.stdout.write("Made the search index anew")
