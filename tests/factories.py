"""Rows for tests, by plain functions. Every default may be given by keyword."""

from itertools import count
from typing import Any

from django.utils import timezone

from articles.models import Article, Author, Byline, Discussion, Section

_number = count(1)


def make_section(**fields: Any) -> Section:
    n = next(_number)
    return Section.objects.create(**{"name": f"Stad {n}", "slug": f"stad-{n}", **fields})


def make_author(**fields: Any) -> Author:
    n = next(_number)
    return Author.objects.create(**{"name": f"Noor Terbeek {n}", "slug": f"noor-{n}", **fields})


def make_article(*, discussion: dict[str, Any] | None = None, **fields: Any) -> Article:
    """A published article with an open discussion. `author`, or `authors` in the order of the byline."""
    n = next(_number)
    fields = {
        "title": f"Het stille uur {n}",
        "slug": f"stille-uur-{n}",
        "lead": "Elke woensdag legt een stad haar lawaai neer.",
        "body": "Eerste alinea.\n\n## Meten.\n\nTweede alinea.",
        "body_html": "<p>Eerste alinea.</p>",
        "language": "nl",
        "status": Article.Status.PUBLISHED,
        "published_at": timezone.now(),
        **fields,
    }
    fields.setdefault("section", None)
    fields["section"] = fields["section"] or make_section()
    authors = fields.pop("authors", None) or [fields.get("author") or make_author()]
    fields["author"] = authors[0]
    fields["byline"] = [[author.name, author.slug] for author in authors]
    article = Article.objects.create(**fields)
    Byline.objects.bulk_create(Byline(article=article, author=author, position=n) for n, author in enumerate(authors))
    Discussion.objects.create(article=article, **(discussion or {}))
    return article
