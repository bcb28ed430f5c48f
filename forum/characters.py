"""Which characters can be seen, and which ones play tricks: what `forum.cleaning` asks about every text.

Python knows no script or emoji properties; the first word of a character's name stands in for its script.
Source of the classes: Unicode 14 to 16, UTS 39 (identifiers), UTS 51 (emoji), UAX 9 (bidi), UAX 15 (stream-safe text).
"""

import re
import unicodedata
from functools import lru_cache

SPACES = " \t\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd\U00016fe4\U0001d159")
ZWNJ, ZWJ, VS16 = "\u200c", "\u200d", "\ufe0f"

# Scripts in which a joiner between two letters changes what is read.
JOINING_SCRIPTS = frozenset(
    [
        "ARABIC",
        "SYRIAC",
        "MANDAIC",
        "NKO",
        "MONGOLIAN",
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
        "KHMER",
        "MYANMAR",
        "TIBETAN",
        "BALINESE",
        "JAVANESE",
        "SUNDANESE",
        "CHAKMA",
        "GRANTHA",
        "NEWA",
        "LIMBU",
        "MEETEI",
    ]
)
MOST_MARKS = 2  # in a row, of the marks that fit any letter: what piles up over the lines above
MOST_OWN_MARKS = 5  # in a row, of a script's own marks: Burmese writes five, Hebrew with points four, Hindi three

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # Source: XML 1.0, production 2
_NEWLINES = re.compile("\r\n|[\r\u2028\u2029]")
_PICTURES = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_FLAG_TAGS = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
_KEYCAPS = re.compile("[0-9#*]\ufe0f?\u20e3")
_STREAM_SAFE = 30  # marks in a row; UAX 15. Composing a longer row takes the square of its length.

_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}
_OPENERS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_BIDI_PAIRS = re.compile("[\u202a-\u202e\u2066-\u2069\n]")
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def with_plain_newlines(text: str) -> str:
    return _NEWLINES.sub("\n", text)


def for_xml(text: str) -> str:
    """Without the characters that an XML document cannot hold, not even escaped."""
    return _NOT_IN_XML.sub("", text)


def is_storable(text: str) -> bool:
    """No control but LF and tab, no half of a pair, no code point that will never be a character."""
    return not _UNSTORABLE.search(text) and not any(ord(char) & 0xFFFE == 0xFFFE for char in _beyond_bmp(text))


def is_composable(text: str) -> bool:
    """Can NFC be made of it in linear time?"""
    row = 0
    for char in text if not text.isascii() else "":
        row = row + 1 if unicodedata.combining(char) else 0
        if row > _STREAM_SAFE:
            return False
    return True


def is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN and char not in FILLERS


_UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"))


def with_bidi_closed(text: str) -> str:
    """Every embedding and isolate ends in its own line; what ends nothing is dropped. Done twice it is the same."""
    if text.isascii() or not _BIDI_PAIRS.search(text):
        return text
    done: list[str] = []
    open_ends: list[str] = []
    last = 0
    for found in _BIDI_PAIRS.finditer(text):
        char = found[0]
        done.append(text[last : found.start()])
        last = found.end()
        if char == "\n":
            done.append("".join(reversed(open_ends)) + char)
            open_ends.clear()
        elif char in _OPENERS:
            done.append(char)
            open_ends.append(_OPENERS[char])
        elif open_ends and open_ends[-1] == char:
            done.append(char)
            open_ends.pop()
    return "".join([*done, text[last:], *reversed(open_ends)])


def fits_a_name(text: str) -> bool:
    """Every character is seen, or belongs where it stands. `text` is NFC."""
    if text.isascii():
        return text.isprintable()
    text = _KEYCAPS.sub("0", _FLAG_TAGS.sub("\U0001f3f4", text))
    marks: list[str] = []
    for at, char in enumerate(text):
        category = unicodedata.category(char)
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if char in (ZWNJ, ZWJ):
            if not _joins(char, before, after):
                return False
        elif _is_selector(char):
            if not _selects(char, before):
                return False
        elif (
            char in FILLERS
            or category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
            or category == "Cn"
            and not _PICTURES.match(char)
        ):
            return False
        if category in ("Mn", "Me", "Mc") and not _is_selector(char):
            marks.append(char)
            base = text[at - len(marks) : at - len(marks) + 1]
            if not base or base == " " or not _may_stack(base, marks):
                return False
        else:
            marks.clear()
    return True


@lru_cache(maxsize=4096)
def script(char: str) -> str:
    """LATIN, CYRILLIC, HAN …; COMMON for what every script shares; "" when nobody knows."""
    name = unicodedata.name(char, "")
    category = unicodedata.category(char)
    if name.startswith(("COMBINING ", "VARIATION SELECTOR", "ZERO WIDTH")):
        return "COMMON"
    if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ITERATION")):
        return "HAN"
    if name.startswith("KATAKANA-HIRAGANA"):
        return "KATAKANA"
    if category[0] in "LM":
        return name.split(" ")[0].split("-")[0]
    return "COMMON"


def _may_stack(base: str, marks: list[str]) -> bool:
    own = [mark for mark in marks if script(mark) == script(base) != "COMMON"]
    if len(marks) - len(own) > MOST_MARKS or len(own) > MOST_OWN_MARKS:
        return False
    return len(set(marks)) == len(marks)


def _joins(joiner: str, before: str, after: str) -> bool:
    if joiner == ZWJ and before and after and _PICTURES.match(after):
        return bool(_PICTURES.match(before)) or before == VS16
    if not before or script(before) not in JOINING_SCRIPTS:
        return False
    if unicodedata.combining(before) == 9:  # a virama: the joiner shapes what stands before it
        return True
    return bool(after) and script(after) == script(before)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= VS16 or "\U000e0100" <= char <= "\U000e01ef" or char in "\u180b\u180c\u180d\u180e\u180f"


def _selects(selector: str, before: str) -> bool:
    if selector in ("\ufe0e", VS16):
        return bool(before and _PICTURES.match(before))
    wanted = "MONGOLIAN" if selector < "\ufe00" else "HAN"
    return bool(before) and script(before) == wanted


def _beyond_bmp(text: str) -> str:
    return "" if text.isascii() else re.sub("[\x00-\uffff]+", "", text)
