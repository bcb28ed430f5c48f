"""What the address of a search says. Everything has a fixed list; what is not on it is as if it were not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Author, Section
from forum.converters import number_in_query
from forum.search.searching import KINDS, MOST, ORDERS, PAGE_SIZE

LAST_PAGE = MOST // PAGE_SIZE
PERIODS = {
    "week": (_("the past week"), timedelta(days=7)),
    "month": (_("the past month"), timedelta(days=31)),
    "year": (_("the past year"), timedelta(days=366)),
}


class NoSuchPage(ValueError):
    """Not a number from 1 to LAST_PAGE."""


@dataclass(frozen=True)
class Asked:
    q: str = ""
    kind: str = ""
    section: Section | None = None
    author: Author | None = None
    period: str = ""
    answers: bool = False
    order: str = ORDERS[0]
    page: int = 1

    @property
    def since(self) -> datetime | None:
        return timezone.now() - PERIODS[self.period][1] if self.period else None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.section or self.author or self.period or self.answers)

    @property
    def periods(self) -> list[tuple[str, object]]:
        return [(name, title) for name, (title, _length) in PERIODS.items()]

    def address(self, **changes: object) -> str:
        """The same question with another kind, order or page."""
        other = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        said = {
            "q": other.q,
            "kind": other.kind,
            "section": other.section.slug if other.section else "",
            "author": other.author.slug if other.author else "",
            "period": other.period,
            "answers": "1" if other.answers else "",
            "order": other.order if other.order != ORDERS[0] else "",
            "page": str(other.page) if other.page > 1 else "",
        }
        return f"{reverse('search')}?{urlencode({name: value for name, value in said.items() if value})}"


def read_asked(said: QueryDict, sections: Sequence[Section], authors: Sequence[Author]) -> Asked:
    """Raises NoSuchPage. Only a list of one kind has pages; in a list of both the number says nothing."""
    kind = said.get("kind", "") if said.get("kind") in KINDS else ""
    page = number_in_query(said.get("page")) if kind and "page" in said else 1
    if not page or page > LAST_PAGE:
        raise NoSuchPage
    return Asked(
        q=said.get("q", ""),
        kind=kind,
        section=next((section for section in sections if section.slug == said.get("section")), None),
        author=next((author for author in authors if author.slug == said.get("author")), None),
        period=said.get("period", "") if said.get("period") in PERIODS else "",
        answers=said.get("answers") == "1",
        order=said.get("order", "") if said.get("order") in ORDERS else ORDERS[0],
        page=page,
    )
