"""Making the index anew. Keeping it is the work of triggers."""

from collections.abc import Callable

from django.db import connection

from forum.search.engines import BATCH, engine

TABLES = {"articles": "articles_article", "reactions": "reactions_reaction"}


def rebuild_index(*, report: Callable[[str], None] = lambda _: None) -> None:
    """Drop the index, lay it anew and fill it. May run twice, and while the site runs: until it is done less is found."""
    engine().install()
    fill_index(report=report)


def mend_index() -> bool:
    """Make the index anew if its triggers are not all there. Returns whether that was needed."""
    if engine().is_installed():
        return False
    rebuild_index()
    return True


def fill_index(*, report: Callable[[str], None] = lambda _: None) -> None:
    """Take in what is not in it yet, a batch at a time. May run twice."""
    for kind, table in TABLES.items():
        first, last = _ids(table)
        for start in range(first, last + 1, BATCH):
            engine().fill(start, min(start + BATCH - 1, last), kind=kind)
            if (start - first) // BATCH % 100 == 99:
                report(f"{kind} up to {start + BATCH - 1} of {last}")
    engine().tidy()


def _ids(table: str) -> tuple[int, int]:
    """Asked of the table, not of the model: a migration runs while the model knows columns that come later."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id), max(id) FROM {table}")  # noqa: S608  (one of ours)
        first, last = cursor.fetchone()
    return (first, last) if first is not None else (1, 0)
