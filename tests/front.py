"""The nginx of deploy/ before a running site, on two free ports, with a certificate that nobody else signed."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mailserver import free_port
from tests.needs import cannot_run

ROOT = Path(__file__).resolve().parent.parent
HOST = "www.example.org"


@dataclass(frozen=True)
class Front:
    http: int
    https: int
    certificate: Path


def need(program: str) -> str:
    path = shutil.which(program, path="/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin")
    return path or cannot_run(f"needs {program}: apt-get install {program}")


@contextmanager
def shipped_nginx(folder: Path, site: int, *, change: Callable[[str], str] = str) -> Iterator[Front]:
    """`change`: of the words of nginx.conf, for a positive control."""
    folder.mkdir()
    front = Front(free_port(), free_port(), folder / "fullchain.pem")
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
                    "-addext", f"subjectAltName=DNS:{HOST},DNS:example.org", "-keyout", folder / "privkey.pem",
                    "-out", front.certificate], check=True, capture_output=True)  # fmt: skip
    words = (ROOT / "deploy" / "nginx.conf").read_text()
    words = re.sub(r"(?m)^    listen \[::\].*\n", "", words)
    words = words.replace("/etc/letsencrypt/live/www.example.org", str(folder)).replace(
        "127.0.0.1:8000", f"127.0.0.1:{site}"
    )
    words = words.replace("listen 80;", f"listen 127.0.0.1:{front.http};")
    words = words.replace("listen 443 ", f"listen 127.0.0.1:{front.https} ")
    (folder / "site.conf").write_text(change(words))
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; daemon off;\n"
        f"events {{ worker_connections 1000; }}\nhttp {{ access_log off;\n{temporary}include {folder}/site.conf; }}\n"
    )
    process = subprocess.Popen([need("nginx"), "-p", folder, "-c", folder / "nginx.conf"])
    try:
        for _ in range(100):
            if (folder / "pid").exists():
                break
            time.sleep(0.05)
        yield front
    finally:
        process.terminate()
        process.wait()
