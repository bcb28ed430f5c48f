"""Every sentence has its Dutch, and what is compiled is what is written. Needs no gettext on the machine."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "nl" / "LC_MESSAGES"

Key = tuple[str | None, str]  # context, message id

# How many words before the id (a context), and how many ids: singular and plural
CALLS = {"_": (0, 1), "gettext": (0, 1), "gettext_lazy": (0, 1), "gettext_noop": (0, 1)}
CALLS |= {"ngettext": (0, 2), "ngettext_lazy": (0, 2), "pgettext": (1, 1), "pgettext_lazy": (1, 1), "npgettext": (1, 2)}
LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")


def key_of(name: str, words: list[str]) -> Key:
    before, _ = CALLS[name]
    return (words[0] if before else None, words[before])


def in_code() -> Iterator[tuple[Key, str]]:
    for folder in ("articles", "forum"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name not in CALLS:
                    continue
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if len(words) >= sum(CALLS[name]):
                    yield key_of(name, words), f"{path.relative_to(ROOT)}:{node.lineno}"


def in_templates() -> Iterator[tuple[Key, str]]:
    for path in (ROOT / "templates").rglob("*.*"):
        for name, literals in TEMPLATE_CALL.findall(templatize(path.read_text(), origin=str(path))):
            words = [ast.literal_eval(literal) for literal in re.findall(LITERAL, literals)]
            yield key_of(name, [word.replace("%%", "%") for word in words]), str(path.relative_to(ROOT))


def catalogue() -> dict[Key, tuple[str, list[str], set[str]]]:
    """(context, id) -> (plural id, translations, flags), read from the .po file."""
    found: dict[Key, tuple[str, list[str], set[str]]] = {}
    for entry in re.split(r"\n\s*\n", (FOLDER / "django.po").read_text()):
        lines = [line for line in entry.splitlines() if not line.startswith("#~")]
        flags = {flag.strip() for line in lines if line.startswith("#,") for flag in line[2:].split(",")}
        parts: dict[str, str] = {}
        current = ""
        for line in lines:
            if match := re.match(r"(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (\".*\")$", line):
                current, text = match[1], match[2]
                parts[current] = ""
            elif line.startswith('"') and current:
                text = line
            else:
                continue
            parts[current] += ast.literal_eval(text)
        if "msgid" in parts:
            translations = [text for name, text in parts.items() if name.startswith("msgstr")]
            found[parts.get("msgctxt"), parts["msgid"]] = (parts.get("msgid_plural", ""), translations, flags)
    return found


@pytest.fixture(scope="module")
def dutch() -> dict[Key, tuple[str, list[str], set[str]]]:
    entries = catalogue()
    entries.pop((None, ""))
    return entries


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


def test_every_sentence_on_pages_and_in_mails_is_in_the_catalogue(dutch):
    used = [*in_code(), *in_templates()]
    assert len(used) > 100  # positive control: the search finds what is there
    missing = {f"{where}: {key[1]}" for key, where in used if key not in dutch}
    assert not missing, "\n".join(sorted(missing))


def test_every_entry_is_translated_and_none_is_a_guess(dutch):
    untranslated = [key[1] for key, (_, texts, flags) in dutch.items() if not all(texts) or "fuzzy" in flags]
    assert untranslated == []


def test_a_translation_holds_the_same_values_as_its_sentence(dutch):
    wrong = [
        key[1]
        for key, (plural, texts, _) in dutch.items()
        if placeholders(texts[-1]) != placeholders(plural or key[1])
        or not placeholders(texts[0]) <= placeholders(texts[-1])
    ]
    assert wrong == []


def test_what_is_compiled_is_what_is_written(dutch):
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    different = []
    for (context, message), (plural, texts, _) in dutch.items():
        if plural:
            said = [
                compiled.npgettext(context, message, plural, n) if context else compiled.ngettext(message, plural, n)
                for n in (1, 2)
            ]
        else:
            said = [compiled.pgettext(context, message) if context else compiled.gettext(message)]
        if said != texts:
            different.append(message)
    assert different == [], "run: python manage.py compilemessages"
    written = {message for _, message in dutch} | {""}
    in_file = {(key[0] if isinstance(key, tuple) else key).rsplit("\x04")[-1] for key in compiled._catalog}  # type: ignore[attr-defined]
    assert in_file <= written
