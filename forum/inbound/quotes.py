"""What somebody wrote in an answer, without what he answered and without his signature.

quotequail knows how mail programs introduce a quote (“Op … schreef …:”). A reader may begin a line like that too, so it
only counts when it names us or when something quoted follows. Whatever names our address as mail programs do (“Van:
Luisterkamer <reacties@…>”) begins a quote in every language.
"""

import re
from collections.abc import Sequence

from quotequail import quote

MAX_LINES = 3_000
LINE_CHARS = 500  # of a line, as far as patterns look
MAX_FALSE_STARTS = 20
HEADER_LINE = re.compile(r"^[\s>*]*[^\W\d_][\w -]{0,20}\*?\s?:")
SEPARATOR = re.compile(r"^[\s>]*(?:_{5,}|-{3,}.{0,60}-{3,}|-{5,})\s*$")
IN_BRACKETS = re.compile(r"[<(\[]\s*(?:mailto:)?$")
SIGNATURE = re.compile(r"--\s?")
BY_DEVICE = re.compile(
    r"(?:verstuurd|verzonden|verstuur ik|sent) (?:vanaf|vanuit|via|from|with|met)\b.{0,80}"
    r"|(?:outlook voor|get outlook for|download outlook).{0,80}|.{0,20}outlook voor (?:ios|android|mac)\b.{0,60}"
    r"|sent from .{0,60}|(?:deze e-?mail|dit bericht) (?:is|werd) (?:verstuurd|verzonden) (?:met|vanaf)\b.{0,60}",
    re.IGNORECASE,
)


def own_words(text: str, *, ours: Sequence[str]) -> str:
    """`ours`: the name and the addresses by which a mail program may name what is answered; the name first."""
    lines = text.split("\n")[:MAX_LINES]
    seen = [line[:LINE_CHARS] for line in lines]
    ours = [word.lower() for word in ours if word]
    begins, ends = _quote(seen, ours)
    before, after = lines[:begins], lines[ends:]
    # Answers below or between: everything that is not quoted. Without marks nobody can tell what is whose.
    marked = any(line.lstrip().startswith(">") for line in after)
    below = [line for line in after if not line.lstrip().startswith(">")] if marked else []
    parts = [_signed_off(before), _signed_off(below)]
    return "\n\n".join(part for part in parts if part)


def _quote(lines: list[str], ours: Sequence[str]) -> tuple[int, int]:
    """(line on which the introduction of a quote begins, line after it); both the end when there is none."""
    introduced, addressed = _introduction(lines, ours), _address(lines, ours)
    return min(introduced, addressed)


def _introduction(lines: list[str], ours: Sequence[str]) -> tuple[int, int]:
    start, end = 0, len(lines)
    for _ in range(MAX_FALSE_STARTS):
        rest = "\n".join(lines[start:])
        parts = quote(rest, limit=MAX_LINES + 1, quote_intro_line=True)
        if len(parts) == 1:
            break
        begins = end - len(parts[1][1].split("\n"))
        shown = quote(rest, limit=MAX_LINES + 1)[0][1]
        ends = max(begins + 1, start + len(shown.split("\n")))
        if _is_quote(lines, begins, ends, ours):
            return begins, ends
        start = begins + 1
        if start >= end:
            break
    return end, end


def _is_quote(lines: list[str], begins: int, ends: int, ours: Sequence[str]) -> bool:
    introduction = " ".join(lines[begins:ends]).lower()
    following = [line for line in lines[ends : ends + 6] if line.strip()][:3]
    if introduction.startswith(">") or any(word in introduction for word in ours):
        return True
    if SEPARATOR.match(lines[begins]):
        return any(HEADER_LINE.match(line) for line in following)
    return bool(following) and following[0].lstrip().startswith(">")


def _address(lines: list[str], ours: Sequence[str]) -> tuple[int, int]:
    for at, line in enumerate(lines):
        if _names_us(line, lines[at + 1 : at + 2], ours):
            begins = at
            while begins and _leads_to(lines[begins - 1], lines[begins], ours[0]):
                begins -= 1
            return begins, at + 1
    return len(lines), len(lines)


def _names_us(line: str, following: list[str], ours: Sequence[str]) -> bool:
    """As a mail program does, and not as a writer may."""
    name, *addresses = ours
    low, is_header = line.lower(), bool(HEADER_LINE.match(line))
    if is_header and name in low and following and HEADER_LINE.match(following[0]):
        return True
    return any(
        (found := low.find(address)) >= 0
        and (is_header or low.rstrip().endswith(":") or IN_BRACKETS.search(low[:found]) is not None)
        for address in addresses
    )


def _leads_to(line: str, following: str, name: str) -> bool:
    """Belongs to the same introduction: a separator, another header, or the half of a line that was broken."""
    if SEPARATOR.match(line):
        return True
    if not line.strip():
        return False
    if HEADER_LINE.match(following):
        return bool(HEADER_LINE.match(line))
    return line.rstrip().endswith(("<", "(", "[")) or name in line.lower()


def _signed_off(lines: list[str]) -> str:
    """Without signature, and without what the telephone adds; empty lines at the ends gone."""
    cut = next((at for at, line in enumerate(lines) if SIGNATURE.fullmatch(line)), len(lines))
    lines = lines[:cut]
    while lines and (
        not lines[-1].strip() or SEPARATOR.match(lines[-1][:LINE_CHARS]) or BY_DEVICE.fullmatch(lines[-1].strip())
    ):
        lines = lines[:-1]
    return "\n".join(lines).strip("\n")
