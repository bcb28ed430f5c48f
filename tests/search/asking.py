"""Short ways to ask, and to see what the index holds."""

from typing import Any

from django.db import connection

from articles.models import Article
from forum.reactions.models import Reaction
from forum.search.searching import search


def reactions_with(words: str, **filters: Any) -> list[Reaction]:
    return [hit.reaction for hit in search(words, **filters).reactions.hits]


def articles_with(words: str, **filters: Any) -> list[Article]:
    return [hit.article for hit in search(words, **filters).articles.hits]


def finds(words: str, **filters: Any) -> bool:
    found = search(words, **filters)
    return bool(found.articles.count or found.reactions.count)


def index() -> list[tuple[Any, ...]]:
    """All that the index holds, in an order of its own."""
    if connection.vendor == "postgresql":
        asked = ["SELECT 'article', id, published_at::text, title::text, head::text, words::text FROM search_article"]
        asked += ["SELECT 'reaction', id, published_at::text, article_id::text, '', words::text FROM search_reaction"]
    else:
        asked = ["SELECT 'article', id, published_at FROM search_article"]
        asked += ["SELECT 'reaction', id, published_at, article_id FROM search_reaction"]
        asked += [_words_of(kind) for kind in ("article", "reaction")]
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(sql)
            rows += cursor.fetchall()
    return sorted(rows, key=str)


def _words_of(kind: str) -> str:
    """Every word with its place; made anew each time, for rebuilding drops the table that it looks into."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS temp.{kind}_vocabulary")
        cursor.execute(
            f"CREATE VIRTUAL TABLE temp.{kind}_vocabulary USING fts5vocab(main, search_{kind}_words, instance)"
        )
    return f"SELECT '{kind}', term, doc, col, offset FROM temp.{kind}_vocabulary"
