"""What keeps the log as it was written: the database refuses to change or delete a decision, whoever asks through us.

Who owns the database can drop a trigger; through the application it cannot be done. An exhibit cannot be changed either,
but it can be deleted: that is how words are erased (PROMISES C3).
"""

REFUSED = {"moderation_decision": ("UPDATE", "DELETE"), "moderation_exhibit": ("UPDATE",)}
SAID = "The log of decisions is only added to."


def install(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"""
            CREATE FUNCTION moderation_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation'; END $$
            """,
            *(
                f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} FOR EACH ROW"
                " EXECUTE FUNCTION moderation_log_stays()"
                for table, event in _refused()
            ),
            "CREATE TRIGGER moderation_decision_no_truncate BEFORE TRUNCATE ON moderation_decision"
            " FOR EACH STATEMENT EXECUTE FUNCTION moderation_log_stays()",
        ]
    return [
        f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        for table, event in _refused()
    ]


def uninstall(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return ["DROP FUNCTION IF EXISTS moderation_log_stays() CASCADE"]
    return [f"DROP TRIGGER IF EXISTS {_name(table, event)}" for table, event in _refused()]


def _refused() -> list[tuple[str, str]]:
    return [(table, event) for table, events in REFUSED.items() for event in events]


def _name(table: str, event: str) -> str:
    return f"{table}_no_{event.lower()}"
