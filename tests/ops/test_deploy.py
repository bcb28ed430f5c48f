"""What an operator puts on his machine is read by the very programs it is for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.site import ROOT
from tests.needs import cannot_run

DEPLOY = ROOT / "deploy"
PACKAGES = {"nginx": "nginx-light", "caddy": "caddy", "systemd-analyze": "systemd", "openssl": "openssl"}


def need(program: str) -> str:
    path = shutil.which(program, path="/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin")
    return path or cannot_run(f"needs {program}: apt-get install {PACKAGES[program]}")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = run(need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=www.example.org",
               "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem")  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.parametrize("broken", [False, True], ids=["as shipped", "positive control"])
def test_nginx_reads_its_configuration(tmp_path: Path, certificate: Path, broken: bool):
    nginx = need("nginx")
    site = (DEPLOY / "nginx.conf").read_text()
    site = site.replace("/etc/letsencrypt/live/www.example.org", str(certificate))
    site = re.sub(r"listen (\[::\]:)?(80|443)", r"listen \g<1>1\2", site)
    if broken:
        site = site.replace("proxy_buffering", "proxy_bufering")
    (tmp_path / "site.conf").write_text(site)
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;\n"
        f"include {tmp_path}/site.conf; }}\n"
    )
    said = run(nginx, "-t", "-q", "-p", tmp_path, "-c", whole)
    assert bool(said.returncode) == broken, said.stderr
    assert broken or not said.stderr.strip(), said.stderr  # no warning either


@pytest.mark.parametrize("broken", [False, True], ids=["as shipped", "positive control"])
def test_caddy_reads_its_configuration(tmp_path: Path, monkeypatch, broken: bool):
    caddy = need("caddy")
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "Caddyfile"
    words = (DEPLOY / "Caddyfile").read_text()
    file.write_text(words.replace("reverse_proxy", "reverse_prox") if broken else words)
    said = run(caddy, "validate", "--adapter", "caddyfile", "--config", file)
    assert bool(said.returncode) == broken, said.stderr


@pytest.mark.parametrize("broken", [False, True], ids=["as shipped", "positive control"])
def test_systemd_reads_the_units(tmp_path: Path, broken: bool):
    analyze = need("systemd-analyze")
    units = []
    for unit in sorted(DEPLOY.glob("luisterkamer-*")):
        words = re.sub(r"(?m)^(ExecStart=)/opt/\S+", r"\1/bin/true", unit.read_text())  # not installed here
        (tmp_path / unit.name).write_text(words.replace("[Service]", "[Service]\nTyp=simple", 1) if broken else words)
        units.append(tmp_path / unit.name)
    assert len(units) == 6
    said = run(analyze, "verify", "--man=no", *units)
    ours = [line for line in said.stderr.splitlines() if "luisterkamer" in line]
    assert bool(ours) == broken, said.stderr


def test_what_the_units_start_is_what_serve_starts():
    """The web server's options in one place each: a change in one must reach the other."""
    from forum.ops.management.commands.serve import Command

    command = Command()
    command.address = "127.0.0.1"
    ours = {word for word in command._granian() if word.startswith("--")} - {"--log-level", "--respawn-interval"}
    unit = (DEPLOY / "luisterkamer-web.service").read_text()
    assert ours == set(re.findall(r"--[a-z0-9-]+", re.search(r"(?m)^ExecStart=.*$", unit)[0]))
