"""Which pages are kept, and which words of the query change them. All others are Django's alone."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from articles import house
from forum.converters import number_in_query
from forum.reactions.threads import ORDERS

MAX_QUERY = 500  # characters; who writes more is no reader
_SLUG = "[-a-zA-Z0-9_]{1,100}"
_NUMBER = "[0-9]{1,19}"


@dataclass(frozen=True)
class Route:
    """`known`: what the page reads of the query. `talk_days`, `news_days`: it shows what was said, or published, in so many days."""

    path: re.Pattern[str]
    known: tuple[str, ...] = ()
    talk_days: int = 0
    news_days: int = 0


def _route(path: str, *known: str, talk_days: int = 0, news_days: int = 0) -> Route:
    return Route(re.compile(path, re.ASCII), known, talk_days, news_days)


_languages, _kinds = "|".join(house.LANGUAGES), "|".join(house.KINDS)
ROUTES = (
    _route(f"/articles/{_SLUG}/", "order", "after"),
    _route("/", talk_days=7),
    _route(f"/articles/{_SLUG}/conversations/{_NUMBER}/", "after"),
    _route(rf"/(articles|sections/{_SLUG}|authors/{_SLUG}|{_languages}|archive/[0-9]{{4}}/[0-9]{{2}})/", "page"),
    _route(r"/archive/([0-9]{4}/)?"),
    _route(rf"/(({_languages})/)?({_kinds})/"),
    _route("/reactions/", "before"),
    _route(rf"/(feeds/(articles|reactions)|sections/{_SLUG}/articles|authors/{_SLUG}/articles)\.atom"),
    _route(rf"/(articles/{_SLUG}/reactions\.atom|feeds/articles\.json|opensearch\.xml|robots\.txt)"),
    _route(r"/(sitemap|sitemaps/news)\.xml", news_days=2),
    _route(rf"/sitemaps/(pages|articles-{_NUMBER})\.xml"),
)


def route_of(path: str) -> Route | None:
    for route in ROUTES:
        if route.path.fullmatch(path):
            return route
    return None


def known_query(route: Route, query: str) -> str | None:
    """The query with what the page knows and nothing else, in one spelling; None when Django must see it as it is."""
    if not query:
        return ""
    if len(query) > MAX_QUERY:
        return None
    try:
        typed = QueryDict(query.encode("latin-1"))
    except (ValueError, LookupError):  # too many fields are a ValueError as well
        return None
    kept: dict[str, str] = {}
    for name in route.known:
        if name not in typed:
            continue
        word = typed[name]
        if name == "order":
            if word in ORDERS[1:]:
                kept[name] = word
        elif number_in_query(word) is None or str(number_in_query(word)) != word:
            return None  # an error page, or the page of another number: Django says which
        else:
            kept[name] = word
    return urlencode(kept)
