"""The words of a mail: of all its parts the text, in whatever alphabet it says or pretends to be, as its writer typed it."""

import re
from email.message import Message

import lxml.etree
import lxml.html
from html_text import extract_text

from forum.inbound.incoming import Unreadable, leaves

MAX_CHARS = 100_000
# Only alphabets: Python knows codecs that unpack, and some that take the square of a text's length.
ALPHABET = re.compile(
    r"(us-?ascii|utf-?8|utf-?16(le|be)?|latin-?[1-9]|iso-?8859-?\d{1,2}|windows-?125\d|cp125\d|koi8-?[ru]|macintosh"
    r"|gb2312|gbk|gb18030|big5|euc-?(jp|kr)|shift_?jis|iso-2022-(jp|kr)|tis-?620)",
    re.ASCII,
)
AS_BROWSERS_READ = {
    "usascii": "cp1252",
    "ascii": "cp1252",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "iso88599": "cp1254",
}
QUOTES = "//blockquote[@type='cite'] | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
QUOTES += " | //*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')] | //*[@id='divRplyFwdMsg']"
QUOTES += "/following-sibling::* | //*[@id='divRplyFwdMsg'] | //*[@id='appendonsend']/following-sibling::*"
WIDE = 60  # a shorter line was ended by its writer
WRAPPED_AT = 72  # a program that breaks lines has them at least this long, if the next word had not fitted


def words_of(message: Message) -> str:
    """The plain text; if there is none, the HTML as text. "" when there is neither. Raises Unreadable."""
    try:
        return _plain(message).strip()[:MAX_CHARS] or _from_html(message).strip()[:MAX_CHARS]
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001  decoders of transfer encodings and HTML meet every kind of nonsense here
        raise Unreadable("unreadable") from None


def _plain(message: Message) -> str:
    texts = []
    for part in _shown(message, "text/plain"):
        text = decoded(part).replace("\r\n", "\n").replace("\r", "\n")
        if str(part.get_param("format", "")).lower() == "flowed":
            texts.append(unflowed(text, drop_space=str(part.get_param("delsp", "")).lower() == "yes"))
        else:
            texts.append(unwrapped(text))
    return "\n\n".join(text for text in texts if text.strip())


def _from_html(message: Message) -> str:
    return "\n\n".join(text for part in _shown(message, "text/html") if (text := html_as_text(decoded(part))))


def _shown(message: Message, kind: str) -> list[Message]:
    """Not what is attached."""
    return [
        part
        for part in leaves(message)
        if part.get_content_type() == kind
        and not str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")
        and not part.get_filename()
    ]


def decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    said = str(part.get_content_charset("") or "").strip().lower()
    if ALPHABET.fullmatch(said):
        codec = AS_BROWSERS_READ.get(re.sub(r"[-_]", "", said), said)
        try:
            return raw.decode("utf-8" if codec == "cp1252" and _is_utf8(raw) else codec)
        except (UnicodeDecodeError, LookupError):
            pass
    return raw.decode("utf-8") if _is_utf8(raw) else raw.decode("cp1252", "replace")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def html_as_text(html: str) -> str:
    """What is quoted left out where the mail program marked it as such; no scripts, styles or comments."""
    body = html.replace("\x00", "").encode("utf-8", "replace")
    if not body.strip():
        return ""
    tree = lxml.html.document_fromstring(body, parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True))
    for quote in tree.xpath(QUOTES):
        if quote.getparent() is not None:
            quote.drop_tree()
    for empty in tree.xpath(
        "//br[preceding-sibling::node()[1][self::br]] | //div[not(normalize-space())][count(*)=1][br]"
    ):
        empty.tag = "p"  # an empty line
    return str(extract_text(tree))


def unflowed(text: str, *, drop_space: bool) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one of the same depth of quoting."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ") if depth or line.startswith(" ") else line
        if open_depth == depth and words.rstrip(" ") != "--":
            lines[-1] += words
        else:
            lines.append(">" * depth + (" " if depth else "") + words)
        goes_on = lines[-1].endswith(" ") and words != "-- "
        if goes_on and drop_space:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if goes_on else None
    return "\n".join(line.rstrip() if line != "-- " else line for line in lines)


def unwrapped(text: str) -> str:
    """Joins what a mail program broke: a long line whose next word would not have fitted. A line of text only, no list."""
    lines = text.split("\n")
    joined = lines[:1]
    broken = lines[0] if lines else ""
    for line in lines[1:]:
        first = line.split(" ", 1)[0]
        fits = len(broken) + 1 + len(first) <= WRAPPED_AT
        if len(broken) >= WIDE and not fits and first and first[0].isalnum() and not broken.startswith(">"):
            joined[-1] = f"{joined[-1].rstrip()} {line}"
        else:
            joined.append(line)
        broken = line
    return "\n".join(joined)
