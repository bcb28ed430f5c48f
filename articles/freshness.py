"""Which readers' rooms a page shows. What editors write, every page is checked against: see forum/pagecache."""

from collections.abc import Iterable

from django.http import HttpResponse

from articles.models import Article


def showing(response: HttpResponse, articles: Iterable[Article]) -> HttpResponse:
    """Of what readers do, the page shows only what is said under these; of all others nothing, not even how many.

    The articles must come with their discussions, read before what is shown of them. Whoever says nothing is believed to
    show everything.
    """
    response.discussions = {article.pk: article.discussion.version for article in articles}  # type: ignore[attr-defined]
    return response
