"""`python -m bench [names]`: measure what the site promises about speed; a table for each part, and bench/results.json.

Everything is measured on SQLite and, when PostgreSQL is installed, on a server of it that is made for this and thrown away.
With DATABASE_URL=postgres://… only in a database beside that one, whose name starts with `test_`. BENCH_SIZE=full for the
largest sites. Ends with 1 when a budget is not kept, with 2 when a name is not known.
"""

import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

from bench.database import programs_of_postgresql, throwaway_cluster, throwaway_site
from bench.sizes import SIZE

PARTS = ("pages", "posting", "fanout", "mail", "processes", "weight", "threads", "search")
ONCE = ("weight",)  # whatever the database
RESULTS = Path(__file__).with_name("results.json")
INSIDE = "--results"  # the word before the file in which a run on one database leaves its figures


def main(words: list[str]) -> int:
    if words[:1] == [INSIDE]:
        return _measure(Path(words[1]), words[2:])
    if unknown := set(words) - set(PARTS):
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    wanted = [part for part in PARTS if not words or part in words]
    figures: dict[str, Any] = {"machine": machine(), "size": SIZE, "load_before": os.getloadavg()}
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        figures["postgresql"] = _run(wanted)
    else:
        figures["sqlite"] = _run(wanted)
        programs, wanted = programs_of_postgresql(), [part for part in wanted if part not in ONCE]
        if programs and wanted:
            with throwaway_cluster(programs) as where:
                figures["postgresql"] = _run(wanted, **where)
        elif wanted:
            print("-- not measured: PostgreSQL (apt-get install postgresql)", file=sys.stderr)
    figures["load_after"] = os.getloadavg()
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    measured = [figures[engine] for engine in ("sqlite", "postgresql") if engine in figures]
    broken = [
        f"{row['page']} ({one['engine']})"
        for one in measured
        for part in PARTS
        for row in one.get(part, ())
        if not row["kept"]
    ]
    if broken:
        print("Not kept:", "; ".join(broken), file=sys.stderr)
    return 1 if broken else 0


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return {
        "processor": next((line.partition(": ")[2] for line in lines if line.startswith("model name")), ""),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _run(parts: list[str], **where: str) -> dict[str, Any]:
    """In a process of its own: Django's settings are made once."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "bench", INSIDE, file.name, *parts]
        process = subprocess.Popen(command, env={**os.environ, **where})
        try:
            if process.wait():
                raise SystemExit("The measuring ended by itself; see above.")
        finally:
            process.terminate()  # what it started, it stops
            process.wait()
        measured: dict[str, Any] = json.loads(Path(file.name).read_text())
        return measured


def _measure(results: Path, parts: list[str]) -> int:
    with throwaway_site():
        from django.db import connection

        figures: dict[str, Any] = {"engine": connection.vendor, "version": _version()}
        for name in parts:
            measured = importlib.import_module(f"bench.{name}")
            print(f"\n{name}, {connection.vendor}, load {os.getloadavg()[0]:.1f}", flush=True)
            figures[name] = measured.measure()
            for row in measured.as_table(figures[name]):
                print(row, flush=True)
        results.write_text(json.dumps(figures))
    return 0


def _version() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        return str(cursor.fetchone()[0])


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)  # so that everything that was started is stopped
    sys.exit(main(sys.argv[1:]))
