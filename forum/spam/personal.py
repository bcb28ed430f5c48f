"""Details by which a person can be reached, robbed or known, in a text for everybody to read (PROMISES C7).

Numbers are held only when they prove to be what they look like: an account by its check digits (ISO 7064, mod 97), a
citizen service number by the eleven test and the word beside it. Nothing that is found is kept or logged.
"""

import re
import unicodedata
from html import unescape

from forum.spam.disguises import bare

_MAIL = re.compile(r"[\w.%+'-]{1,64}@[^\W_][\w.-]{0,190}\.[^\W\d_]{2,24}\b")
_AT = r"(?: ?[(\[{<*_|-]+ ?(?:at|@|apen?staart(?:je)?) ?[)\]}>*_|-]+ ?| ?@ ?| apen?staart(?:je)? )"
_DOT = r"(?: ?\. ?| ?[(\[{<*_|-]+ ?(?:\.|dot|punt) ?[)\]}>*_|-]+ ?| (?:dot|punt) )"
_NAME, _HOST, _ENDING = r"\b[A-Z0-9][A-Z0-9.%+-]{1,63}", r"[A-Z0-9-]{2,63}", r"[A-Z]{2,24}\b"
_MAIL_IN_WORDS = re.compile(rf"{_NAME}{_AT}{_HOST}{_DOT}{_ENDING}", re.IGNORECASE | re.ASCII)
_MAIL_IN_BRIEF = re.compile(rf"{_NAME}\(a\){_HOST}\.{_ENDING}", re.IGNORECASE | re.ASCII)
# "at" is a word, in Dutch too: only before a dot in words, or before a house where many have their mail.
_MAIL_AT = re.compile(
    rf"{_NAME} at {_HOST} (?:dot|punt) (?:nl|com|be|net|org|eu|de|uk|fr|info)\b"
    rf"|{_NAME} at (?:gmail|googlemail|hotmail|outlook|live|icloud|yahoo|proton(?:mail)?|gmx|ziggo|kpnmail|xs4all|planet|hetnet"
    r"|upcmail|casema|quicknet|zonnet|telfort|telenet|skynet) ?\. ?[a-z]{2,4}\b",
    re.IGNORECASE | re.ASCII,
)

_NOT_INSIDE = r"(?<![\w./=%#-])(?<![^A-Za-z]:)"  # not in an address of the web, nor in a longer number or a time
_GAP = r"[ .()/_-]{0,3}"
_END = r"(?![\w-]|[.,]\d)"
_DUTCH = re.compile(
    rf"{_NOT_INSIDE}(?:(?:\+|00){_GAP}31{_GAP}(?:0{_GAP})?|31 ?(?=6)|\(?0{_GAP})(?P<rest>[1-9](?:{_GAP}\d){{8}}){_END}",
    re.ASCII,
)
_ABROAD = re.compile(
    rf"{_NOT_INSIDE}(?:\+(?!31)[1-9]\d{{0,2}}|00 ?(?:3[02-469]|35[1-9]|4[013-9]|42\d|90|212|297|5999?|597))(?:{_GAP}\d){{7,12}}{_END}",
    re.ASCII,
)
# As Belgians write theirs, and mobile ones in Germany. Without the gaps nothing tells them from other numbers.
_NEIGHBOURS = re.compile(
    rf"{_NOT_INSIDE}(?:0[2349][ /.-]{{1,2}}\d{{3}}[ .]\d{{2}}[ .]\d{{2}}|0[15-9]\d[ /.-]{{1,2}}\d{{2}}[ .]\d{{2}}[ .]\d{{2}}"
    rf"|01[567]\d[ /-]{{1,3}}\d(?: ?\d){{6,7}}){_END}",
    re.ASCII,
)
_SPOKEN = re.compile(r"\b(?:nul ?zes|o6)(?=[ .-]{0,3}\d)", re.IGNORECASE)
_BOOK = re.compile(
    r"\b(?:isbn|issn|doi|kvk|btw|order|bestel(?:ling)?|artikel)\w*\W{1,3}(?:nr|nummer|no)?\W{0,2}$", re.IGNORECASE
)
_AREAS_OF_TWO = frozenset(
    f"{area}"
    for area in (10, 13, 15, 20, 23, 24, 26, 30, 33, 35, 36, 38, 40, 43, 45, 46, 50, 53, 55, 58, *range(70, 80))
)
_AREAS_OF_THREE = re.compile("1[1-8]|2[2-59]|3[14]|4[1-9]|5[1-79]|6|8[24578]|91")

_IBAN = re.compile(
    r"(?:(?<![A-Z0-9])|(?-i:(?<=[a-z])(?=[A-Z]{2}\d\d[A-Z])))"
    r"(?P<land>[A-Z]{2})(?P<rest> ?\d{2}(?:[ .\n/-]{0,2}[A-Z0-9]){11,30})",
    re.IGNORECASE | re.ASCII,
)
_IBAN_CHARS = {
    "NL": 18,
    "BE": 16,
    "DE": 22,
    "FR": 27,
    "GB": 22,
    "ES": 24,
    "IT": 27,
    "LU": 20,
    "AT": 20,
    "PT": 25,
    "IE": 22,
}
_IBAN_CHARS |= {
    "PL": 28,
    "DK": 18,
    "SE": 24,
    "NO": 15,
    "FI": 18,
    "CH": 21,
    "CZ": 24,
    "SK": 24,
    "HU": 28,
    "RO": 24,
    "BG": 22,
}
_IBAN_CHARS |= {
    "GR": 27,
    "HR": 21,
    "SI": 19,
    "LT": 20,
    "LV": 21,
    "EE": 20,
    "MT": 31,
    "CY": 28,
    "TR": 26,
    "IS": 26,
    "LI": 21,
}

_CITIZEN = re.compile(r"(?<![\w.,-])\d(?:[ .-]?\d){7,8}(?![\w-]|[.,]\d)", re.ASCII)
_REGISTER = re.compile(r"(?<![\w.,-])\d(?:[ .-]?\d){10}(?![\w-]|[.,]\d)", re.ASCII)
_REGISTER_WORD = re.compile(r"\b(?:rijksregister|num[eé]ro national|insz|nrn)", re.IGNORECASE)
_CITIZEN_WORD = re.compile(r"\b(?:bsn|b\.s\.n|burger ?service ?n|sofi|citizen service n)", re.IGNORECASE)
_NEAR = 40  # characters


def personal_data(text: str) -> str:
    """Which kind was found first: "iban", "bsn", "email", "phone"; "" for none."""
    text = _plain(text)
    if any(map(str.isdigit, text)):
        if has_account(text):
            return "iban"
        if has_citizen_number(text):
            return "bsn"
    if has_mail_address(text):
        return "email"
    return "phone" if has_phone_number(text) else ""


def _plain(text: str) -> str:
    """As it looks: no signs that are not seen, no full-width figures, one kind of space and dash."""
    if "&#" in text:
        text = unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", bare(text)).replace("\u2013", "-").replace("\u2014", "-")
    return text


def has_mail_address(text: str) -> bool:
    if "@" in text and _MAIL.search(text):
        return True
    return any(pattern.search(text) for pattern in (_MAIL_IN_WORDS, _MAIL_IN_BRIEF, _MAIL_AT))


def has_phone_number(text: str) -> bool:
    """Dutch ones as they are dialled in the Netherlands and from abroad; Belgian and German ones as they are written there;
    others with their country's number."""
    text = _SPOKEN.sub("06", text)
    if any(map(str.isdigit, text)) and (_ABROAD.search(text) or _NEIGHBOURS.search(text)):
        return True
    return any(_is_dialled(found, text) for found in _DUTCH.finditer(text))


def _is_dialled(found: re.Match[str], text: str) -> bool:
    digits = re.sub(r"\D", "", found["rest"])
    if _BOOK.search(text, max(0, found.start() - 20), found.start()):
        return False
    if len(set(digits)) < 3 or digits == "123456789":
        return False
    return digits[:2] in _AREAS_OF_TWO or bool(_AREAS_OF_THREE.match(digits))


def has_account(text: str) -> bool:
    for found in _IBAN.finditer(text):
        typed = re.sub(r"[ .\n/-]", "", found[0]).upper()
        chars = _IBAN_CHARS.get(found["land"].upper(), 0)
        if chars and len(typed) >= chars and _is_mod_97(typed[:chars]):
            return True
    return False


def _is_mod_97(account: str) -> bool:
    turned = account[4:] + account[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def has_citizen_number(text: str) -> bool:
    """One in eleven numbers of nine digits passes the test by chance, so a word beside it must say what it is. The Belgian
    one (rijksregisternummer) as well."""
    for found in _CITIZEN.finditer(text):
        digits = re.sub(r"\D", "", found[0]).zfill(9)
        around = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        if len(set(digits)) > 1 and _passes_eleven(digits) and _CITIZEN_WORD.search(around):
            return True
    for found in _REGISTER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        around = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        if _is_belgian(digits) and _REGISTER_WORD.search(around):
            return True
    return False


def _is_belgian(digits: str) -> bool:
    """The last two figures are what is left of the others, mod 97; a 2 before them since 2000."""
    return any(97 - int(before + digits[:9]) % 97 == int(digits[9:]) for before in ("", "2"))


def _passes_eleven(digits: str) -> bool:
    numbers = [int(digit) for digit in digits]
    total = sum(number * factor for number, factor in zip(numbers, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0
