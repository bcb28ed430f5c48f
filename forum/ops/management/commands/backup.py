from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forum.ops.backups import BackupError, back_up


class Command(BaseCommand):
    help = "Write the database and the pictures to one file, while the site runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: a new one in DATA_DIR/backups")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        now = timezone.now()
        target = file or settings.DATA_DIR / "backups" / f"luisterkamer-{now:%Y%m%d-%H%M%S}.tar"
        try:
            manifest = back_up(target, now=now)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{target}: the database and {len(manifest['files']) - 1} pictures")
