"""The pages of the house: as the editors wrote them, or as they came with the software, from house_pages/<kind>.<language>.md."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from articles.models import StaticPage
from forum import text

FOLDER = Path(__file__).parent / "house_pages"
KINDS = tuple(StaticPage.Kind.values)
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)


@dataclass(frozen=True)
class HousePage:
    kind: str
    language: str
    title: str
    body: str
    html: str
    is_default: bool

    @property
    def fingerprint(self) -> str:
        """Says whether somebody changed the text meanwhile; a number would begin anew after a way back."""
        return sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


class ChangedMeanwhile(Exception):
    """Somebody else saved this page after we began; `page` is what it says now."""

    def __init__(self, page: HousePage) -> None:
        super().__init__()
        self.page = page


def house_page(kind: str, language: str) -> HousePage:
    """One query."""
    row = StaticPage.objects.filter(kind=kind, language=language).first()
    return page_of(row) if row else default_page(kind, language)


def page_of(row: StaticPage) -> HousePage:
    return HousePage(row.kind, row.language, row.title, row.body, row.body_html, is_default=False)


def preview(kind: str, language: str, *, title: str, body: str) -> HousePage:
    """As it would be; nothing is kept."""
    return HousePage(kind, language, title, body, text.article_html(body, no_figure), is_default=False)


def default_page(kind: str, language: str) -> HousePage:
    return _default_page(kind, language, akismet=bool(settings.AKISMET_KEY))


@cache
def _default_page(kind: str, language: str, *, akismet: bool) -> HousePage:
    """The first line of the file is the title, "# …". With `akismet` the page on privacy tells of it, before its last
    paragraph but one."""
    title, _, body = (FOLDER / f"{kind}.{language}.md").read_text().partition("\n")
    body = body.strip()
    if akismet and kind == StaticPage.Kind.PRIVACY:
        before, _, last = body.rpartition("\n## ")
        body = f"{before}\n{(FOLDER / f'akismet.{language}.txt').read_text()}\n## {last}"
    html = text.article_html(body, no_figure)
    return HousePage(kind, language, title.removeprefix("# "), body, html, is_default=True)


def no_figure(number: int) -> str:
    return ""


def address_of(kind: str, language: str) -> str:
    """In the language of the site it is short; the other one says its language first."""
    if language == settings.LANGUAGE_CODE:
        return reverse(kind.replace("-", "_"))
    return reverse("house_page", args=[language, kind])
