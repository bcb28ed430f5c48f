"""Articles with many reactions, written in bulk with the numbers and parts that posting them would have given."""

from datetime import timedelta
from itertools import count

from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone

from articles.models import Article, Author, Discussion, Section
from forum.reactions.models import Reaction
from forum.reactions.rendering import HTML_VERSION, part

NAMES = ["Thijs Bogaard", "Marieke van Oordt", "Fatima El Idrissi", "Pieter Zonneveld", "Lotte Hagedoorn"]
WORDS = "de stad wordt stil en wie goed luistert hoort de bakker fluiten aan de overkant van het water"
REPLIES = 4  # below every opening: a page of twenty conversations shows as many as a short article in all
PLACEHOLDER, PARENT = 8_888_888_881, 8_888_888_882  # ids that are replaced by the real ones
_article_number = count(1)
_reaction_pk = count(1)


def article_with(conversations: int, *, long_one: int = 0) -> Article:
    """An article with so many conversations of an opening and REPLIES replies; with `long_one`, one conversation in
    the middle has so many replies, each an answer to the one before it or, every eighth, to the opening."""
    n = next(_article_number)
    section, _ = Section.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    author, _ = Author.objects.get_or_create(slug="bench", defaults={"name": "Noor Terbeek"})
    article = Article.objects.create(
        title=f"Artikel {n}",
        slug=f"artikel-{n}",
        body="Tekst.",
        body_html="<p>Tekst.</p>",
        language="nl",
        section=section,
        author=author,
        status=Article.Status.PUBLISHED,
        published_at=timezone.now() - timedelta(days=1),
    )
    parts = _sample_parts(article)
    rows: list[Reaction] = []
    visible = 0
    for thread_no in range(1, conversations + 1):
        replies = long_one if long_one and thread_no == conversations // 2 else REPLIES
        rows += _conversation(article, thread_no, replies, parts)
        visible += 1 + replies
        if len(rows) > 5_000:
            Reaction.objects.bulk_create(rows, batch_size=1_000)
            rows = []
    Reaction.objects.bulk_create(rows, batch_size=1_000)
    Discussion.objects.create(
        article=article,
        last_thread_no=conversations,
        visible=visible,
        skyline="e0f1" * min(60, visible // 2),
        last_reaction_at=timezone.now(),
    )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Reaction]):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
    return article


def _conversation(article: Article, thread_no: int, replies: int, parts: list[Reaction]) -> list[Reaction]:
    opening = _row(article, parts[thread_no % len(NAMES)], thread_no=thread_no, reply_no=0, path=b"")
    opening.replies = opening.last_reply_no = replies
    rows = [opening]
    for reply_no in range(1, replies + 1):
        parent = opening if reply_no % 8 == 1 else rows[-1]
        path = parent.path[: 4 * 31] + reply_no.to_bytes(4, "big")
        sample = parts[len(NAMES) + reply_no % len(NAMES)]
        rows.append(_row(article, sample, thread_no=thread_no, reply_no=reply_no, path=path, parent=parent))
    return rows


def _row(
    article: Article, sample: Reaction, *, thread_no: int, reply_no: int, path: bytes, parent: Reaction | None = None
) -> Reaction:
    pk = next(_reaction_pk)
    html = sample.html.replace(str(PLACEHOLDER), str(pk))
    return Reaction(
        pk=pk,
        article=article,
        parent_id=parent.pk if parent else None,
        thread_no=thread_no,
        reply_no=reply_no,
        path=path,
        depth=parent.depth + 1 if parent else 0,
        name=sample.name,
        website=sample.website,
        body=sample.body,
        language="nl",
        status=Reaction.Status.PUBLISHED,
        shown=True,
        created_at=sample.created_at,
        published_at=sample.published_at,
        announced_at=sample.published_at,
        html=html.replace(str(PARENT), str(parent.pk)) if parent else html,
        html_version=HTML_VERSION,
        fingerprint=f"bench {pk}",
    )


def _sample_parts(article: Article) -> list[Reaction]:
    """For every name an opening and then, for every name again, a reply; rendered once, used for all."""
    now = timezone.now()
    samples = []
    for parent in (None, Reaction(pk=PARENT, name=NAMES[0], status=Reaction.Status.PUBLISHED)):
        for n, name in enumerate(NAMES):
            sample = Reaction(
                pk=PLACEHOLDER,
                article=article,
                parent=parent,
                name=name,
                website="https://lezer.example/" if n % 2 else "",
                body="\n\n".join([WORDS, *[WORDS] * (n % 3)]),
                status=Reaction.Status.PUBLISHED,
                created_at=now,
                published_at=now,
            )
            sample.html = part(sample)
            samples.append(sample)
    return samples
