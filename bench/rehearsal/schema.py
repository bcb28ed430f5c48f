"""A column comes, is filled and goes, release by release, while somebody posts and reads: what CONTRIBUTING.md says of it."""

import shutil
import subprocess
import time
from pathlib import Path

from bench.rehearsal.faults import Seen, cluster, psql, rehearse, site
from bench.rehearsal.nodes import FAIL_SECONDS, Pages, nginx
from bench.rehearsal.place import ARTICLE, ROOT, Load, Place, wait_until
from tests.ops.cluster import Cluster

PARTS = ("articles", "forum", "locale", "static", "templates", "manage.py")
FILLED = "from bench.generator import article_with; article_with(4_000)"  # with the replies 20,000 reactions
BEFORE = "    article = models.ForeignKey("
FIELD = "    length = models.PositiveIntegerField(null=True, editable=False)\n"
HEAD = """
from django.db import migrations, models
from django.db.models.functions import Length
from forum.batches import in_batches
from forum.migrating import AddIndexBeside

def fill(apps, schema_editor):
    rows = apps.get_model("reactions", "Reaction").objects.filter(length=None)
    in_batches(rows, lambda batch: batch.update(length=Length("body")))

class Migration(migrations.Migration):
    dependencies = [("reactions", "{before}")]
"""
# The steps of each release; all but the last leave the release before as it is.
EXPAND = {
    "9001_expand": "operations = [migrations.AddField('reaction', 'length', models.PositiveIntegerField(null=True))]",
    "9002_fill": "atomic = False\n    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]",
    "9003_index": "atomic = False\n    operations = [AddIndexBeside('reaction', models.Index(fields=['length'], name='of_length'))]",
}
FORGET = {
    "9004_forget": "operations = [migrations.SeparateDatabaseAndState(state_operations=["
    "migrations.RemoveIndex('reaction', 'of_length'), migrations.RemoveField('reaction', 'length')])]"
}
CONTRACT = {
    "9005_contract": "operations = [migrations.RunSQL('DROP INDEX of_length', migrations.RunSQL.noop),"
    "migrations.RunSQL('ALTER TABLE reactions_reaction DROP COLUMN length', migrations.RunSQL.noop)]"
}
# What SQLite cannot do to a table, so that Django lays it anew.
ANEW = {"9006_anew": "operations = [migrations.AlterField('reaction', 'website', models.CharField(max_length=261))]"}
COUNT = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM reactions_reaction WHERE length IS NOT NULL")
    print(cursor.fetchone()[0])
"""


def _release(folder: Path, name: str, steps: dict[str, str], *, has_field: bool = False) -> Path:
    """The whole code with these migrations after its own."""
    made = folder / name
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, made / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, made / part)
    migrations = made / "forum" / "reactions" / "migrations"
    before = max(path.stem for path in migrations.glob("[0-9]*.py"))
    for step, operations in steps.items():
        (migrations / f"{step}.py").write_text(f"{HEAD.format(before=before)}    {operations}\n")
        before = step
    if has_field:
        models = made / "forum" / "reactions" / "models.py"
        above, class_line, below = models.read_text().partition("class Reaction(models.Model):")
        models.write_text(above + class_line + below.replace(BEFORE, FIELD + BEFORE, 1))
    return made


class Changes:
    """A site of two nodes whose tables change under those who post and read."""

    def __init__(self, place: Place, load: Load) -> None:
        self.place, self.load = place, load
        self.waits: dict[str, float] = {}

    def migrate(self, release: Path, name: str) -> None:
        """`waits`: the slowest post meanwhile."""
        self.load.wait_for(10)
        self.load.slowest = 0
        self.place.release = release
        self.place.manage("migrate", "-v0")
        self.place.manage("mend")
        self.load.wait_for(10)
        self.waits[name] = self.load.slowest

    def roll(self) -> None:
        for node in ("one", "two"):
            self.place.stop(node)
            self.place.start_web(node)
            time.sleep(2 * FAIL_SECONDS)


def _through_the_releases(folder: Path, *, database: Cluster | None = None) -> Seen:
    settings = {"DATABASE_URL": database.url} if database else {}
    with site(folder, TRUSTED_PROXIES="127.0.0.1", **settings) as place:
        place.manage(code=FILLED)
        for node in ("one", "two"):
            place.start_web(node)
        with (
            nginx(place, "one", "two") as front,
            Load(place, [front], clients=2).running() as load,
            Pages(place, front) as pages,
        ):
            changes = Changes(place, load)
            reader = _reads_for_long(database) if database else None
            changes.migrate(_release(folder, "second", EXPAND, has_field=True), "expand and fill")
            filled = int(place.manage(code=COUNT))
            if reader:
                reader.wait()
            changes.roll()
            changes.migrate(_release(folder, "third", EXPAND | FORGET), "forget")
            changes.roll()
            changes.migrate(_release(folder, "fourth", EXPAND | FORGET | CONTRACT), "contract")
            changes.migrate(_release(folder, "fifth", EXPAND | FORGET | CONTRACT | ANEW), "a table anew")
            place.post("Een zeldzaamheid.", front)
            is_read = "zeldzaamheid" in place.get(f"{ARTICLE}?order=newest", front).text
            is_found = "zeldzaamheid" in place.get("/search/?q=zeldzaamheid", front).text
        lost, twice, whole = load.lost_and_twice()
        failed = len(load.refused) + pages.failed
        waits = ", ".join(f"{name} {seconds:.1f}" for name, seconds in changes.waits.items())
        words = (
            f"{filled} rows filled, {len(load.accepted) + pages.asked} requests: {failed} failed {sorted(set(load.refused))},"
            f" {lost} lost; slowest post, s: {waits}; {'read and found' if is_read and is_found else 'NOT read or found'}"
        )
        return Seen(words, failed == lost == twice == 0 and whole and filled >= 20_000 and is_read and is_found)


def _reads_for_long(database: Cluster) -> "subprocess.Popen[bytes]":
    """Somebody in whose way a change of the table is, for longer than a post may wait."""
    ask = "BEGIN; SELECT 1 FROM reactions_reaction LIMIT 1; SELECT pg_sleep(12);"
    words = ["psql", "-q", "-U", "postgres", "-h", str(database.folder), "-c", ask, "postgres"]
    reader = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    held = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; SELECT 1%' AND state = 'active'"
    wait_until(lambda: psql(database, held) == "1\n", "nobody reads")
    return reader


@rehearse("a table changes under traffic, SQLite", "expand, fill 20,000, contract: 0 failed, 0 lost")
def changed_sqlite(folder: Path) -> Seen:
    return _through_the_releases(folder)


@rehearse("a table changes under traffic, PostgreSQL", "expand, fill 20,000, contract: 0 failed, 0 lost")
def changed_postgresql(folder: Path) -> Seen:
    with cluster() as database:
        return _through_the_releases(folder, database=database)
