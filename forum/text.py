"""The only place that declares HTML safe: reader's text and editor's Markdown -> HTML, excerpts, joined parts."""

from collections.abc import Callable, Iterable

from django.utils.safestring import SafeString, mark_safe


def joined(parts: Iterable[str]) -> SafeString:
    """Parts that are finished HTML already (stored by us, or escaped by the caller) -> one safe string."""
    return mark_safe("".join(parts))  # noqa: S308


def reader_html(body: str) -> SafeString:
    """A reader's plain text -> paragraphs, line breaks, `> ` quotations and http(s) links; nothing else."""
    raise NotImplementedError


def article_html(markdown: str, figure: Callable[[int], str]) -> SafeString:
    """An editor's Markdown -> the article's prose. `figure(n)` gives the finished HTML of picture n, "" if there is none."""
    raise NotImplementedError


def excerpt(body: str, chars: int) -> str:
    """The first words of a reader's text on one line, at most `chars` characters, cut between words, with … when cut."""
    raise NotImplementedError
