"""A reader's mail system: Dovecot keeps the mail, answers IMAP, and runs a Sieve script that says that she is away.

Its programs are started by hand, each for one errand, in a folder of their own and without any rights: no server listens.
"""

import imaplib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import cannot_run

SANNE = "sanne@lezers.example"
FOLDERS = ("/usr/lib/dovecot", "/usr/libexec/dovecot")
CONF = """
protocols = imap
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
mail_location = maildir:{home}/mail
ssl = no
stats_writer_socket_path =
postmaster_address = postmaster@lezers.example
sendmail_path = {home}/sendmail
protocol lda {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{home}/away.sieve
  sieve_user_email = {address}
}}
"""
AWAY = f'require ["vacation"];\nvacation :days 1 :addresses ["{SANNE}"] "Ik ben er even niet.";\n'


class Dovecot:
    def __init__(self, home: Path, programs: Path) -> None:
        self.home, self.programs = home, programs
        (home / "answers").mkdir()
        (home / "dovecot.conf").write_text(CONF.format(home=home, address=SANNE))
        (home / "away.sieve").write_text(AWAY)
        (home / "sendmail").write_text(f'#!/bin/sh\ncat >"{home}/answers/$$"\n')
        (home / "sendmail").chmod(0o755)
        if os.geteuid() == 0:
            for path in (home, *home.iterdir()):
                shutil.chown(path, "nobody")

    def command(self, program: str, *words: str) -> list[str]:
        away_from_root = ["setpriv", "--reuid=nobody", "--clear-groups", "--regid=65534"] if os.geteuid() == 0 else []
        environment = ["env", "-i", f"HOME={self.home}", "USER=sanne", "PATH=/usr/bin:/bin"]
        return [*away_from_root, *environment, f"{self.programs / program}", "-c", f"{self.home}/dovecot.conf", *words]

    def deliver(self, message: bytes, *, sender: str) -> None:
        run = subprocess.run(
            self.command("dovecot-lda", "-a", SANNE, "-r", SANNE, "-f", sender),
            input=message.replace(b"\r\n", b"\n"),
            capture_output=True,
            timeout=60,
            cwd=self.home,
        )
        assert run.returncode == 0, (run.stderr, self.log())

    def answers(self) -> list[str]:
        """What the script sent to those who wrote."""
        return [path.read_text() for path in sorted((self.home / "answers").iterdir())]

    def log(self) -> str:
        return (self.home / "log").read_text() if (self.home / "log").exists() else ""

    def threads(self) -> list[tuple[str, str]]:
        """(Message-ID, Message-ID of what it hangs on, "" for none), as THREAD REFERENCES tells."""
        imap = imaplib.IMAP4_stream(" ".join(self.command("imap")))  # logged in already: it is her own process
        try:
            imap.select("INBOX", readonly=True)
            _, found = imap.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            ids = {}
            for part in found:
                if isinstance(part, tuple):
                    ids[int(part[0].split()[0])] = part[1].decode().partition(":")[2].strip()
            _, [said] = imap.thread("REFERENCES", "US-ASCII", "ALL")
        finally:
            imap.logout()
        return sorted((ids[one], ids.get(above, "")) for one, above in parents(said.decode()))


def parents(said: str) -> Iterator[tuple[int, int]]:
    """(mail, what it hangs on or 0) out of "(3 6 (4 23)(44 7 96))". Source: RFC 5256, section 5."""
    above, last = [0], 0
    for word in re.findall(r"[()]|[0-9]+", said):
        if word == "(":
            above.append(last)
        elif word == ")":
            last = above.pop()
        else:
            yield int(word), last
            last = int(word)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    programs = next((Path(folder) for folder in FOLDERS if (Path(folder) / "imap").exists()), None)
    plugins = list(programs.glob("modules/*sieve_plugin.so")) if programs else []
    if programs is None or not plugins:
        cannot_run("Dovecot is not here: apt-get install dovecot-imapd dovecot-sieve")
    home = Path(tempfile.mkdtemp(prefix="reader-", dir="/tmp"))  # "nobody" may not look into the folders of pytest
    try:
        yield Dovecot(home, programs)
    finally:
        shutil.rmtree(home, ignore_errors=True)
