"""What judges a page: the HTML checker, axe, and whether it has to be scrolled sideways. Each is shown a weak page first."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import TOOLS

AXE = TOOLS / "axe-core" / "axe.min.js"
VNU = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],  # of what passes, how much; naming every element of it takes longer than judging
}
JUDGE = "options => axe.run(document, options).then(({passes, violations}) => ({passes: passes.length, violations}))"
WEAK = "<!doctype html><html lang=nl><title>x</title><p><div></p><img src=x>"
DELIBERATE = "The “list” role is unnecessary for element “ol”."  # kept for Safari, see DESIGN: thread


def html_faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What the checker says of these pages (name -> HTML), all in one run: starting Java takes longer than checking."""
    for number, (name, html) in enumerate(pages.items()):
        (folder / f"{number:02}-{re.sub('[^a-z0-9]+', '-', name.lower())}.html").write_text(html)
    weak = folder / "zz-weak.html"
    weak.write_text(WEAK)
    run = subprocess.run(
        ["java", "-jar", str(VNU), "--format", "json", "--exit-zero-always", *map(str, sorted(folder.glob("*.html")))],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    notes = json.loads(run.stderr)["messages"]
    assert any(weak.name in note["url"] for note in notes), "the checker did not see the weak page"
    return [
        f"{note['url'].rsplit('/', 1)[1]}:{note.get('lastLine')} {note['message']} {note.get('extract', '')}"
        for note in notes
        if weak.name not in note["url"] and note["message"] != DELIBERATE
    ]


def barriers(page: Page, name: str) -> list[str]:
    """What axe finds on the page that is shown."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(JUDGE, AXE_OPTIONS)
    assert found["passes"], name
    return [
        f"{name}: {one['id']} at {', '.join(' '.join(map(str, node['target'])) for node in one['nodes'][:3])}"
        for one in found["violations"]
    ]


def is_too_wide(page: Page) -> bool:
    """Has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
