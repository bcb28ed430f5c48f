"""Letters that pass for others, and the script of a letter. Small on purpose: the scripts our readers meet.

The twins are chosen by how the letters look in the site's own typefaces, after Unicode's list of confusables (UTS 39).
"""

import unicodedata

# Scripts whose spelling uses joiners, or stacks more than two marks on a letter.
NEEDS_JOINERS = frozenset(
    "ARABIC SYRIAC NKO MONGOLIAN DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA THAI "
    "LAO TIBETAN MYANMAR KHMER HEBREW".split()
)

_CYRILLIC = dict(zip("абвгеёзикмнопрстухіїјѕԁԛԝһґӏүҫ", "abbreesukmhonpctyxiijsdqwhrlyc", strict=True))
_GREEK = dict(zip("αβγεζηικμνορτυχωϲϳ", "abyeznikuvoptuxwcj", strict=True))
_DIGITS = {"0": "o", "1": "l", "3": "e", "5": "s", "|": "l", "!": "l", "$": "s", "@": "a"}
_LATIN = {"i": "l", "ı": "l", "ł": "l", "ø": "o", "đ": "d", "ß": "b", "æ": "ae", "œ": "oe", "ð": "d", "ħ": "h", "ɑ": "a",
          "ɡ": "g", "ɩ": "l", "ʟ": "l"}  # fmt: skip
_OTHER = _CYRILLIC | _GREEK | _DIGITS
LATIN_TWIN: dict[str, str] = {sign: _LATIN.get(twin, twin) for sign, twin in _OTHER.items()} | _LATIN


def script_of(char: str) -> str:
    """The first word of the character's name: LATIN, CYRILLIC, GREEK, ARABIC …; "" when it has none."""
    return unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0]
