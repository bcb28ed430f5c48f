"""A site on a PostgreSQL of its own is tried once: together with the tests on PostgreSQL."""

import os

collect_ignore = [] if os.environ.get("DATABASE_URL", "").startswith("postgres") else ["test_database_away.py"]
