"""The words of the mail that tells followers. Who reacted, name and website, always stands above what was said.

One reaction: the whole text. More under one article: one mail with each of them. Several articles at once (the outbox
bundles what goes above five mails an hour to one address): per article three nameplates with their first words.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from articles.models import Article
from forum.cleaning import website_host
from forum.outbox.envelope import article_message_id, reaction_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.letterhead import article_link, halves, link, manage_link, stop_link, subject_title
from forum.subscriptions.models import Frequency, Subscription
from forum.text import excerpt, reader_html, reader_text

MAX_REFERENCES = 20
NAMEPLATES_PER_ARTICLE = 3  # in a digest
QUOTE_CHARS = 200


@dataclass
class News:
    """What one subscription is told."""

    subscription: Subscription
    article: Article
    reactions: list[Reaction] = field(default_factory=list)


def build_news(rows: list[OutgoingMail]) -> Letter:
    """Rows of one address; takes a fixed number of queries, however many there are."""
    all_news, left_out = gather_news(rows)
    if not all_news:
        raise NothingToSay(next(iter(left_out.values()), "no rows"))
    first = all_news[0]
    if len(all_news) == 1:
        subject, text, html = _about_one_article(first)
    else:
        context = digest_context(all_news) | {"manage_url": manage_link(first.subscription)}
        subject, text, html = halves("digest", first.article.language, context)
    return Letter(
        subject=subject,
        text=text,
        html=html,
        message_id=reaction_message_id(first.reactions[0].pk, first.subscription.pk),
        headers=list_headers(first),
        left_out=left_out,
    )


def gather_news(rows: list[OutgoingMail]) -> tuple[list[News], dict[int, str]]:
    """What may be told, by subscription, and why the other rows (by pk) may not."""
    subscriptions = Subscription.objects.select_related("article").in_bulk({row.subscription_id for row in rows})
    with_parent = Reaction.objects.select_related("parent").defer("html", "parent__html")
    reactions = with_parent.in_bulk({row.event_id for row in rows})
    left_out: dict[int, str] = {}
    news: dict[int, News] = {}
    for row in rows:
        subscription, reaction = subscriptions.get(row.subscription_id), reactions.get(row.event_id)
        why = _why_not(subscription, reaction)
        if subscription and subscription.article and reaction and not why:
            told = news.setdefault(subscription.pk, News(subscription, subscription.article))
            told.reactions.append(reaction)
        else:
            left_out[row.pk] = why
    return list(news.values()), left_out


def _why_not(subscription: Subscription | None, reaction: Reaction | None) -> str:
    if subscription is None or subscription.ended_at is not None or subscription.confirmed_at is None:
        return "the subscription has ended"
    if reaction is None or reaction.status != Reaction.Status.PUBLISHED:
        return "the reaction is not published any more"
    if subscription.frequency == Frequency.PAUSED:
        return "the subscription is paused"
    if subscription.article is None or not subscription.article.is_public:
        return "the article is not public"
    return ""


def _about_one_article(news: News) -> tuple[str, str, str]:
    article = news.article
    entries = [_entry(reaction, news.subscription) for reaction in news.reactions]
    context = {
        "title": subject_title(article.title),
        "article_url": article_link(article),
        "entries": entries,
        "first": entries[0],
        "preview": excerpt(news.reactions[0].body, 90),
        "subscription": news.subscription,
        "stop_url": stop_link(news.subscription),
        "manage_url": manage_link(news.subscription),
    }
    return halves("reaction", article.language, context)


def _entry(reaction: Reaction, subscription: Subscription) -> dict[str, Any]:
    answered = reaction.parent
    own = answered if answered and answered.subscription_id == subscription.pk else None
    return {
        **_nameplate(reaction),
        "you_wrote": excerpt(own.body, QUOTE_CHARS) if own else "",
        "text": reader_text(reaction.body),
        "html": reader_html(reaction.body),
    }


def _nameplate(reaction: Reaction) -> dict[str, Any]:
    return {
        "name": reaction.name,
        "website": reaction.website,
        "host": website_host(reaction.website) if reaction.website else "",
        "moment": reaction.published_at,
        "url": link("reaction", reaction.pk),
    }


def digest_context(all_news: list[News]) -> dict[str, Any]:
    """What templates/mail/digest shows of reactions: per article at most three nameplates with their first words."""
    articles: list[dict[str, Any]] = [
        {
            "title": subject_title(news.article.title),
            "url": article_link(news.article),
            "count": len(news.reactions),
            "entries": [
                {**_nameplate(reaction), "words": excerpt(reaction.body, QUOTE_CHARS)}
                for reaction in news.reactions[:NAMEPLATES_PER_ARTICLE]
            ],
            "stop_url": stop_link(news.subscription),
        }
        for news in all_news
    ]
    return {
        "articles": articles,
        "article_count": len(articles),
        "reaction_count": sum(article["count"] for article in articles),
    }


def list_headers(news: News) -> dict[str, str]:
    """Threading by reaction, listing by article. In a digest those of its first article: one click stops that one,
    and the mail itself carries a link to stop each of the others.
    """
    subscription, article = news.subscription, news.article
    ancestors = [reaction_message_id(pk, subscription.pk) for pk in _ancestors(news.reactions[0])]
    references = [article_message_id(article.pk, subscription.pk), *ancestors[-(MAX_REFERENCES - 1) :]]
    return {
        "In-Reply-To": references[-1],
        "References": " ".join(references),
        "List-Id": f"Reacties <artikel-{article.pk}.reacties.{settings.MAIL_DOMAIN}>",
        "List-Unsubscribe": f"<{stop_link(subscription)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": f"<{article_link(article)}#reactions>",
        "Precedence": "list",
    }


def _ancestors(reaction: Reaction) -> list[int]:
    """Ids of what this reaction answers, the opening first, its parent last."""
    if reaction.parent_id is None:
        return []
    above = Reaction.objects.filter(
        article=reaction.article_id, thread_no=reaction.thread_no, reply_no__in=reaction.numbers_above
    )
    ids = list(above.order_by("reply_no").values_list("pk", flat=True))
    # Below 32 levels the path no longer names the parent.
    return ids if reaction.parent_id in ids else [*ids, reaction.parent_id]
