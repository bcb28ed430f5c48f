"""The mail that gathers: all that one address follows once a day or once a week, reactions and new articles together.

The outbox also asks for it above five mails an hour to one address, when what waits is of both kinds.
"""

from django.conf import settings

from forum.outbox.envelope import digest_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import Digest, OutgoingMail
from forum.reactions import mails
from forum.subscriptions import article_mails
from forum.subscriptions.letterhead import halves, manage_link, stop_digests_link

LISTS = {Digest.DAILY: "dag", Digest.WEEKLY: "week"}


def build_digest(rows: list[OutgoingMail]) -> Letter:
    """Rows of one address; at most seven queries, however many there are."""
    news, new, left_out = _gathered(rows)
    if not news and not new:
        raise NothingToSay(next(iter(left_out.values()), "no rows"))
    subscription = news[0].subscription if news else new[0].subscription
    article = news[0].article if news else new[0].article
    digest = rows[0].digest
    context = {
        **mails.digest_context(news),
        "new_articles": [article_mails.as_told(one) for one in new],
        "digest": digest,
        "manage_url": manage_link(subscription),
        "stop_digests_url": stop_digests_link(subscription),
    }
    subject, text, html = halves("digest", article.language, context)
    if digest:
        headers = {
            "List-Id": f"Overzicht <{LISTS[Digest(digest)]}.overzicht.{settings.MAIL_DOMAIN}>",
            "List-Unsubscribe": f"<{stop_digests_link(subscription)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Archive": f"<{settings.SITE_URL}/>",
            "Precedence": "list",
        }
    else:
        headers = mails.list_headers(news[0]) if news else article_mails.list_headers(new[0])
    return Letter(
        subject=subject,
        text=text,
        html=html,
        message_id=digest_message_id(rows[0].pk),  # the lead stays the same at every retry
        headers=headers,
        left_out=left_out,
    )


def _gathered(
    rows: list[OutgoingMail],
) -> tuple[list[mails.News], list[article_mails.NewArticle], dict[int, str]]:
    of_articles = [row for row in rows if row.kind == OutgoingMail.Kind.ARTICLE]
    of_reactions = [row for row in rows if row.kind == OutgoingMail.Kind.REACTION]
    news, left_out = mails.gather_news(of_reactions) if of_reactions else ([], {})
    new, others = article_mails.gather_articles(of_articles) if of_articles else ([], {})
    return news, new, left_out | others
