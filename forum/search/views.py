"""Searching: the same answer for everybody, without a cookie."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Author, Section
from forum.search.forms import NoSuchPage, read_asked
from forum.search.searching import PAGE_SIZE, search
from forum.search.words import MAX_CHARS

FIRST_OF_BOTH = 10  # of each kind, while no kind is chosen


@require_safe
def found(request: HttpRequest) -> HttpResponse:
    sections, authors = list(Section.objects.all()), list(Author.objects.only("name", "slug"))
    try:
        asked = read_asked(request.GET, sections, authors)
    except NoSuchPage:
        raise Http404 from None
    count = PAGE_SIZE if asked.kind else FIRST_OF_BOTH
    results = search(
        asked.q,
        kind=asked.kind or None,
        section=asked.section.pk if asked.section else None,
        author=asked.author.pk if asked.author else None,
        since=asked.since,
        only_authors=asked.answers,
        order=asked.order,
        after=count * (asked.page - 1),
        count=count,
    )
    if asked.page > 1 and not (results.articles.hits or results.reactions.hits):
        raise Http404
    context = {
        "asked": replace(asked, q=results.query.text),
        "results": results,
        "sections": sections,
        "authors": authors,
        "max_chars": MAX_CHARS,
        "was_asked": "q" in request.GET,
    }
    return render(request, "search/search.html", context)


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """OpenSearch: how a browser searches here from its address bar. Source: OpenSearch 1.1 draft 6."""
    return render(request, "search/opensearch.xml", content_type="application/opensearchdescription+xml; charset=utf-8")
