"""PostgreSQL: `search_reaction` and `search_article` hold a tsvector for every text, found through GIN.

A tsvector holds every word as it stands and its stem in the text's language. Words are cut and folded by our own
`search_fold`, which needs no extension and gives the same under every locale. Lexemes of our own begin with §, which
no word holds: section, author, day, month, answer, and blocks of ids, by which the newest are looked through first.
"""

import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from forum.search.engines import Filters
from forum.search.words import Query

MOST_CHARS = 200_000  # of a text that are looked at; a tsvector holds at most a megabyte
BLOCKS = tuple(4**power for power in (6, 7, 8, 9, 10))  # ids in a block of each size: from 4,096 to a million
FEW_BLOCKS = (BLOCKS[0], BLOCKS[2])  # for questions that take GIN long: better too many rows than once more
FEW_PERIODS = 10  # the days of a week, the months of a season: no need to look at the newest of them first

INDEXES = {"search_article": ("title", "head", "words"), "search_reaction": ("words",)}
TABLES = [
    "CREATE TABLE search_article (id bigint PRIMARY KEY, published_at timestamptz NOT NULL,"
    " title tsvector NOT NULL, head tsvector NOT NULL, words tsvector NOT NULL)",
    "CREATE TABLE search_reaction (id bigint PRIMARY KEY, article_id bigint NOT NULL,"
    " published_at timestamptz NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_reaction_article ON search_reaction (article_id)",
    "ALTER TABLE search_reaction ALTER words SET STATISTICS 0",  # a large sample, of no use: the plan is forced
    # While it is filled, GIN takes words in by the heap, in half the time; afterwards each at once, see `tidy`.
    *(f"CREATE INDEX {table}_{column} ON {table} USING gin ({column})"
      " WITH (fastupdate = on, gin_pending_list_limit = 16384)"
      for table, columns in INDEXES.items() for column in columns),
]  # fmt: skip
_TOKENS = "asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart"
_NUMBERS = "int, uint, float, sfloat, version, email, url, url_path, host, file, protocol"
CONFIGURATIONS = [
    *(f"CREATE TEXT SEARCH DICTIONARY search_{language} (TEMPLATE = snowball, LANGUAGE = {language})"
      for language in ("dutch", "english")),  # no stop words: "de" and "niet" are words too
    "CREATE TEXT SEARCH DICTIONARY search_plain (TEMPLATE = simple)",
    *(f"CREATE TEXT SEARCH CONFIGURATION search_{name} (PARSER = default)" for name in ("plain", "dutch", "english")),
    *(f"ALTER TEXT SEARCH CONFIGURATION search_{name} ADD MAPPING FOR {_TOKENS} WITH search_{name}"
      for name in ("plain", "dutch", "english")),
    *(f"ALTER TEXT SEARCH CONFIGURATION search_{name} ADD MAPPING FOR {_NUMBERS} WITH search_plain"
      for name in ("plain", "dutch", "english")),
]  # fmt: skip
TRIGGERS = {
    "search_article_kept": "articles_article",
    "search_article_emptied": "articles_article",
    "search_reaction_kept": "reactions_reaction",
    "search_reaction_emptied": "reactions_reaction",
    "search_byline_kept": "articles_byline",
}
DROPPED = [
    *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in TRIGGERS.items()),
    "DROP FUNCTION IF EXISTS search_article_changed(), search_reaction_changed(), search_byline_changed(), search_article_marks(bigint),"
    " search_newest(tsquery, tsquery, bigint[], bigint, timestamptz, timestamptz, int),"
    " search_term(text, text[], boolean), search_stems(text, text), search_reaction_vector(text, text, text, text[]),"
    " search_fold(text)",
    "DROP TABLE IF EXISTS search_article, search_reaction",
    *(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS search_{name}" for name in ("plain", "dutch", "english")),
    *(f"DROP TEXT SEARCH DICTIONARY IF EXISTS search_{name}" for name in ("plain", "dutch", "english")),
]  # fmt: skip


def _ranges(codes: Iterator[int]) -> str:
    """Code points, in order -> what stands between the brackets of a regular expression of PostgreSQL."""
    rows: list[list[int]] = []
    for code in codes:
        if rows and code == rows[-1][1] + 1:
            rows[-1][1] = code
        else:
            rows.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in rows)


def _separators() -> str:
    """Beyond ASCII, what is no letter, number or mark. Not assigned counts as well: so there are few ranges."""
    codes = (code for code in range(0x80, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)
    return _ranges(code for code in codes if unicodedata.category(chr(code))[0] not in "LNM")


def _capitals() -> tuple[str, str]:
    """Capitals of Latin, Greek, Cyrillic and Armenian that are no letter with an accent, and their small letters."""
    pairs = [(chr(code), chr(code).lower()) for code in range(0x80, 0x590)]
    pairs = [(large, small) for large, small in pairs if large != small and len(small) == 1]
    pairs = [(large, small) for large, small in pairs if len(unicodedata.normalize("NFD", large)) == 1]
    pairs.append(("ς", "σ"))  # one letter, written otherwise at the end of a word
    return "".join(large for large, _ in pairs), "".join(small for _, small in pairs)


def _trigger(name: str, table: str) -> str:
    """No column is named: PostgreSQL refuses to alter one that a trigger names."""
    when = "TRUNCATE" if name.endswith("emptied") else "INSERT OR UPDATE OR DELETE"
    each = "STATEMENT" if name.endswith("emptied") else "ROW"
    function = name.rpartition("_")[0] + "_changed()"
    return f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}"


def _functions() -> list[str]:
    capitals, small = _capitals()
    return [
        f"""CREATE FUNCTION search_fold(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        BEGIN
            IF octet_length(said) <> char_length(said) THEN
                said := regexp_replace(normalize(replace(said, U&'\\00ad', ''), NFD), '[\\u0300-\\u036f]+', '', 'g');
                IF octet_length(said) <> char_length(said) THEN
                    said := regexp_replace(said, '[{_separators()}]+', ' ', 'g');
                    IF octet_length(said) <> char_length(said) THEN
                        said := translate(said, '{capitals}', '{small}');
                    END IF;
                END IF;
            END IF;
            said := regexp_replace(lower(said COLLATE "C"), '[\\u0001-/:-@\\[-`{{-\\u007f]+', ' ', 'g');
            RETURN left(said, {MOST_CHARS});
        END $$""",
        """CREATE FUNCTION search_stems(said text, language text) RETURNS tsvector
        LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        BEGIN
            said := search_fold(said);
            RETURN to_tsvector('search_plain', said)
                || to_tsvector(CASE language WHEN 'en' THEN 'search_english' ELSE 'search_dutch' END::regconfig, said);
        END $$""",
        """CREATE FUNCTION search_term(said text, forms text[], is_beginning boolean) RETURNS tsquery
        LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            folded text := search_fold(said);
            found tsquery := phraseto_tsquery('search_plain', folded);
        BEGIN
            IF forms IS NULL THEN
                RETURN found;
            END IF;
            IF position(' ' IN trim(folded)) = 0 THEN
                forms := forms || ts_lexize('search_dutch', trim(folded)) || ts_lexize('search_english', trim(folded));
            END IF;
            forms := ARRAY(SELECT DISTINCT quote_literal(form) FROM unnest(forms) AS form WHERE form <> trim(folded));
            IF cardinality(forms) > 0 THEN  -- each once: GIN compares every name with every text
                found := found || array_to_string(forms, '|')::tsquery;
            END IF;
            IF is_beginning THEN
                found := found || ('''' || trim(folded) || ''':*')::tsquery;
            END IF;
            RETURN found;
        END $$""",
        """CREATE FUNCTION search_reaction_vector(name text, body text, language text, marks text[]) RETURNS tsvector
        LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT search_stems(name || ' ' || body, language) || array_to_tsvector(marks)
        $$""",
        """CREATE FUNCTION search_article_marks(article bigint) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
        BEGIN
            RETURN ARRAY(SELECT '§s' || section_id FROM articles_article WHERE id = article
                UNION SELECT '§w' || author_id FROM articles_byline WHERE article_id = article);
        END $$""",
        """CREATE FUNCTION search_byline_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF tg_op = 'UPDATE' THEN
                IF (new.article_id, new.author_id) IS NOT DISTINCT FROM (old.article_id, old.author_id) THEN
                    RETURN NULL;
                END IF;
            END IF;
            IF tg_op <> 'INSERT' THEN
                UPDATE search_reaction SET words = ts_delete(words, '§w' || old.author_id)
                WHERE article_id = old.article_id;
            END IF;
            IF tg_op <> 'DELETE' THEN
                UPDATE search_reaction SET words = words || array_to_tsvector(ARRAY['§w' || new.author_id])
                WHERE article_id = new.article_id;
            END IF;
            RETURN NULL;
        END $$""",
        f"""CREATE FUNCTION search_article_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF tg_op = 'TRUNCATE' THEN
                TRUNCATE search_article;
                RETURN NULL;
            END IF;
            IF tg_op = 'UPDATE' THEN
                IF new.section_id <> old.section_id THEN
                    UPDATE search_reaction SET words = ts_delete(words, '§s' || old.section_id)
                        || array_to_tsvector(ARRAY['§s' || new.section_id]) WHERE article_id = new.id;
                END IF;
                IF ({_columns("new", ARTICLE)}) IS NOT DISTINCT FROM ({_columns("old", ARTICLE)}) THEN
                    RETURN NULL;
                END IF;
            END IF;
            IF tg_op <> 'INSERT' THEN
                DELETE FROM search_article WHERE id = old.id;
            END IF;
            IF tg_op = 'DELETE' THEN
                RETURN NULL;
            END IF;
            IF {_ARTICLE_IS_PUBLIC.format(row="new")} THEN
                INSERT INTO search_article (id, published_at, title, head, words)
                SELECT {_article("new")} ON CONFLICT (id) DO NOTHING;
            END IF;
            RETURN NULL;
        END $$""",
        f"""CREATE FUNCTION search_reaction_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF tg_op = 'TRUNCATE' THEN
                TRUNCATE search_reaction;
                RETURN NULL;
            END IF;
            IF tg_op = 'UPDATE' THEN
                IF ({_columns("new", REACTION)}) IS NOT DISTINCT FROM ({_columns("old", REACTION)}) THEN
                    RETURN NULL;
                END IF;
            END IF;
            IF tg_op <> 'INSERT' THEN
                DELETE FROM search_reaction WHERE id = old.id;
            END IF;
            IF tg_op = 'DELETE' THEN
                RETURN NULL;
            END IF;
            IF {_REACTION_IS_PUBLIC.format(row="new")} THEN
                INSERT INTO search_reaction (id, article_id, published_at, words)
                SELECT {_reaction("new")} ON CONFLICT (id) DO NOTHING;
            END IF;
            RETURN NULL;
        END $$""",
        # The plan is forced, always through GIN: what the planner knows of a tsvector would send it through all rows.
        """CREATE FUNCTION search_newest(plain tsquery, wide tsquery, sizes bigint[], last_id bigint, now timestamptz, since timestamptz,
            wanted int) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
            SET enable_seqscan = off SET work_mem = '64MB' SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
        DECLARE
            asked tsquery := plain;
            found int := 0;
            more int;
            below bigint;
            top bigint;
            size bigint;
        BEGIN
            LOOP
                below := last_id + 1;
                FOREACH size IN ARRAY sizes LOOP
                    top := (below - 1) / size;
                    RETURN QUERY
                    SELECT i.id FROM search_reaction i
                    WHERE i.words @@ CASE WHEN size IS NULL THEN asked ELSE asked
                            && format('§b%sn%s|§b%sn%s', size, top, size, greatest(top - 1, 0))::tsquery END
                        AND i.id + 0 < below
                        AND (since IS NULL OR i.published_at >= since)
                        AND i.article_id IN (
                            SELECT a.id FROM articles_article a WHERE a.status = 'published' AND a.published_at <= now)
                    ORDER BY i.id + 0 DESC LIMIT wanted - found;
                    GET DIAGNOSTICS more = ROW_COUNT;
                    found := found + more;
                    below := (top - 1) * size;
                    EXIT WHEN found >= wanted OR below <= 0;
                END LOOP;
                EXIT WHEN found >= wanted OR wide IS NULL OR asked = wide;
                asked := wide;
                found := 0;
            END LOOP;
        END $$""",
        *(_trigger(name, table) for name, table in TRIGGERS.items()),
    ]  # fmt: skip


ARTICLE = ("id", "title", "lead", "body", "byline", "language", "status", "published_at")
REACTION = ("id", "article_id", "name", "body", "language", "by_author", "status", "shown", "published_at")
_ARTICLE_IS_PUBLIC = "{row}.status = 'published'"
_REACTION_IS_PUBLIC = "{row}.shown AND {row}.status = 'published' AND {row}.published_at IS NOT NULL"


def _columns(row: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{row}.{column}" for column in columns)


def _article(row: str) -> str:
    names = f"(SELECT string_agg(line->>0, ' ') FROM jsonb_array_elements({row}.byline) AS line)"
    head = f"concat_ws(' ', {row}.title, {row}.lead, {names})"
    texts = (f"{row}.title", head, f"concat_ws(' ', {head}, {row}.body)")
    vectors = ", ".join(f"search_stems({text}, {row}.language)" for text in texts)
    return f"{row}.id, {row}.published_at, {vectors}"


def _reaction(row: str) -> str:
    day = f"to_char({row}.published_at AT TIME ZONE 'UTC', 'YYYYMMDD')"
    marks = [f"'§d' || {day}", f"'§m' || left({day}, 6)"]
    marks += [f"'§b{size}n' || {row}.id / {size}" for size in BLOCKS]
    marks.append(f"CASE WHEN {row}.by_author THEN '§answer' ELSE '§x' END")
    all_marks = f"ARRAY[{', '.join(marks)}] || search_article_marks({row}.article_id)"
    vector = f"search_reaction_vector({row}.name, {row}.body, {row}.language, {all_marks})"
    return f"{row}.id, {row}.article_id, {row}.published_at, {vector}"


class PostgreSQL:
    def install(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (*DROPPED, *CONFIGURATIONS, *TABLES, *_functions()):
                cursor.execute(statement)

    def uninstall(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in DROPPED:
                cursor.execute(statement)

    def is_installed(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled <> 'D'", [list(TRIGGERS)]
            )
            return cursor.fetchone()[0] == len(TRIGGERS)

    def fill(self, first: int, last: int, *, kind: str) -> None:
        """The rows are locked, so that nobody changes one between its being read and its being taken in."""
        if kind == "articles":
            into, row, table, is_public = (
                "search_article (id, published_at, title, head, words)",
                _article("t"),
                "articles_article",
                _ARTICLE_IS_PUBLIC,
            )
        else:
            into, row, table, is_public = (
                "search_reaction (id, article_id, published_at, words)",
                _reaction("t"),
                "reactions_reaction",
                _REACTION_IS_PUBLIC,
            )
        index = into.partition(" ")[0]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {into} SELECT {row} FROM {table} AS t
                WHERE t.id BETWEEN %s AND %s AND {is_public.format(row="t")}
                AND NOT EXISTS (SELECT 1 FROM {index} WHERE {index}.id = t.id)
                FOR SHARE ON CONFLICT (id) DO NOTHING""",
                [first, last],
            )

    def tidy(self) -> None:
        """From now on every word is taken in at once: of a heap, one unlucky post would have to clear it all away."""
        names = [f"{table}_{column}" for table, columns in INDEXES.items() for column in columns]
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"ALTER INDEX {name} SET (fastupdate = off)")
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])
            if not connection.in_atomic_block:  # VACUUM runs in no transaction
                cursor.execute("VACUUM (ANALYZE) search_article, search_reaction")

    def newest_articles(self, query: Query, filters: Filters, *, limit: int, by_field: bool) -> list[int]:
        words, word_params = _tsquery(query, beginning=True)
        public = filters.public_articles()
        if filters.since is not None:
            public = public.filter(published_at__gte=filters.since)
        sql, params = public.values("id").query.sql_with_params()
        branch = """(SELECT i.id FROM search_article AS i WHERE i.{field} @@ (SELECT tsquery FROM asked)
            AND i.id IN (SELECT id FROM public) ORDER BY i.published_at DESC, i.id DESC LIMIT %s)"""
        fields = ("title", "head", "words") if by_field else ("words",)
        return _ids(
            f"WITH asked AS MATERIALIZED (SELECT {words} AS tsquery), public AS MATERIALIZED ({sql}) "
            + " UNION ALL ".join(branch.format(field=field) for field in fields),
            [*word_params, *params, *(limit for _ in fields)],
        )

    def newest_reactions(self, query: Query, filters: Filters, *, limit: int) -> list[int]:
        plain, plain_params = _tsquery(query, beginning=False)
        wide = "NULL::tsquery"
        wide_params: list[Any] = []
        marks, mark_params = _marks(filters)
        if any(term.is_beginning for term in query.terms):
            words, wide_params = _tsquery(query, beginning=True)
            wide, wide_params = words + marks, [*wide_params, *mark_params]
        is_small = filters.only_authors or 0 < len(filters.periods(timezone.now())) < FEW_PERIODS
        is_long = len(query.terms) > 1 or filters.section_id is not None or filters.author_id is not None
        sizes = [*([] if is_small else FEW_BLOCKS if is_long else BLOCKS), None]
        params = [*plain_params, *mark_params, *wide_params, sizes, timezone.now(), filters.since]
        return _ids(
            f"SELECT search_newest({plain}{marks}, {wide}, %s::bigint[], (SELECT max(id) FROM search_reaction), %s, %s, %s)",
            [*params, limit],
        )


def _ids(sql: str, params: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _tsquery(query: Query, *, beginning: bool) -> tuple[str, list[Any]]:
    sql = " && ".join("search_term(%s, %s::text[], %s)" for _ in query.terms)
    sql += "".join(" && !!search_term(%s, NULL, false)" for _ in query.without)
    params: list[Any] = []
    for term in query.terms:
        params += [" ".join(term.words), None if term.is_exact else list(term.forms), beginning and term.is_beginning]
    return f"({sql})", [*params, *(" ".join(term.words) for term in query.without)]


def _marks(filters: Filters) -> tuple[str, list[Any]]:
    marks: list[str] = ["§answer"] if filters.only_authors else []
    marks += [f"§s{filters.section_id}"] if filters.section_id is not None else []
    marks += [f"§w{filters.author_id}"] if filters.author_id is not None else []
    if periods := filters.periods(timezone.now()):
        marks.append("(" + "|".join(f"§{period}" for period in periods) + ")")
    sql = " && %s::tsquery" if marks else ""
    params: list[Any] = ["&".join(marks)] if marks else []
    return sql, params
