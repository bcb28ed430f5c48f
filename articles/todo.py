"""Still to do: what an article lacks. Some of it is essential for publishing; of the rest we only warn."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.models import Article, ArticleImage

LONG_TITLE_CHARS = 90

# Every part has an end to it: what looks like a thousand beginnings is read in one go.
_SHOWN = re.compile(r"!\[[^\]\[\n]{0,300}\]\(image:([0-9]{1,3})\)", re.ASCII)
_TO_NOWHERE = re.compile(r"(?<!!)\[[^\]\[\n]{0,300}\]\( {0,9}#? {0,9}\)|(?<!!)\[ {0,9}\]\([^()\n]{0,300}\)")
_SUBHEAD = re.compile(r"#{1,6}\s+(.*?)[#\s]*")


class Todo(NamedTuple):
    sentence: str | Promise
    field: str  # of the editor page; "pictures" for those
    essential: bool = False


def essentials(article: Article) -> list[Todo]:
    """What has to be there before readers see it."""
    missing = [
        ("title", not article.title.strip(), _("the headline is empty")),
        ("body", not article.body.strip(), _("the text is empty")),
        ("section", article.section_id is None, _("the section is missing")),
        ("author_1", article.author_id is None, _("the author is missing")),
    ]
    found = [Todo(sentence, field, essential=True) for field, is_missing, sentence in missing if is_missing]
    if article.pk:
        found += [_undescribed(image) for image in ArticleImage.objects.filter(article=article).undescribed()]
    return found


def still_to_do(article: Article, images: Iterable[ArticleImage]) -> list[Todo]:
    """Of the text as it stands in this article, saved or not; the essential first."""
    pictures = {image.number: image for image in images}
    found = essentials(article)
    if len(article.title) > LONG_TITLE_CHARS:
        found.append(Todo(_("the headline is longer than 90 characters"), "title"))
    if not article.lead.strip():
        found.append(Todo(_("the lead is empty"), "lead"))
    for subhead in _subheads_without_text(article.body):
        found.append(Todo(format_lazy(_("the subhead “{subhead}” has no text"), subhead=subhead), "body"))
    for number in dict.fromkeys(int(shown) for shown in _SHOWN.findall(article.body)):
        if number not in pictures:
            found.append(
                Todo(format_lazy(_("the text shows picture {number}, which is not there"), number=number), "body")
            )
    if link := _TO_NOWHERE.search(article.body):
        found.append(Todo(format_lazy(_("a link leads nowhere: {link}"), link=link[0][:60]), "body"))
    return found


def _undescribed(image: ArticleImage) -> Todo:
    sentence = format_lazy(_("picture {number} lacks a description"), number=image.number)
    return Todo(sentence, "pictures", essential=True)


def _subheads_without_text(body: str) -> list[str]:
    alone: list[str] = []
    above: str | None = None
    for line in body.split("\n"):
        if subhead := _SUBHEAD.fullmatch(line.strip()):
            if above is not None:
                alone.append(above)
            above = subhead[1].strip()[:60]
        elif line.strip():
            above = None
    return [*alone, above] if above is not None else alone
