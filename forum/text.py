"""The only place that declares HTML safe: reader's text and editor's Markdown -> HTML, excerpts, joined parts.

Every piece of a reader's text is escaped exactly once, at the moment it is put between our own tags, and nothing
transforms the result (PROMISES P11). All of it takes time in proportion to the text, whatever the text is.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby, islice
from urllib.parse import urljoin

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from forum.characters import BIDI_CONTROLS
from forum.webaddress import find_links

LINK_REL = "ugc nofollow noopener"
MAX_LINKS = 20  # looked at; cleaning accepts no more, what is imported with more shows the others as text
SPEAKER = ("— ", "– ")

ARTICLE_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "h2", "h3", "hr", "blockquote"}
_JSON_IN_HTML = [(sign, f"\\u{ord(sign):04x}") for sign in "<>&\u2028\u2029"]
_FIGURE = re.compile(r"image:([0-9]{1,3})", re.ASCII)
_EDITORS_LINK = re.compile(r"https?://[^/]|mailto:|#|/(?![/\\])", re.ASCII | re.IGNORECASE)


def joined(parts: Iterable[str]) -> SafeString:
    """Parts that are finished HTML already (stored by us, or escaped by the caller) -> one safe string."""
    return mark_safe("".join(parts))


def reader_html(body: str) -> SafeString:
    """A reader's plain text -> paragraphs, line breaks, `> ` quotations and http(s) links; nothing else."""
    html: list[str] = []
    links = _Links()
    for quoted, paragraphs in groupby(_paragraphs(body), key=lambda paragraph: paragraph[0]):
        made = [f"<p>{'<br>'.join(links.in_line(line) for line in lines)}</p>" for _, lines in paragraphs]
        html += ["<blockquote>", *made, "</blockquote>"] if quoted else made
    return joined(html)


def reader_text(body: str, width: int = 72) -> str:
    """A reader's text for the text half of a mail: wrapped, quotations marked, long addresses in one piece."""
    paragraphs = [
        "\n".join(wrapped for line in lines for wrapped in _wrapped(line, "> " if quoted else "", width))
        for quoted, lines in _paragraphs(body)
    ]
    return "\n\n".join(paragraphs)


def excerpt(body: str, chars: int) -> str:
    """The first words of a reader's text on one line, at most `chars` characters, cut between words, with … when cut.

    His own words: what he quotes is left out, unless he only quotes.
    """
    paragraphs = list(_paragraphs(body))
    own = [lines for quoted, lines in paragraphs if not quoted] or [lines for _, lines in paragraphs]
    words = " ".join(BIDI_CONTROLS.sub("", " ".join(line for lines in own for line in lines)).split())
    if len(words) <= chars:
        return words
    cut = words[: max(chars, 1)]
    cut = cut[:-1] if " " not in cut else cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.–—\u200d\ufe0f") + "…"


def article_html(markdown: str, figure: Callable[[int], str]) -> SafeString:
    """An editor's Markdown -> the article's prose. `figure(n)` gives the finished HTML of picture n, "" if there is none.

    Subheads run in (`<div class="runin">` holds a subhead and all up to the next one); a quotation is a pull quote,
    its last line the speaker when it begins with a dash; a picture stands alone on its line, all others are dropped.
    What comes out of the Markdown is cleaned before our own wrappers and the pictures are put around and between it.
    """
    html: list[str] = []
    in_section = False
    whole = markdown.encode("utf-8", "replace").decode()  # half a pair of code units has no UTF-8
    for block in _blocks(_MARKDOWN.parse(whole)):
        first = block[0]
        if first.type == "heading_open" and first.tag in ("h1", "h2"):
            html.append('</div><div class="runin">' if in_section else '<div class="runin">')
            in_section = True
        if first.type == "blockquote_open":
            html.append(_pull_quote(block))
        elif numbers := _figure_numbers(block):
            html += [figure(number) for number in numbers]
        else:
            html.append(_cleaned(block))
    if in_section:
        html.append("</div>")
    return joined(html)


def html_elsewhere(html: str, address: str) -> str:
    """Finished HTML of ours as it can stand in a feed: whole addresses, and nothing that needs our style sheet.

    `address` is the page it comes from. Cleaned once more: whoever reads a feed trusts it with a browser's rights.
    """
    return nh3.clean(
        html,
        tags=ARTICLE_TAGS | {"figure", "figcaption", "img"},
        attributes={
            "a": {"href", "title", "rel"},
            "ol": {"start"},
            "img": {"src", "alt", "width", "height"},
        },
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        attribute_filter=lambda tag, name, value: urljoin(address, value) if name in ("href", "src") else value,
    ).strip()


def data_block(data: object) -> SafeString:
    """A `<script>` that holds JSON-LD and runs nothing. What could end it, or a line of it, is written as an escape."""
    made = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in _JSON_IN_HTML:  # five searches for what is hardly there: a tenth of what str.translate takes
        made = made.replace(sign, escaped)
    return joined(['<script type="application/ld+json">', made, "</script>\n"])


def _paragraphs(body: str) -> Iterator[tuple[bool, list[str]]]:
    """(is it quoted?, its lines), in order; a blank line or a change of voice ends a paragraph.

    One level of quotation: what is quoted inside a quotation keeps its sign. A lone `>` is an empty line inside one.
    """
    lines: list[str] = []
    voice = False
    for line in body.split("\n"):
        quoted = line.startswith("> ") and not line[2:].isspace() and len(line) > 2
        empty_quote = not quoted and voice and line.rstrip() == ">"
        words = line[2:] if quoted else line
        blank = empty_quote or not words.strip()
        if lines and (blank or quoted != voice):
            yield voice, lines
            lines = []
        if not blank:
            lines.append(words)
        voice = quoted or (voice and empty_quote)
    if lines:
        yield voice, lines


class _Links:
    """Makes links in the lines of one text, as long as there are not too many."""

    def __init__(self) -> None:
        self.left = MAX_LINKS

    def in_line(self, line: str) -> str:
        html: list[str] = []
        done = 0
        for start, end, address in islice(find_links(line), self.left):
            self.left -= 1
            if address:
                html.append(escape(line[done:start]))
                html.append(f'<a href="{escape(address)}" rel="{LINK_REL}">{escape(line[start:end])}</a>')
                done = end
        html.append(escape(line[done:]))
        return "".join(html)


def _wrapped(line: str, mark: str, width: int) -> Iterator[str]:
    row: list[str] = []
    length = 0
    for word in line.split():
        if row and len(mark) + length + 1 + len(word) > width:
            yield mark + " ".join(row)
            row, length = [], 0
        length += len(word) + (1 if row else 0)
        row.append(word)
    yield mark + " ".join(row)


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    """The top-level blocks of a text, each as its own run of tokens."""
    block: list[Token] = []
    level = 0
    for token in tokens:
        block.append(token)
        level += token.nesting
        if level == 0:
            yield block
            block = []


def _figure_numbers(block: list[Token]) -> list[int]:
    """The numbers of the pictures when the block holds pictures of ours and nothing else."""
    if block[0].type != "paragraph_open":
        return []
    parts = [
        part for part in block[1].children or [] if part.type != "softbreak" and (part.content or part.type != "text")
    ]
    found = [_FIGURE.fullmatch(str(part.attrGet("src") or "")) for part in parts if part.type == "image"]
    if len(found) != len(parts):
        return []
    return [int(number[1]) for number in found if number]


def _pull_quote(block: list[Token]) -> str:
    said, speaker = block[1:-1], ""
    last = said[-2] if len(said) > 2 and said[-1].type == "paragraph_close" and said[-1].level == 1 else None
    if last:
        *before, line = last.content.split("\n")
        if line.startswith(SPEAKER) and (before or len(said) > 3):
            speaker = f"<figcaption>{_clean(_MARKDOWN.renderInline(line[2:]))}</figcaption>"
            said = [*said[:-2], *_MARKDOWN.parseInline("\n".join(before)), said[-1]] if before else said[:-3]
    return f'<figure class="pull"><blockquote>{_cleaned(said)}</blockquote>{speaker}</figure>'


def _cleaned(tokens: list[Token]) -> str:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):  # the page has its own h1; two levels are enough
            token.tag = "h2" if token.tag in ("h1", "h2") else "h3"
    return _clean(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})).replace("<p></p>", "")


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=ARTICLE_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        attribute_filter=_only_good_links,
    )


def _only_good_links(tag: str, name: str, value: str) -> str | None:
    """A link without a scheme stays on this site: `/articles/…` or `#…`, never `//elsewhere`."""
    return value if name != "href" or _EDITORS_LINK.match(value) else None


def _editors_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": True, "xhtmlOut": False}).enable("linkify")
    markdown.disable(["code", "fence", "backticks", "html_block", "html_inline", "lheading", "reference"])
    if markdown.linkify:
        markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # only what says http(s):// itself
    markdown.validateLink = lambda url: bool(_EDITORS_LINK.match(url) or _FIGURE.fullmatch(url))  # type: ignore[method-assign]
    markdown.add_render_rule("image", _no_picture)
    return markdown


def _no_picture(*_: object) -> str:
    return ""


_MARKDOWN = _editors_markdown()
