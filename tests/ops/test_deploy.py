"""What an operator puts on his machine is read by the very programs it is for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from forum.ops.management.commands.serve import Command
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


@pytest.mark.parametrize("file", ["nginx.conf", "containers/nginx.conf"])
@pytest.mark.parametrize("broken", [False, True], ids=["as shipped", "positive control"])
def test_nginx_reads_its_configuration(tmp_path: Path, certificate: Path, broken: bool, file: str):
    nginx = need("nginx")
    site = (DEPLOY / file).read_text().replace("server web:8000", "server 127.0.0.1:8000")  # a name of compose's
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


def granian_options() -> set[str]:
    command = Command()
    command.address = "127.0.0.1"
    return {word for word in command._granian() if word.startswith("--")} - {"--log-level", "--respawn-interval"}


@pytest.mark.parametrize(
    ("file", "line"),
    [("luisterkamer-web.service", r"(?m)^ExecStart=.*$"), ("containers/Containerfile", r"(?m)^CMD .*$")],
)
def test_what_they_start_is_what_serve_starts(file: str, line: str):
    """The web server's options in one place each: a change in one must reach the others."""
    started = re.search(line, (DEPLOY / file).read_text())
    assert started and granian_options() == set(re.findall(r"--[a-z0-9-]+", started[0]))


COMPOSE = DEPLOY / "containers" / "compose.yaml"


@pytest.mark.parametrize("broken", [False, True], ids=["as shipped", "positive control"])
def test_compose_is_what_its_schema_allows(tmp_path: Path, broken: bool):
    file = tmp_path / "compose.yaml"
    words = COMPOSE.read_text()
    file.write_text(words.replace("restart: unless-stopped", "restrat: unless-stopped") if broken else words)
    said = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file)
    assert bool(said.returncode) == broken, said.stdout


def test_compose_gives_only_settings_that_exist():
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))
    for name in ("prepare", "web", "worker"):
        assert set(services[name]["environment"]) <= documented
    assert services["web"]["deploy"]["replicas"] == services["worker"]["deploy"]["replicas"] == 2


def test_the_container_holds_what_the_site_is_made_of():
    words = (DEPLOY / "containers" / "Containerfile").read_text()
    copied = {name for line in re.findall(r"(?m)^COPY (?!--)(.*)$", words) for name in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {"manage.py", "requirements.txt", "forum", "articles", "templates", "static", "locale"} <= copied
