from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forum.ops.demo.building import LOGINS, build


class Command(BaseCommand):
    help = "Fills the site with demo articles, pictures and reactions; a second run adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        made = build(timezone.now())
        self.stdout.write(f"Added {made.articles} articles, {made.pictures} pictures and {made.reactions} reactions.")
        if made.logins:
            self.stdout.write(f"Logins made: {', '.join(made.logins)}. Their passwords are in {LOGINS}.")
