"""`python -m bench [threads] [search] [pages]`: measure what the site promises about speed; one table, and bench/results.json.

Everything happens in a database of its own that is thrown away: a SQLite file in a temporary folder, or, when
DATABASE_URL names a PostgreSQL, a database beside it whose name starts with `test_`.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

MEASURED = ("threads", "search", "pages")
RESULTS = Path(__file__).with_name("results.json")


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


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(MEASURED)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(MEASURED)}.", file=sys.stderr)
        return 2
    about: dict[str, Any] = {"python": platform.python_version(), "cpus": os.cpu_count()}
    broken: list[str] = []
    with throwaway_site():
        from django.db import connection

        about["engine"] = connection.vendor
        for name in wanted or MEASURED:
            measured = import_module(f"bench.{name}")
            about[name] = measured.measure()
            for row in measured.as_table(about[name]):
                print(row)
            broken += [figure["page"] for figure in about[name] if not figure["kept"]]
    RESULTS.write_text(json.dumps(about, indent=2) + "\n")
    if broken:
        print("Not kept:", ", ".join(broken), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
