"""search(): what readers may read and what they asked for, in two lists. Two engines find; the rest is the same for both.

Articles come by where the words stand: title, then lead, then text. Reactions by how well they fit, among the newest. What
is alike comes newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from articles.models import Article
from forum.cleaning import website_host
from forum.reactions.models import Reaction
from forum.search.engines import Filters, engine
from forum.search.ranking import weigh
from forum.search.snippets import Piece, marked, plain_text, snippet
from forum.search.words import Query, read_query

MOST = 500  # of a kind that are listed; what is more is counted as "more than"
RANKED = 60  # reactions, the newest, that are put in order of how well they fit; the others follow by age
PAGE_SIZE = 20
KINDS = ("articles", "reactions")
ORDERS = ("relevance", "newest")


@dataclass(frozen=True)
class ArticleHit:
    article: Article
    title: list[Piece]
    words: list[Piece]


@dataclass(frozen=True)
class ReactionHit:
    reaction: Reaction
    host: str
    words: list[Piece]


@dataclass(frozen=True)
class Found:
    """One kind: how many in all, and those of this page. `following`: how many come before the next page, None if last."""

    count: int = 0
    is_more: bool = False
    hits: Sequence[ArticleHit] | Sequence[ReactionHit] = ()
    following: int | None = None


@dataclass(frozen=True)
class Results:
    query: Query
    articles: Found = field(default_factory=Found)
    reactions: Found = field(default_factory=Found)


def search(
    query: str,
    *,
    kind: str | None = None,
    section: int | None = None,
    author: int | None = None,
    since: datetime | None = None,
    only_authors: bool = False,
    order: str = ORDERS[0],
    after: int = 0,
    count: int = PAGE_SIZE,
) -> Results:
    """Published articles and reactions that hold all the words; `count` of each kind after the first `after`.

    `kind`: one of KINDS only. `section`, `author`: ids; a reaction is of the section and the authors of its article.
    `only_authors`: reactions in which an author answers, and so no articles. Nothing typed gives an error.
    """
    asked = read_query(query)
    if not asked.terms:
        return Results(asked)
    filters = Filters(section_id=section, author_id=author, since=since, only_authors=only_authors)
    by_age = order == "newest"
    articles = reactions = Found()
    if kind != "reactions" and not only_authors:
        articles = _articles(asked, filters, by_age, after, count)
    if kind != "articles":
        reactions = _reactions(asked, filters, by_age, after, count)
    return Results(asked, articles, reactions)


def _articles(query: Query, filters: Filters, by_age: bool, after: int, count: int) -> Found:
    ids = _once(engine().newest_articles(query, filters, limit=MOST + 1, by_field=not by_age))
    page = ids[:MOST][after : after + count]
    columns = (
        "title",
        "slug",
        "lead",
        "body_html",
        "byline",
        "language",
        "published_at",
        "section__name",
        "section__slug",
    )
    rows = Article.objects.published().select_related("section").only(*columns).in_bulk(page) if page else {}
    return _found(ids, [_article_hit(rows[pk], query) for pk in page if pk in rows], after, count)


def _article_hit(article: Article, query: Query) -> ArticleHit:
    around = snippet(plain_text(article.body_html), query)
    if article.lead and not any(piece.is_marked for piece in around):
        around = snippet(article.lead, query)
    return ArticleHit(article, marked(article.title, query), around)


def _reactions(query: Query, filters: Filters, by_age: bool, after: int, count: int) -> Found:
    ids = _once(engine().newest_reactions(query, filters, limit=MOST + 1))
    listed = ids[:MOST]
    ranked = [] if by_age or after >= RANKED else listed[:RANKED]
    wanted = {*ranked, *listed[after : after + count]}
    columns = [
        *("name", "website", "body", "by_author", "published_at"),
        *("article__title", "article__slug", "article__language"),
    ]
    shown = Reaction.objects.filter(shown=True, status=Reaction.Status.PUBLISHED).select_related("article")
    rows = shown.only(*columns).in_bulk(list(wanted)) if wanted else {}
    weights = {pk: weigh(query, rows[pk].body) for pk in ranked if pk in rows}
    best = sorted(weights, key=lambda pk: (-weights[pk], -pk))
    page = [*best, *listed[len(ranked) :]][after : after + count]
    return _found(ids, [_reaction_hit(rows[pk], query) for pk in page if pk in rows], after, count)


def _reaction_hit(reaction: Reaction, query: Query) -> ReactionHit:
    host = website_host(reaction.website) if reaction.website else ""
    return ReactionHit(reaction, host, snippet(reaction.body, query))


def _found(ids: Sequence[int], hits: Sequence[ArticleHit] | Sequence[ReactionHit], after: int, count: int) -> Found:
    listed = min(len(ids), MOST)
    following = after + count if after + count < listed else None
    return Found(count=listed, is_more=len(ids) > MOST, hits=hits, following=following)


def _once(ids: list[int]) -> list[int]:
    return list(dict.fromkeys(ids))
