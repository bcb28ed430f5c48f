"""How many mails does one worker hand over in a second, to a mail server that takes everything at once?

The worker itself (`manage.py worker`), with a long queue before it: each mail is claimed, built, sent and noted.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from django.conf import settings
from django.utils import timezone

from bench import bulk, servers, sizes
from bench.fanout import follow
from bench.generator import article_with
from bench.sizes import ROUNDS
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due

MAILS = 100  # in each round
SINK = """
import asyncio, sys

async def serve(reader, writer):
    writer.write(b"220 sink\\r\\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go on\\r\\n")
            await reader.readuntil(b"\\r\\n.\\r\\n")
        writer.write(b"221 bye\\r\\n" if word == b"QUIT" else b"250 sink\\r\\n")
        if word == b"QUIT":
            break
    writer.close()

async def main():
    await (await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), limit=2**22)).serve_forever()

asyncio.run(main())
"""


def measure() -> list[dict[str, Any]]:
    wanted = MAILS * (ROUNDS + 4)
    article = article_with(20)
    follow(article, wanted)
    Reaction.objects.filter(pk=article.reactions.order_by("pk").values_list("pk", flat=True)[0]).update(
        announced_at=None
    )
    announce_due()
    bulk.settle()
    with sink() as port, worker(EMAIL_URL=f"smtp://127.0.0.1:{port}") as pid:
        at = _wait_for(MAILS // 4)
        rates, cpu = [], []
        for _ in range(ROUNDS):
            begun, working = time.perf_counter(), servers.cpu_ms(pid)
            reached = _wait_for(at + MAILS)
            rates.append((reached - at) / (time.perf_counter() - begun))
            cpu.append((servers.cpu_ms(pid) - working) / (reached - at))
            at = reached
        memory = servers.pss_mb(pid)
    failed = OutgoingMail.objects.filter(
        status__in=["failed", "cancelled", "suppressed"], created_at__lte=timezone.now()
    )
    row: dict[str, Any] = {
        "page": f"mails of one worker to {'smtp-sink' if _smtp_sink() else 'a sink of ours'}",
        "kept": True,
    }
    row |= {"per_second": round(median(rates), 1), "cpu_ms": round(median(cpu), 2), "worker_mb": memory}
    row["not_sent"] = failed.count()
    row["kept"] = not row["not_sent"]
    return [row]


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    return sizes.table(figures, "per_second", "cpu_ms", "worker_mb", "not_sent")


def _wait_for(sent: int) -> int:
    end = time.monotonic() + 120
    while (now := OutgoingMail.objects.filter(status="sent").count()) < sent:
        if time.monotonic() > end:
            raise RuntimeError(f"only {now} of {sent} mails were sent")
        time.sleep(0.05)
    return now


@contextmanager
def worker(**changed: str) -> Iterator[int]:
    command = [sys.executable, "manage.py", "worker"]
    given = servers.environment(**changed)
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=given, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(75)


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink when it is there, else one of our own."""
    port = servers.free_port()
    program = _smtp_sink()
    command = [program, "-c", f"127.0.0.1:{port}", "100"] if program else [sys.executable, "-c", SINK, str(port)]
    if program and os.getuid() == 0:
        command[1:2] = ["-u", "nobody"]
    with servers.running(command, port, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield port


def _smtp_sink() -> str | None:
    return shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
