"""The words of the mail that tells an author what readers ask. Name and website stand above every question."""

from typing import Any

from articles.models import Author, Byline
from forum.cleaning import email_key, website_host
from forum.outbox.envelope import question_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.letterhead import article_link, halves, link, subject_title
from forum.text import excerpt, reader_html, reader_text

TOLD = 10  # questions in one mail; of the others it says how many there are


def build_questions(rows: list[OutgoingMail]) -> Letter:
    """Rows of one author; three queries, however many there are."""
    author = Author.objects.select_related("user").filter(pk__in=[rows[0].subscription_id]).first()
    asked = Reaction.objects.select_related("article").defer("html", "article__body", "article__body_html")
    questions = asked.in_bulk([row.event_id for row in rows])
    own = set(Byline.objects.filter(author=rows[0].subscription_id).values_list("article", flat=True))
    told: list[Reaction] = []
    left_out: dict[int, str] = {}
    for row in rows:
        question = questions.get(row.event_id)
        why = _why_nobody(author, row) or _why_not(question, own)
        if question is None or why:
            left_out[row.pk] = why
        else:
            told.append(question)
    if author is None or not told:
        raise NothingToSay(next(iter(left_out.values()), "no rows"))
    subject, text, html = _words(told)
    return Letter(
        subject=subject,
        text=text,
        html=html,
        message_id=question_message_id(told[0].pk, author.pk),
        left_out=left_out,
    )


def _why_nobody(author: Author | None, row: OutgoingMail) -> str:
    if author is None or author.user is None or not author.user.is_active:
        return "the author has no login"
    if not author.mail_questions:
        return "the author wants no mail about questions"
    if "@" not in author.user.email or email_key(author.user.email) != row.address.key:
        return "the login has another address"
    return ""


def _why_not(question: Reaction | None, own: set[int]) -> str:
    if question is None or question.status != Reaction.Status.PUBLISHED or not question.is_question:
        return "the question is not published any more"
    if question.answered_by_id is not None:
        return "answered already"
    if question.article_id not in own:
        return "the article has other authors"
    if not question.article.is_public:
        return "the article is not public"
    return ""


def _words(questions: list[Reaction]) -> tuple[str, str, str]:
    first = questions[0]
    context = {
        "title": subject_title(first.article.title),
        "count": len(questions),
        "article_count": len({question.article_id for question in questions}),
        "entries": [_entry(question) for question in questions[:TOLD]],
        "more": max(0, len(questions) - TOLD),
        "preview": excerpt(first.body, 90),
        "desk_url": link("desk_questions"),
    }
    return halves("question", first.article.language, context)


def _entry(question: Reaction) -> dict[str, Any]:
    return {
        "name": question.name,
        "website": question.website,
        "host": website_host(question.website) if question.website else "",
        "moment": question.published_at,
        "text": reader_text(question.body),
        "html": reader_html(question.body),
        "title": subject_title(question.article.title),
        "article_url": article_link(question.article),
        "url": link("reaction", question.pk),
        "answer_url": f"{link('react', question.article.slug)}?parent={question.pk}",
    }
