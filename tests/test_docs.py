"""What is public is documented; what is documented exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
SETTINGS = "".join(path.read_text() for path in (ROOT / "forum").glob("*settings.py"))
MAKEFILE = (ROOT / "Makefile").read_text()
PINS = [*ROOT.glob("requirements*.txt"), ROOT / "tests" / "browser" / "package-lock.json", ROOT / "pyproject.toml"]


def read_variables() -> set[str]:
    call = r"(?:env\.(?:str|list)|one_of|whole_number|yes_or_no)\(\s*\"([A-Z_]+)\""
    return set(re.findall(call, SETTINGS))


def documented_variables() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", CONFIGURATION, re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else():
    assert documented_variables() == read_variables()


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_papers_lead_somewhere(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_papers_that_people_look_for_exist():
    wanted = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs/architecture.md")
    assert [name for name in wanted if not (ROOT / name).exists()] == []


def test_every_make_target_explains_itself_and_stands_in_the_readme():
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    assert (
        targets
        == re.findall(r"^([a-z]+):\s+## \S", MAKEFILE, re.MULTILINE)
        == ["help", "run", "test", "bench", "rehearse"]
    )
    readme = (ROOT / "README.md").read_text()
    assert [target for target in targets if f"make {target}" not in readme and target != "help"] == []


def test_no_file_of_pins_names_where_packages_come_from():
    named = [path.name for path in PINS if re.search(r"https?://|--(?:extra-)?index-url|resolved", path.read_text())]
    assert named == []
