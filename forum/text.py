"""The only place that declares HTML safe: reader's text and editor's Markdown -> HTML, excerpts, joined parts."""

import re
import textwrap
from collections.abc import Callable, Iterable
from itertools import groupby

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from forum.cleaning import safe_address

LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
LINK_REL = "ugc nofollow noopener"
MAX_LINK_CHARS = 2_000
CLOSING = {")": "(", "]": "[", "}": "{", "’": "‘", "”": "“", "»": "«"}
FIGURE = re.compile(r"image:([0-9]{1,3})", re.ASCII)
ARTICLE_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "h2", "h3", "hr", "code", "pre", "blockquote"}


def joined(parts: Iterable[str]) -> SafeString:
    """Parts that are finished HTML already (stored by us, or escaped by the caller) -> one safe string."""
    return mark_safe("".join(parts))  # noqa: S308


def reader_html(body: str) -> SafeString:
    """A reader's plain text -> paragraphs, line breaks, `> ` quotations and http(s) links; nothing else.

    Every character is looked at a fixed number of times (PROMISES P11). Nothing transforms the result any more.
    """
    html = []
    for quoted, paragraphs in groupby(_paragraphs(body), key=lambda paragraph: paragraph[0]):
        made = [f"<p>{'<br>'.join(_line_html(line) for line in lines)}</p>" for _, lines in paragraphs]
        html.append(f"<blockquote>{''.join(made)}</blockquote>" if quoted else "".join(made))
    return joined(html)


def reader_text(body: str, width: int = 72) -> str:
    """A reader's text for the text half of a mail: wrapped, quotations marked, long addresses in one piece."""
    made = []
    for quoted, lines in _paragraphs(body):
        mark = "> " if quoted else ""
        wrapped = [
            textwrap.fill(
                line, width, initial_indent=mark, subsequent_indent=mark, break_long_words=False, break_on_hyphens=False
            )
            for line in lines
        ]
        made.append("\n".join(wrapped))
    return "\n\n".join(made)


def excerpt(body: str, chars: int) -> str:
    """The first words of a reader's text on one line, at most `chars` characters, cut between words, with … when cut."""
    line = " ".join(" ".join(lines) for _, lines in _paragraphs(body[: 4 * chars]))
    words = " ".join(line.split())
    if len(words) <= chars and len(body) <= 4 * chars:
        return words
    cut = words[: chars - 1]
    if len(words) >= chars and not words[chars - 1].isspace() and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:.") + "…"


def article_html(markdown: str, figure: Callable[[int], str]) -> SafeString:
    """An editor's Markdown -> the article's prose. `figure(n)` gives the finished HTML of picture n, "" if there is none.

    Subheads run in (`<div class="runin">` holds a subhead and all up to the next one); a quotation is a pull quote,
    its last line the speaker when it begins with a dash; a picture stands alone on its line.
    """
    html = []
    in_section = False
    for block in _blocks(_MARKDOWN.parse(markdown)):
        first = block[0]
        if first.type == "heading_open" and first.tag == "h2":
            html.append('</div><div class="runin">' if in_section else '<div class="runin">')
            in_section = True
        number = _figure_number(block)
        if number is not None:
            html.append(figure(number))
        elif first.type == "blockquote_open":
            html.append(_pull_quote(block))
        else:
            html.append(_clean(block))
    if in_section:
        html.append("</div>")
    return joined(html)


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable("linkify")


def _paragraphs(body: str) -> Iterable[tuple[bool, list[str]]]:
    """(is it quoted?, its lines), in order; a blank line or a change of voice ends a paragraph."""
    lines: list[str] = []
    voice = False
    for line in body.split("\n"):
        quoted = line.startswith("> ") or line == ">"
        words = line[2:] if quoted else line
        if lines and (not words.strip() or quoted != voice):
            yield voice, lines
            lines = []
        if words.strip():
            voice = quoted
            lines.append(words)
    if lines:
        yield voice, lines


def _line_html(line: str) -> str:
    html = []
    done = 0
    for found in LINK.finditer(line):
        shown = _without_tail(found[0][:MAX_LINK_CHARS])
        address = safe_address(shown)
        if address is None:
            continue
        html.append(escape(line[done : found.start()]))
        html.append(f'<a href="{escape(address)}" rel="{LINK_REL}">{escape(shown)}</a>')
        done = found.start() + len(shown)
    html.append(escape(line[done:]))
    return "".join(html)


def _without_tail(link: str) -> str:
    """Without the full stop, comma or bracket that belongs to the sentence around it."""
    opened = {sign: link.count(sign) for sign in "([{‘“«"}
    closed = {sign: link.count(sign) for sign in CLOSING}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in ".,;:!?'*…":
            end -= 1
        elif last in CLOSING and closed[last] > opened[CLOSING[last]]:
            closed[last] -= 1
            end -= 1
        else:
            break
    return link[:end]


def _blocks(tokens: list[Token]) -> Iterable[list[Token]]:
    """The top-level blocks of a text, each as its own run of tokens."""
    block: list[Token] = []
    level = 0
    for token in tokens:
        block.append(token)
        level += token.nesting
        if level == 0:
            yield block
            block = []


def _figure_number(block: list[Token]) -> int | None:
    """The number of the picture when the block is a picture and nothing else."""
    if len(block) != 3 or block[0].type != "paragraph_open" or not block[1].children:
        return None
    signs = [token for token in block[1].children if token.type != "softbreak" and token.content.strip() != ""]
    images = [token for token in block[1].children if token.type == "image"]
    if len(images) != 1 or any(token.type != "image" for token in signs):
        return None
    found = FIGURE.fullmatch(str(images[0].attrGet("src") or ""))
    return int(found[1]) if found else None


def _pull_quote(block: list[Token]) -> str:
    said, speaker = _clean(block[1:-1]), ""
    found = re.search(r"(?:<br ?/?>|\n|<p>)\s*[—–] ([^<\n]+)</p>\s*$", said)
    if found:
        speaker = f"<figcaption>{found[1].strip()}</figcaption>"
        said = said[: found.start()] + ("" if found[0].startswith("<p>") else "</p>")
    return f'<figure class="pull"><blockquote>{said}</blockquote>{speaker}</figure>'


def _clean(block: list[Token]) -> str:
    html = _MARKDOWN.renderer.render(block, _MARKDOWN.options, {})
    return nh3.clean(
        html.replace("<h1>", "<h2>").replace("</h1>", "</h2>"),
        tags=ARTICLE_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        attribute_filter=_only_our_paths,
    )


def _only_our_paths(tag: str, name: str, value: str) -> str | None:
    """A link without a scheme stays on this site: `/articles/…` or `#…`, never `//elsewhere`."""
    if name == "href" and value.startswith(("//", "/\\", "\\")):
        return None
    return value
