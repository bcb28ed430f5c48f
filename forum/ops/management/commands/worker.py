from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from forum.ops.worker import Worker


class Command(BaseCommand):
    help = "Announce reactions, send mail, tidy up; until stopped. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        if options["once"]:
            worker.run_until_idle()
        else:
            worker.stop_on_signals()
            worker.run()
