"""P14: MDN's HTTP Observatory, its own scanner with its own marks, at the site behind the nginx of deploy/."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import TOOLS
from tests.browser.site import ROOT, running_site
from tests.front import HOST, Front, shipped_nginx
from tests.needs import cannot_run

SCANNER = TOOLS / "@mdn" / "mdn-http-observatory"
PRELOADED = SCANNER / "conf" / "hsts-preload.json"
LOWEST = 20  # the oldest Node that it runs on


@pytest.fixture(scope="module")
def node() -> str:
    node = shutil.which("node") or cannot_run("needs Node: apt-get install nodejs")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < LOWEST:
        cannot_run(f"needs Node {LOWEST}, this is {version}")
    if not SCANNER.is_dir():
        cannot_run("needs MDN's HTTP Observatory in .tools: make test installs it with npm")
    if (
        not PRELOADED.exists()
    ):  # its install script would fetch what browsers know beforehand; of ours they know nothing
        PRELOADED.write_text("{}")
    return node


def scan(node: str, front: Front) -> dict:
    words = [node, "--import", ROOT / "tests" / "browser" / "observatory.mjs", SCANNER / "src" / "scan.js", HOST]
    environment = os.environ | {
        "NODE_EXTRA_CA_CERTS": str(front.certificate),
        "HTTP_PORT": str(front.http),
        "HTTPS_PORT": str(front.https),
    }
    run = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def test_p14_the_observatory_gives_its_highest_grade_and_a_site_without_our_headers_fails(node, tmp_path: Path):
    with running_site(
        tmp_path, SITE_URL=f"https://{HOST}", ALLOWED_HOSTS=f"127.0.0.1,{HOST}", TRUSTED_PROXIES="127.0.0.1"
    ) as site:
        with shipped_nginx(tmp_path / "front", site.port) as front:
            found = scan(node, front)
        with shipped_nginx(tmp_path / "bare", site.port, change=without_headers) as front:
            control = scan(node, front)
    marks = {name: test["result"] for name, test in found["tests"].items()}
    assert found["scan"]["statusCode"] == 200
    assert found["scan"]["testsFailed"] == 0, marks
    assert (found["scan"]["grade"], found["scan"]["score"] >= 120) == ("A+", True), found["scan"]
    assert control["scan"]["grade"] in ("D", "D-", "F"), control["scan"]


def without_headers(words: str) -> str:
    """Positive control: the scanner sees what is not there."""
    hidden = "".join(f"    proxy_hide_header {name};\n" for name in HEADERS)
    words = re.sub(r"(?m)^ +add_header .*\n", "", words)
    return words.replace("    proxy_http_version 1.1;\n", hidden + "    proxy_http_version 1.1;\n")


HEADERS = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Resource-Policy",
)
