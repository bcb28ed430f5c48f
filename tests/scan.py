"""bandit and semgrep over our own code: `python -m tests.scan`. Part of `make test`.

Both start with a positive control: what tests/semgrep/bad.py does wrong on purpose must be reported, each line by the rule
that it names; otherwise a scanner that reads nothing would pass. What bandit finds and we mean stands in MEANT with the
reason; whatever else it finds, or does not find any more, fails.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools" / "scan" / "bin"
RULES, BAD = "tests/semgrep/rules.yaml", "tests/semgrep/bad.py"
OURS = ("forum", "articles", "manage.py")

OWN_WORDS = "statements out of our own names; what was typed is a parameter (ruff: S608 in pyproject.toml)"
MEANT = {
    ("forum/ops/editions.py", "B608"): OWN_WORDS,
    ("forum/pagecache/versions.py", "B608"): OWN_WORDS,
    ("forum/prepared.py", "B608"): OWN_WORDS,
    ("forum/reactions/notify.py", "B608"): OWN_WORDS,
    ("forum/reactions/pace.py", "B608"): OWN_WORDS,
    ("forum/subscriptions/notify.py", "B608"): OWN_WORDS,
    ("forum/spam/akismet.py", "B104"): "a word for nobody; nothing is bound",
    ("forum/search/actions.py", "B608"): OWN_WORDS,
    ("forum/search/engines/postgresql.py", "B608"): OWN_WORDS,
    ("forum/search/engines/sqlite.py", "B608"): OWN_WORDS,
    ("forum/spam/memory.py", "B608"): OWN_WORDS,
    ("forum/site_settings.py", "B104"): "compares HOST with 0.0.0.0; nothing is bound",
    ("forum/text.py", "B308"): "the only place that declares HTML safe",
    ("forum/text.py", "B703"): "the only place that declares HTML safe",
}
CONTROLS = {"B301", "B310"}  # in bad.py: unpickling, an address that is opened


def main() -> int:
    wrong = [*bandit(), *semgrep()]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def bandit() -> list[str]:
    """From medium severity on."""
    found = Counter(
        (hit["filename"], hit["test_id"]) for hit in _results("bandit", "-q", "-ll", "-f", "json", "-r", *OURS)
    )
    control = {hit["test_id"] for hit in _results("bandit", "-q", "-ll", "-f", "json", BAD)}
    return [
        *(f"bandit did not find {name} in {BAD}" for name in sorted(CONTROLS - control)),
        *(f"bandit finds {name} in {file}, {found[file, name]} times" for file, name in sorted(found.keys() - MEANT)),
        *(
            f"bandit finds {name} in {file} no more: take it out of MEANT"
            for file, name in sorted(MEANT - found.keys())
        ),
    ]


def semgrep() -> list[str]:
    options = ("scan", "--config", RULES, "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--json")
    found = {(hit["path"], hit["start"]["line"], hit["check_id"].rpartition(".")[2]) for hit in
             _results("semgrep", *options, *OURS, BAD)}  # fmt: skip
    marked = re.compile(r"# ([a-z-]+)$")
    lines = (ROOT / BAD).read_text().splitlines()
    wanted = {(BAD, number, mark[1]) for number, line in enumerate(lines, 1) if (mark := marked.search(line))}
    rules = set(re.findall(r"(?m)^  - id: (.+)$", (ROOT / RULES).read_text()))
    return [
        *(f"semgrep: no line of {BAD} breaks {rule}" for rule in sorted(rules - {rule for _, _, rule in wanted})),
        *(f"semgrep did not find {rule} in {file}, line {line}" for file, line, rule in sorted(wanted - found)),
        *(f"semgrep finds {rule} in {file}, line {line}" for file, line, rule in sorted(found - wanted)),
    ]


def _results(program: str, *words: str) -> list[dict]:
    run = subprocess.run([TOOLS / program, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        said = json.loads(run.stdout)
    except ValueError:
        raise SystemExit(f"{program} failed: {run.stderr[-2000:]}") from None
    if said.get("errors"):
        raise SystemExit(f"{program} could not read everything: {said['errors']}")
    return said["results"]


if __name__ == "__main__":
    sys.exit(main())
