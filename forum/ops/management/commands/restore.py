from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from forum.ops.backups import BackupError, restore


class Command(BaseCommand):
    help = "Make the site what it was when a backup was made. Stop web server and worker first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="also when there is a site already")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            manifest = restore(file, over_existing=replace)
        except BackupError as error:
            raise CommandError(str(error)) from None
        call_command("migrate", interactive=False, verbosity=0)  # a backup of an older release
        self.stdout.write(f"The site is as it was on {manifest['made_at']}.")
