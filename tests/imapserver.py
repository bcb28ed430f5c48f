"""A real IMAP server (Dovecot) on this machine, with one mailbox, for the tests that read mail."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from tests.mailserver import free_port
from tests.needs import cannot_run

USER, PASSWORD = "reacties", "geheim"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
{users}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
{login}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
{chroot}
}}
service stats {{
{chroot}
}}
namespace inbox {{
  inbox = yes
  separator = .
  prefix = INBOX.
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""


@dataclass
class ImapServer:
    port: int
    tls_port: int
    certificate: Path

    def url(self, folder: str = "INBOX") -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{folder}"

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20) as client:
            client.login(USER, PASSWORD)
            client.select_folder(folder)
            yield client

    def put(self, raw: bytes) -> None:
        with self.client() as client:
            client.append("INBOX", raw)

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """Of every mail in the folder, in order."""
        with self.client(folder) as client:
            found = client.get_flags(client.search("ALL"))
        return [{flag.decode() for flag in found[uid]} - {"\\Recent"} for uid in sorted(found)]

    def empty(self) -> None:
        with self.client() as client:
            for _, _, name in client.list_folders():
                client.select_folder(name)
                client.delete_messages(client.search("ALL"))
                client.expunge()


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    dovecot = shutil.which("dovecot", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin")
    if dovecot is None:
        cannot_run("needs dovecot: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))  # a short path: it holds sockets
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    as_root = os.geteuid() == 0
    uid, gid = (65534, 65534) if as_root else (os.getuid(), os.getgid())
    os.chown(folder / "mail", uid, gid)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ImapServer(free_port(), free_port(), folder / "cert.pem")
    me = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    mine = f"default_internal_user = {me}\ndefault_login_user = {me}"
    (folder / "conf").write_text(
        CONFIGURATION.format(
            folder=folder,
            port=server.port,
            tls_port=server.tls_port,
            password=PASSWORD,
            uid=uid,
            gid=gid,
            users="" if as_root else mine,
            login="" if as_root else "  chroot =",
            chroot="" if as_root else "  chroot =",
        )
    )
    process = subprocess.Popen(
        [dovecot, "-F", "-c", folder / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: ImapServer, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with server.client():
                return
        except OSError:
            time.sleep(0.1)
    said = log.read_text() if log.exists() else ""
    raise AssertionError(f"dovecot does not answer: {said} {process.stderr.read() if process.poll() else ''}")
