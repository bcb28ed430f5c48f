"""What readers ask of the authors, as far as somebody at the desk sees it: open ones oldest first, then what was answered."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from articles.models import Article, Byline, Discussion
from articles.rights import visible_to
from articles.templatetags.articles import local_year
from forum.accounts.roles import Visitor
from forum.cleaning import website_host
from forum.reactions.models import Reaction
from forum.text import reader_html

OPEN_PER_PAGE = 20
ANSWERED_PER_PAGE = 10


@dataclass(frozen=True)
class Asked:
    """One question as the desk shows it. `may_answer`: it is asked under an own article that still takes reactions."""

    reaction: Reaction
    nameplate: dict[str, Any]
    is_own: bool

    @property
    def may_answer(self) -> bool:
        return self.is_own and self.reaction.article.discussion.is_open


@dataclass(frozen=True)
class Page:
    """Cursors are ids; None at the end."""

    open: list[Asked]
    answered: list[Asked]
    open_after: int | None
    answered_before: int | None


def questions_for(user: Visitor) -> QuerySet[Reaction]:
    """Of public articles only: elsewhere nobody reads them, and nobody can answer."""
    public = visible_to(user, Article.objects.published())
    asked = Reaction.objects.questions().filter(article__in=public.values("pk"))
    return asked.select_related("article__discussion").defer("html", "article__body", "article__body_html")


def open_count(user: Visitor) -> int:
    public = visible_to(user, Article.objects.published())
    counted = Discussion.objects.filter(article__in=public.values("pk")).aggregate(
        n=Sum(F("questions") - F("answered"))
    )
    return counted["n"] or 0


def page_of_questions(user: Visitor, *, after: int, before: int | None) -> Page:
    """Three queries. `after`: open questions with a higher id; `before`: answered ones with a lower id."""
    waiting = questions_for(user).filter(answered_by=None, pk__gt=after).order_by("pk")
    done = questions_for(user).filter(answered_by__isnull=False).order_by("-pk")
    if before is not None:
        done = done.filter(pk__lt=before)
    asked, told = list(waiting[: OPEN_PER_PAGE + 1]), list(done[: ANSWERED_PER_PAGE + 1])
    own = own_articles(user, [*asked, *told])
    return Page(
        open=[shown(one, own) for one in asked[:OPEN_PER_PAGE]],
        answered=[shown(one, own) for one in told[:ANSWERED_PER_PAGE]],
        open_after=asked[OPEN_PER_PAGE - 1].pk if len(asked) > OPEN_PER_PAGE else None,
        answered_before=told[ANSWERED_PER_PAGE - 1].pk if len(told) > ANSWERED_PER_PAGE else None,
    )


def own_articles(user: Visitor, questions: list[Reaction]) -> set[int]:
    """The articles of these that the user is an author of."""
    ids = {question.article_id for question in questions}
    return set(Byline.objects.filter(author__user=user.pk, article__in=ids).values_list("article", flat=True))


def shown(question: Reaction, own: set[int]) -> Asked:
    article = question.article
    nameplate = {
        "name": question.name,
        "host": website_host(question.website) if question.website else "",
        "moment": question.published_at,
        "year": local_year(article.published_at or question.created_at),
        "words": reader_html(question.body),
    }
    return Asked(question, nameplate, article.pk in own)
