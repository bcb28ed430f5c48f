"""A flat, ordered list of rows -> nested lists. Finished parts are joined, nothing is rendered; one pass down, one up.

Nesting follows the path, which has at most MAX_PATH_LEVELS steps, not the true depth. Below the top level a reaction
with exactly one reply keeps it on the same line (`run`); only a fork steps to the side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from articles.models import Article
from forum.reactions.threads import Page, Row
from forum.text import joined

LONG = 100  # reactions; the style sheet then lays out only what is near the screen


@dataclass(slots=True)
class Node:
    row: Row
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)
    below: int = 0  # all rows of this page under it


def thread(page: Page, article: Article) -> SafeString:
    roots = tree(page.rows)
    html, counted = [f'<ol class="thread{" long" if len(page.rows) > LONG else ""}" role="list">\n'], _Counted()
    for root in roots:
        html.append("<li>\n")
        _draw(root, html, counted)
        if page.is_long:
            html.append(_whole_conversation(root, article))
        html.append("</li>\n")
    html.append("</ol>")
    return joined(html)


def ancestors(page: Page) -> SafeString:
    """What was said before the first row of a page that starts deep in a conversation."""
    return joined(f'<div class="quote">\n{row.html}\n</div>\n' for row in page.above)


def tree(rows: Sequence[Row]) -> list[Node]:
    """Rows without their parent on this page are roots."""
    roots: list[Node] = []
    line: list[Node] = []  # from a root down to the row before this one
    nodes: list[Node] = []
    for row in rows:
        while line and not _is_under(row, line[-1].row):
            line.pop()
        node = Node(row, line[-1] if line else None)
        (node.parent.children if node.parent else roots).append(node)
        line.append(node)
        nodes.append(node)
    for node in reversed(nodes):
        if node.parent:
            node.parent.below += node.below + 1
    return roots


def _is_under(row: Row, other: Row) -> bool:
    return row.thread_no == other.thread_no and row.path.startswith(other.path)


def _draw(root: Node, html: list[str], counted: "_Counted") -> None:
    """Without recursion: `todo` holds nodes still to draw, and the markup that closes what they opened."""
    todo: list[Node | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            html.append(node)
            continue
        html += (node.row.html, "\n")
        if not node.children:
            continue
        if node.row.reply_no and len(node.children) == 1:
            html.append('<ol class="replies run" role="list">\n')
            todo.append("</ol>\n")
        else:
            html += (
                '<details class="branch" open>\n<summary>',
                counted(node),
                '</summary>\n<ol class="replies" role="list">\n',
            )
            todo.append("</ol>\n</details>\n")
        for child in reversed(node.children):
            todo += ("</li>\n", child, "<li>\n")


class _Counted:
    """What stands above the answers to a reaction, in the language that is active: looked up once for a whole thread."""

    def __init__(self) -> None:
        self.to_name, self.to_this = gettext("to %(name)s"), gettext("to this")
        self._said: dict[int, str] = {}

    def __call__(self, node: Node) -> str:
        said = self._said.get(node.below)
        if said is None:
            said = ngettext("%(count)s answer", "%(count)s answers", node.below) % {"count": node.below}
            self._said[node.below] = said
        whom = self.to_name % {"name": f"<bdi>{escape(node.row.name)}</bdi>"} if node.row.is_published else self.to_this
        return f'{said}<span class="vh"> {whom}</span>'


def _whole_conversation(root: Node, article: Article) -> str:
    """The link to what did not fit under a long article; nothing when all of it did."""
    on_page, todo = 0, list(root.children)
    while todo:
        node = todo.pop()
        on_page += node.row.is_published
        todo += node.children
    if root.row.replies <= on_page:
        return ""
    address = reverse("conversation", args=[article.slug, root.row.thread_no])
    name = f'<span class="vh"> <bdi>{escape(root.row.name)}</bdi></span>' if root.row.is_published else ""
    words = gettext("Read the whole conversation")
    return f'<p class="meta gap"><a href="{address}">{words} ({root.row.replies}){name}</a></p>\n'
