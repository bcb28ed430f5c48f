"""What a reader of an article gets along with it: who wrote it, in which languages it is, what to read next."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db.models import FilteredRelation
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, ArticleImage, ArticleQuerySet, Author, Byline
from forum.prepared import A_MOMENT, A_NUMBER, Prepared

RELATED = 3
BESIDE = 2  # the nearest may be its own translation, which is no neighbour
LOOKED_AT = 20  # the newest of the section, of the authors and of all, among which we look for relatives
SAME_SECTION, SAME_AUTHOR = 1.0, 1.5  # a word that only one candidate shares counts for 1

_WORD = re.compile(r"[^\W\d_]{4,}")
# Words that say nothing about a subject; what nearly every candidate holds counts for little by itself.
_EMPTY = (
    "aan alle alleen alles als altijd ander andere anders bent bijna binnen daar daarna deze dezelfde door drie dus echt "
    "eens eerst eerste elke elkaar even geen haar hebben heeft heel hele hier hoort hun iedereen ieder iemand iets jaar "
    "jullie keer komen komt konden kunnen laat laten lang maakt maar meer meest mensen met mijn moet moeten naar niemand "
    "niet niets nieuwe nog nooit ook onder onze over precies samen sinds soms staan staat steeds terug tegen toch toen "
    "tussen twee uren veel vier vindt voor waar waarom waren want wanneer weer welke werd werden worden wordt zegt zelf "
    "zich zien ziet zijn zonder zoals zouden zullen about after again also always another because been before being "
    "between both came come could does doing down each even ever every everybody first from going have having here into "
    "itself just know like long made make many more most much must never nobody nothing once only other people same "
    "should since some somebody something still such than that their them then there these they thing things think this "
    "those three through time under until very want well were what when where which while will with without would year "
    "years your"
)
_EMPTY_WORDS = frozenset(_EMPTY.split())


class Version(NamedTuple):
    """The same page in one of its languages; `name` is the language's own name for itself."""

    language: str
    name: str
    address: str


@dataclass
class Around:
    """`previous` and `following`: older and newer in the same section."""

    previous: Article | None = None
    following: Article | None = None
    related: list[Article] = field(default_factory=list)


def article_to_read(slug: str) -> Article:
    """With section, authors, discussion, translation and main picture, in two queries. Raises Http404."""
    rows = _WHOLE_ARTICLE(slug=slug)  # one for each author
    if not rows:
        raise Http404
    lines = [getattr(row, "line", None) for row in rows]
    rows[0].authors_in_order = [line.author for line in lines if line is not None] or [rows[0].author]
    rows[0].main_images = _MAIN_PICTURE(article=rows[0].pk)  # type: ignore[attr-defined]  # as with_picture does
    return rows[0]


def _whole_article(slug: str) -> ArticleQuerySet:
    return (
        Article.objects.with_byline()
        .annotate(line=FilteredRelation("bylines"))
        .select_related("line__author", "translation")  # type: ignore[misc]  # the plugin knows no FilteredRelation
        .defer("translation__body", "translation__body_html")
        .order_by("line__position")
        .filter(slug=slug)
    )


_WHOLE_ARTICLE = Prepared(_whole_article, slug="a-slug")
_MAIN_PICTURE = Prepared(
    lambda article: ArticleImage.objects.shown().filter(number=1, article=article), article=A_NUMBER
)


def authors_of(article: Article) -> list[Author]:
    """In the order of the byline. A query only for an article that was fetched without them and has several."""
    if article.authors_in_order is not None:
        return article.authors_in_order
    if len(article.byline) < 2:
        return [article.author]
    return list(article.authors.order_by("bylines__position"))


def versions(addresses: dict[str, str]) -> list[Version]:
    """Language -> address of the same page. The site's own language first; none when there is one only."""
    if len(addresses) < 2:
        return []
    languages = sorted(settings.LANGUAGES, key=lambda language: language[0] != settings.LANGUAGE_CODE)
    return [Version(code, name, addresses[code]) for code, name in languages if code in addresses]


def versions_of(article: Article) -> list[Version]:
    both = [article, article.translation]
    return versions({one.language: one.get_absolute_url() for one in both if one is not None and one.is_public})


def front_pages() -> list[Version]:
    """The front page shows everything, in the language of the site; the other language has one of its own."""
    codes = [code for code, _ in settings.LANGUAGES]
    return versions(
        {
            code: reverse("home") if code == settings.LANGUAGE_CODE else reverse("in_language", args=[code])
            for code in codes
        }
    )


def around(article: Article) -> Around:
    """One query, whatever the number of articles: a few dozen candidates, found by index and compared here."""
    if article.published_at is None:
        return Around()
    own = (article.pk, article.translation_id)
    found = [one for one in _candidates(article, article.published_at) if one.is_public and one.pk not in own]
    here = sorted((one for one in found if one.section_id == article.section_id), key=_moment)
    older = [one for one in here if _moment(one) < _moment(article)]
    newer = [one for one in here if _moment(one) > _moment(article)]
    previous = older[-1] if older else None
    following = newer[0] if newer else None
    others = [one for one in found if one not in (previous, following)]
    return Around(previous, following, _most_related(article, others))


def shown_beside(around: Around | None) -> list[Article]:
    """Those of which the page says how much was said under them."""
    return around.related if around else []


def _candidates(article: Article, moment: datetime) -> list[Article]:
    writers = {f"author_{n}": author.pk for n, author in enumerate(authors_of(article))}
    asked = {"pk": article.pk, "section": article.section_id, "moment": moment, "now": timezone.now(), **writers}
    return _prepared_candidates(len(writers))(**asked)


@lru_cache(maxsize=20)
def _prepared_candidates(writers: int) -> Prepared[Article]:
    numbers = {f"author_{n}": A_NUMBER + 2 + n for n in range(writers)}
    moments = {"moment": A_MOMENT, "now": A_MOMENT + timedelta(days=1)}
    return Prepared(_candidates_of, pk=A_NUMBER, section=A_NUMBER + 1, **moments, **numbers)


def _candidates_of(*, pk: int, section: int, moment: datetime, now: datetime, **writers: int) -> ArticleQuerySet:
    """A union of primary keys, each part bounded by its own index; with OR, PostgreSQL would look at every article.

    What an author wrote may be there before it is public: with that condition around it, SQLite would look at every one.
    """
    public = Article.objects.published(now)
    here = public.filter(section=section)
    # The first condition is the one that an index can begin at; the second orders what has the same moment.
    before = here.filter(published_at__lte=moment).exclude(published_at=moment, pk__gte=pk)
    after = here.filter(published_at__gte=moment).exclude(published_at=moment, pk__lte=pk)
    parts = [before.newest_first()[:BESIDE], after.order_by("published_at", "pk")[:BESIDE]]
    parts += [here.newest_first()[:LOOKED_AT], public.newest_first()[:LOOKED_AT]]
    written = Byline.objects.filter(author__in=list(writers.values())).order_by("-article_id")
    keys = [Article.objects.filter(pk__in=part.values("pk")).order_by().values("pk") for part in parts]
    keys.append(Article.objects.filter(pk__in=written.values("article_id")[: 2 * LOOKED_AT]).order_by().values("pk"))
    columns = ("title", "slug", "lead", "language", "section", "byline", "status", "published_at")
    shown = ("section__name", "discussion__visible", "discussion__version")
    return (
        Article.objects.filter(pk__in=keys[0].union(*keys[1:], all=True))
        .select_related("section", "discussion")
        .only(*columns, *shown)
    )


def _most_related(article: Article, candidates: list[Article]) -> list[Article]:
    """By the words of title and lead that occur in the article, rare ones first; then section, authors, moment."""
    own = _words(f"{article.title} {article.lead}") | _words(article.body)
    shared = {one.pk: own & _words(f"{one.title} {one.lead}") for one in candidates}
    often = Counter(word for words in shared.values() for word in words)
    writers = {slug for _, slug in article.byline}

    def likeness(one: Article) -> tuple[bool, float, tuple[datetime, int]]:
        score = sum(1 / often[word] for word in sorted(shared[one.pk]))
        score += SAME_SECTION * (one.section_id == article.section_id)
        score += SAME_AUTHOR * any(slug in writers for _, slug in one.byline)
        return one.language == article.language, round(score, 6), _moment(one)

    return sorted(candidates, key=likeness, reverse=True)[:RELATED]


@lru_cache(maxsize=512)
def _words(said: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(said.casefold()) if word not in _EMPTY_WORDS)


def _moment(article: Article) -> tuple[datetime, int]:
    assert article.published_at is not None  # only public ones are compared
    return article.published_at, article.pk
