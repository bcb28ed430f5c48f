"""A site of its own beside the tests' database, driven by commands as an operator does."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.browser.site import ROOT
from tests.migrated import Migrated, on_server, url_of

# Truth about one moment: what is counted equals what stands there, numbers without a gap.
TRUTH = """
import json
from articles.models import Discussion
from forum.reactions.models import Reaction
numbers = list(Reaction.objects.order_by("thread_no").values_list("thread_no", flat=True))
bodies = list(Reaction.objects.order_by("pk").values_list("body", flat=True))
print(json.dumps([Discussion.objects.get().visible, numbers, bodies]))
"""


class Place:
    """A data folder with a database of its own, of the kind that these tests run on unless `vendor` says another."""

    def __init__(self, folder: Path, name: str, *, vendor: str = "") -> None:
        self.folder = folder / name
        self.environment = os.environ | {"DATA_DIR": str(self.folder), "MODERATION": "after"}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.vendor = vendor or connection.vendor
        self.url = f"sqlite:///{self.folder / 'db.sqlite3'}"
        if self.vendor == "postgresql":
            self.database = f"backup_{os.getpid()}_{name}"
            self.url = url_of(self.database)
            on_server(f"CREATE DATABASE {self.database}")
        self.environment["DATABASE_URL"] = self.url

    def migrate(self, migrated: Migrated) -> None:
        if self.vendor == "postgresql":
            on_server(f"DROP DATABASE {self.database}")
            on_server(f"CREATE DATABASE {self.database} TEMPLATE {migrated.template()}")
        else:
            migrated.copy(self.folder / "db.sqlite3")

    def manage(self, *words: str, fails: bool = False) -> str:
        run = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment,
                             capture_output=True, text=True, check=False)  # fmt: skip
        assert bool(run.returncode) == fails, run.stdout + run.stderr
        return run.stdout + run.stderr

    def truth(self) -> tuple[int, list[int], list[str]]:
        return json.loads(self.manage("shell", "-v0", "-c", TRUTH))

    def away(self) -> None:
        if self.vendor == "postgresql":
            on_server(f"DROP DATABASE {self.database} WITH (FORCE)")
