"""The words of the mail that tells of a new article: headline, lead, who wrote it, and where to read it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from articles.models import Article
from forum.outbox.envelope import followed_message_id, new_article_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.subscriptions.letterhead import (
    article_link,
    halves,
    manage_link,
    stop_link,
    subject_link,
    subject_title,
)
from forum.subscriptions.models import Frequency, Subject, Subscription

LISTS = {"author": "auteur", "section": "rubriek"}


@dataclass
class NewArticle:
    """What one row tells, and because of what its reader follows."""

    article: Article
    subscription: Subscription
    followed: Subject


def build_new_articles(rows: list[OutgoingMail]) -> Letter:
    """Rows of one address; three queries, however many there are."""
    told, left_out = gather_articles(rows)
    if not told:
        raise NothingToSay(next(iter(left_out.values()), "no rows"))
    first = told[0]
    context = {
        "articles": [as_told(one) for one in told],
        "followed": first.followed,
        "column": first.subscription.column,
        "date": first.subscription.confirmed_at,
        "stop_url": stop_link(first.subscription),
        "manage_url": manage_link(first.subscription),
        "only_one": len({one.subscription.pk for one in told}) == 1,
    }
    subject, text, html = halves("article", first.article.language, context)
    return Letter(
        subject=subject,
        text=text,
        html=html,
        message_id=new_article_message_id(first.article.pk, first.subscription.pk),
        headers=list_headers(first),
        left_out=left_out,
    )


def gather_articles(rows: list[OutgoingMail]) -> tuple[list[NewArticle], dict[int, str]]:
    """What may be told, each article once, and why the others (by pk of the row) may not."""
    subscriptions = Subscription.objects.with_subject().in_bulk({row.subscription_id for row in rows})
    articles = Article.objects.select_related("section").defer("body", "body_html")
    found = articles.in_bulk({row.event_id for row in rows})
    known = _told_before(rows)
    told: list[NewArticle] = []
    left_out: dict[int, str] = {}
    for row in rows:
        subscription, article = subscriptions.get(row.subscription_id), found.get(row.event_id)
        why = _why_not(subscription, article) or ("told already" if row.event_id in known else "")
        if subscription and subscription.subject and article and not why:
            told.append(NewArticle(article, subscription, subscription.subject))
            known.add(row.event_id)
        else:
            left_out[row.pk] = why
    return told, left_out


def _told_before(rows: list[OutgoingMail]) -> set[int]:
    """Of these articles, because their reader follows something else as well. Two rows of one address never are in two
    workers' hands at once (forum.outbox.queue).
    """
    same = OutgoingMail.objects.filter(
        address__in={row.address_id for row in rows},
        kind=OutgoingMail.Kind.ARTICLE,
        event_id__in={row.event_id for row in rows},
        status=OutgoingMail.Status.SENT,
    )
    return set(same.values_list("event_id", flat=True))


def _why_not(subscription: Subscription | None, article: Article | None) -> str:
    if subscription is None or subscription.ended_at is not None or subscription.confirmed_at is None:
        return "the subscription has ended"
    if subscription.frequency == Frequency.PAUSED:
        return "the subscription is paused"
    if article is None or not article.is_public:
        return "the article is not public"
    return ""


def as_told(one: NewArticle) -> dict[str, Any]:
    return {
        "title": subject_title(one.article.title),
        "lead": " ".join(one.article.lead.split()),
        "names": [name for name, _ in one.article.byline],
        "section": one.article.section.name,
        "moment": one.article.published_at,
        "url": article_link(one.article),
        "stop_url": stop_link(one.subscription),
        "followed": str(one.followed),
        "column": one.subscription.column,
    }


def list_headers(one: NewArticle) -> dict[str, str]:
    """All news of one author or one section is one thread and one list."""
    root = followed_message_id(one.subscription.pk)
    return {
        "In-Reply-To": root,
        "References": root,
        "List-Id": f"Artikelen <{LISTS[one.subscription.column or '']}-{one.followed.pk}.artikelen.{settings.MAIL_DOMAIN}>",
        "List-Unsubscribe": f"<{stop_link(one.subscription)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": f"<{subject_link(one.followed)}>",
        "Precedence": "list",
    }
