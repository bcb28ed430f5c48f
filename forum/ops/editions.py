"""Numbers that rise with every change of what readers see, in the transaction that changes it. The finished pages ask them.

Triggers raise them, so every way to write counts: actions, the admin, bulk updates, somebody's own SQL. `editorial` rises with
articles, authors, sections, pictures, pages of the house; `reactions` with every Discussion, which rises itself with
what is said under its article. Only their sums mean something.

One row would make everybody who posts wait for everybody else. So a transaction has one row, by the number of its
connection, and touches it in the last moment before it is stored: who waits there holds nothing that another waits for.
SQLite has one writer at a time, and one row.
"""

from django.db import connection, transaction

ROWS = 16
EDITORIAL = (
    "articles_section",
    "articles_author",
    "articles_article",
    "articles_byline",
    "articles_articleimage",
    "articles_staticpage",
    "articles_formerslug",
    "articles_formeraddress",
)
COUNTED = {**dict.fromkeys(EDITORIAL, "editorial"), "articles_discussion": "reactions"}
EVENTS = ("INSERT", "UPDATE", "DELETE")

# Once in a transaction is enough: it says so in a setting that ends with it. No column is named: PostgreSQL refuses to
# alter one that a trigger names.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION edition_rises() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine integer := pg_backend_pid() % {ROWS};
    word text := 'edition.' || TG_ARGV[0];
BEGIN
    IF current_setting(word, true) = txid_current()::text THEN
        RETURN NULL;
    END IF;
    INSERT INTO ops_edition (id, editorial, reactions)
        VALUES (mine, (TG_ARGV[0] = 'editorial')::integer, (TG_ARGV[0] = 'reactions')::integer)
        ON CONFLICT (id) DO UPDATE SET editorial = ops_edition.editorial + excluded.editorial,
                                       reactions = ops_edition.reactions + excluded.reactions;
    PERFORM set_config(word, txid_current()::text, true);
    RETURN NULL;
END $$"""


def install() -> None:
    """May run twice. Every page that is kept is old then: nobody knows what changed while they were away."""
    uninstall()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)
        cursor.execute(
            "INSERT INTO ops_edition (id, editorial, reactions) VALUES (0, 1, 0)"
            " ON CONFLICT (id) DO UPDATE SET editorial = ops_edition.editorial + 1"
        )


def uninstall() -> None:
    on_table = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        for name, table in _names().items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if on_table else ""))
        if on_table:
            cursor.execute("DROP FUNCTION IF EXISTS edition_rises()")


def is_installed() -> bool:
    """Are all triggers there? On SQLite a migration that lays a table anew takes its triggers away."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'edition\\_%%' AND tgenabled <> 'D'")
        else:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'edition#_%' ESCAPE '#'"
            )
        return cursor.fetchone()[0] == len(_names())


def mend() -> bool:
    """Lay the triggers again if they are not all there. Returns whether that was needed."""
    if is_installed():
        return False
    install()
    return True


def _names() -> dict[str, str]:
    """Trigger -> table. PostgreSQL needs one for all events of a table."""
    if connection.vendor == "postgresql":
        return {f"edition_{table}": table for table in COUNTED}
    return {f"edition_{table}_{event.lower()}": table for table in COUNTED for event in EVENTS}


def _postgresql() -> list[str]:
    return [_FUNCTION] + [
        f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION edition_rises('{COUNTED[table]}')"
        for name, table in _names().items()
    ]


def _sqlite() -> list[str]:
    """No upsert: within a trigger the outer statement decides about conflicts."""
    return [
        f"""CREATE TRIGGER edition_{table}_{event.lower()} AFTER {event} ON {table} BEGIN
            INSERT INTO ops_edition (id, editorial, reactions)
                SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM ops_edition WHERE id = 0);
            UPDATE ops_edition SET {column} = {column} + 1 WHERE id = 0;
        END"""
        for table, column in COUNTED.items()
        for event in EVENTS
    ]
