"""One running site and Debian's Chromium for all browser tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.site import ROOT, Site, running_site, with_demo
from tests.needs import cannot_run

TOOLS = ROOT / ".tools" / "node_modules"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",  # root may not have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def browser_tools() -> None:
    if CHROMIUM is None:
        cannot_run("needs Chromium: apt-get install chromium")
    if shutil.which("java") is None:
        cannot_run("needs Java: apt-get install default-jre-headless")
    if not (TOOLS / "axe-core" / "axe.min.js").exists() or not (TOOLS / "vnu-jar").is_dir():
        cannot_run("needs axe-core and vnu-jar in .tools: make test installs them with npm")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def site(browser_tools: None, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the demo content; reactions appear at once."""
    folder = with_demo(shared_folder, tmp_path_factory.mktemp("site"))
    with running_site(folder, MODERATION="after", TRUSTED_PROXIES="127.0.0.1") as site:
        yield site
