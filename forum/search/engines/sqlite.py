"""SQLite: FTS5 without a copy of the texts. `search_reaction` and `search_article` say what is in it.

FTS5 takes accents and case away by itself, from texts and from what is looked for alike, so a word that occurs is found. It
knows no stems: `forms_of` looks for the other forms. Words of our own, which nobody can type, begin with MARK: article, day,
month, answer; FTS5 meets them as quickly as words.
"""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from forum.search.engines import Filters
from forum.search.words import Query, Term

MOST_ARTICLES = (
    1_000  # of a section or an author that are named one by one; a larger part of the site is met soon enough
)
MARK = "\ue000"  # private use: FTS5 takes it for a letter, `read_query` and the triggers take it out
_MARK = f"char({ord(MARK)})"
_TOKENS = "tokenize = 'unicode61 remove_diacritics 2'"

TABLES = [
    "CREATE TABLE search_article (id integer PRIMARY KEY, published_at text NOT NULL)",
    "CREATE TABLE search_reaction (id integer PRIMARY KEY, article_id integer NOT NULL, published_at text NOT NULL)",
    f"CREATE VIRTUAL TABLE search_article_words USING fts5(title, lead, text, content = '', {_TOKENS})",
    f"CREATE VIRTUAL TABLE search_reaction_words USING fts5(words, content = '', columnsize = 0, {_TOKENS})",
]
DROPPED = [
    *(f"DROP TRIGGER IF EXISTS search_{kind}_{event}" for kind in ("article", "reaction")
      for event in ("added", "changed", "deleted")),
    *(f"DROP TABLE IF EXISTS search_{name}" for name in ("article_words", "reaction_words", "article", "reaction")),
]  # fmt: skip


def _clean(column: str) -> str:
    """Without our own mark, and with words in one piece that are cut by soft hyphens."""
    return f"replace(replace({column}, {_MARK}, ' '), char(173), '')"


def _reaction(row: str) -> str:
    day = f"substr({row}.published_at, 1, 10)"
    marks = [f"'x' || {row}.article_id", f"'d' || replace({day}, '-', '')"]
    marks += [f"'m' || replace(substr({day}, 1, 7), '-', '')", f"CASE WHEN {row}.by_author THEN 'answer' ELSE 'x' END"]
    texts = [_clean(f"{row}.name"), _MARK, _clean(f"{row}.body"), *(f"{_MARK} || {mark}" for mark in marks)]
    return " || ' ' || ".join(texts)


def _article(row: str) -> str:
    names = f"(SELECT group_concat(json_extract(value, '$[0]'), ' ') FROM json_each({row}.byline))"
    lead = f"{_clean(f'{row}.lead')} || ' ' || {_MARK} || ' ' || coalesce({_clean(names)}, '')"
    return ", ".join((_clean(f"{row}.title"), lead, _clean(f"{row}.body")))


_REACTION_IS_PUBLIC = "{row}.shown AND {row}.status = 'published' AND {row}.published_at IS NOT NULL"
_ARTICLE_IS_PUBLIC = "{row}.status = 'published'"
_KINDS = {
    "reaction": (
        "reactions_reaction",
        ("id", "article_id", "name", "body", "by_author", "status", "shown", "published_at"),
        "id, article_id, published_at",
        "words",
        _reaction,
        _REACTION_IS_PUBLIC,
    ),
    "article": (
        "articles_article",
        ("id", "title", "lead", "body", "byline", "status", "published_at"),
        "id, published_at",
        "title, lead, text",
        _article,
        _ARTICLE_IS_PUBLIC,
    ),
}


def _triggers() -> list[str]:
    """They name only their own table and ours: SQLite refuses to lay a table anew that another one's trigger names."""
    made = []
    for kind, (table, columns, kept, into, texts, is_public) in _KINDS.items():
        index, words = f"search_{kind}", f"search_{kind}_words"
        new_kept = ", ".join(f"new.{column}" for column in kept.split(", "))
        add = f"""
            INSERT INTO {words} (rowid, {into}) SELECT new.id, {texts("new")} WHERE {is_public.format(row="new")};
            INSERT INTO {index} ({kept}) SELECT {new_kept} WHERE {is_public.format(row="new")};"""
        forget = f"""
            INSERT INTO {words} ({words}, rowid, {into})
                SELECT 'delete', id, {texts("old")} FROM {index} WHERE id = old.id;
            DELETE FROM {index} WHERE id = old.id;"""
        changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
        made += [
            f"CREATE TRIGGER search_{kind}_added AFTER INSERT ON {table} BEGIN {add} END",
            f"CREATE TRIGGER search_{kind}_changed AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" WHEN {changed} BEGIN {forget} {add} END",
            f"CREATE TRIGGER search_{kind}_deleted AFTER DELETE ON {table} BEGIN {forget} END",
        ]
    return made


class SQLite:
    def install(self) -> None:
        self.uninstall()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (*TABLES, *_triggers()):
                cursor.execute(statement)

    def uninstall(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in DROPPED:
                cursor.execute(statement)

    def is_installed(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search#_%' ESCAPE '#'"
            )
            return cursor.fetchone()[0] == len(_triggers())

    def fill(self, first: int, last: int, *, kind: str) -> None:
        table, _, kept, into, texts, is_public = _KINDS[kind.removesuffix("s")]
        index, words = f"search_{kind.removesuffix('s')}", f"search_{kind.removesuffix('s')}_words"
        rows = f"""FROM {table} AS t WHERE t.id BETWEEN %s AND %s AND {is_public.format(row="t")}
            AND NOT EXISTS (SELECT 1 FROM {index} WHERE {index}.id = t.id)"""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {words} (rowid, {into}) SELECT t.id, {texts('t')} {rows}", [first, last])
            cursor.execute(f"INSERT INTO {index} ({kept}) SELECT {kept} {rows}", [first, last])

    def tidy(self) -> None:
        """Merges the parts of the index a little at a time, so that who posts meanwhile need not wait."""
        for table in ("search_article_words", "search_reaction_words"):
            pages = -500  # first, negative: everything may be merged; then what was begun is finished
            for _ in range(10_000):
                with transaction.atomic(), connection.cursor() as cursor:
                    before = connection.connection.total_changes
                    cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', %s)", [pages])
                    if connection.connection.total_changes - before < 2:
                        break
                pages = 500

    def newest_articles(self, query: Query, filters: Filters, *, limit: int, by_field: bool) -> list[int]:
        words = _expression(query, beginning=True)
        public = filters.public_articles()
        if filters.since is not None:
            public = public.filter(published_at__gte=filters.since)
        sql, params = public.values("id").query.sql_with_params()
        branch = """SELECT id FROM (SELECT i.id FROM search_article_words AS w CROSS JOIN search_article AS i ON i.id = w.rowid
            WHERE search_article_words MATCH %s AND i.id IN (SELECT id FROM public)
            ORDER BY i.published_at DESC, i.id DESC LIMIT %s)"""
        fields = ("{title} : ", "{title lead} : ", "") if by_field else ("",)
        return _ids(
            f"WITH public AS ({sql}) " + " UNION ALL ".join([branch] * len(fields)),
            [*params, *(param for field in fields for param in (f"{field}({words})", limit))],
        )

    def newest_reactions(self, query: Query, filters: Filters, *, limit: int) -> list[int]:
        public, public_params = filters.public_articles().values("id").query.sql_with_params()
        named = "%s"
        named_params: tuple[Any, ...] = ()
        if filters.names_articles:
            articles, named_params = filters.articles_with_reactions().values("id").query.sql_with_params()
            one_by_one = f"group_concat('\"' || {_MARK} || 'x' || id || '\"', ' OR ')"
            named = f"""(SELECT '(' || %s || ')' || CASE WHEN count(*) BETWEEN 1 AND {MOST_ARTICLES}
                THEN ' AND (' || {one_by_one} || ')' ELSE '' END FROM ({articles}))"""
        since, since_params = _since(filters, "i")
        branch = f"""SELECT id FROM (SELECT i.id FROM search_reaction_words AS w
            CROSS JOIN search_reaction AS i ON i.id = w.rowid
            WHERE search_reaction_words MATCH {named} AND i.article_id IN ({public}) {since}
            ORDER BY w.rowid DESC LIMIT %s)"""
        marks = _marks(filters)

        def params(beginning: bool) -> list[Any]:
            words = f"({_expression(query, beginning=beginning)}){marks}"
            return [words, *named_params, *public_params, *since_params, limit]

        if not any(term.is_beginning for term in query.terms):
            return _ids(branch, params(False))
        # The second half is not even begun when the first one fills the list.
        return _ids(f"{branch} UNION ALL {branch} LIMIT %s", [*params(False), *params(True), limit])


def _ids(sql: str, params: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _since(filters: Filters, table: str) -> tuple[str, list[Any]]:
    if filters.since is None:
        return "", []
    return f"AND {table}.published_at >= %s", [connection.ops.adapt_datetimefield_value(filters.since)]


def _expression(query: Query, *, beginning: bool) -> str:
    """FTS5's own language. Everything typed stands between quotes, so none of it is an operator."""
    wanted = " AND ".join(_alternatives(term, beginning=beginning and term.is_beginning) for term in query.terms)
    unwanted = "".join(f" NOT {_string(' '.join(term.words))}" for term in query.without)
    return f"({wanted}){unwanted}"


def _alternatives(term: Term, *, beginning: bool) -> str:
    words = _string(" ".join(term.words))
    return "(" + " OR ".join([words, *(f"{words} *" for _ in range(beginning)), *map(_string, term.forms)]) + ")"


def _marks(filters: Filters) -> str:
    marks = [f' AND "{MARK}answer"'] if filters.only_authors else []
    if periods := filters.periods(timezone.now()):
        marks.append(f" AND ({' OR '.join(_string(MARK + period) for period in periods)})")
    return "".join(marks)


def _string(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'
