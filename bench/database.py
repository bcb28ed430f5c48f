"""What is measured happens in a database of its own that is thrown away: a SQLite file in a temporary folder, or a
PostgreSQL: the one that DATABASE_URL names (in a database beside it whose name starts with `test_`), or a server made for this.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ops.cluster import Cluster


@contextmanager
def throwaway_site() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="luisterkamer-bench-") as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="forum.settings", MODERATION="after")
        os.environ["SITE_URL"] = "http://127.0.0.1:8000"
        os.environ.update(LIMIT_PER_MINUTE="0", LIMIT_PER_HOUR="0", REACTIONS_PER_MINUTE="0")  # all come from here
        if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/unused.sqlite3"
        import django
        from django.conf import settings

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        Path(settings.STATIC_ROOT).mkdir()
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            settings.DATABASES["default"]["TEST"] = {"NAME": f"{folder}/bench.sqlite3"}
        django.setup()
        from django.db import connection

        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def programs_of_postgresql() -> Path | None:
    """The folder of its newest release on this machine; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


@contextmanager
def throwaway_cluster(programs: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL server as it comes: what it is asked by is in the environment that this gives."""
    with tempfile.TemporaryDirectory(prefix="luisterkamer-bench-pg-") as folder:
        cluster = Cluster(Path(folder), programs)
        cluster.start()
        try:
            yield {"PGHOST": folder, "DATABASE_URL": "postgres://postgres@/luisterkamer"}
        finally:
            cluster.stop("fast")
