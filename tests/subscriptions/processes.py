"""The same script in several processes at once, on a database with the rows of this test."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

PREAMBLE = """
import os, sys, json
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
import django
django.setup()
print("ready", flush=True)
sys.stdin.readline()
"""


def shared_database(folder: Path) -> str:
    """The address of a database that other processes can open too; on SQLite a copy of the one in memory."""
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(folder / "shared.sqlite3")
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")  # as a site's is from its first migration on
        copy.close()
        return f"sqlite:///{folder}/shared.sqlite3"
    place = connection.settings_dict
    who = f"{place['USER']}:{place['PASSWORD']}" if place["PASSWORD"] else place["USER"]
    return f"postgres://{who}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


def run_together(scripts: list[str], database: str) -> list:
    """Start all, let them go at the same moment, return the JSON that each printed last."""
    environment = {**os.environ, "DATABASE_URL": database, "SECRET_KEY": settings.SECRET_KEY}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PREAMBLE + script],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for script in scripts
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return [json.loads(words.splitlines()[-1]) for words in said]
