"""What readers notice when the database is restarted or away: a real site on a PostgreSQL of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.site import ROOT, running_site
from tests.needs import cannot_run
from tests.ops.cluster import Cluster

pytestmark = pytest.mark.on_postgresql
ONE_ARTICLE = """
from tests.factories import make_article
make_article(slug="stille-uur")
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        cannot_run("needs a PostgreSQL server: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="luisterkamer-pg-"))
    cluster = Cluster(folder, programs[-1].parent)
    cluster.start()
    yield cluster
    subprocess.run([*cluster.before, str(cluster.programs / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop"],
                   cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    shutil.rmtree(folder)


def test_p06_a_restart_is_not_noticed_and_an_absence_is_said_with_the_text_kept(cluster: Cluster, tmp_path: Path):
    environment = os.environ | {"DATABASE_URL": cluster.url, "DATA_DIR": str(tmp_path)}
    for words in (["migrate", "-v0"], ["shell", "-v0", "-c", ONE_ARTICLE]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    page, reactions = "/articles/stille-uur/", "/articles/stille-uur/reactions/"
    with running_site(tmp_path, DATABASE_URL=cluster.url, MODERATION="after") as site:
        assert site.post(reactions, name="Sanne", body="Ervoor.").status == 303
        cluster.stop()
        cluster.start()
        assert [site.get(page).status for _ in range(10)] == [200] * 10
        assert site.post(reactions, name="Sanne", body="Erna.").status == 303
        assert "Erna." in site.get(page).text

        cluster.stop("fast")
        refused = site.post(
            reactions, name="Sanne Kuipers", website="sannetekent.example", body="Dit wil ik niet kwijt."
        )
        assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
        for typed in ("Sanne Kuipers", "sannetekent.example", "Dit wil ik niet kwijt."):
            assert typed in refused.text
        kept = site.get(page)  # what was asked for before is still answered
        assert (kept.status, "Erna." in kept.text) == (200, True)
        away = site.get("/articles/")
        assert (away.status, "Content-Security-Policy" in away.headers) == (503, True)
        assert site.get("/healthz").status == 200  # the process lives
        ready = site.get("/readyz")
        assert ready.status == 503 and "does not answer" in json.loads(ready.text)["database"]

        cluster.start()
        assert site.post(reactions, name="Sanne Kuipers", body="Dit wil ik niet kwijt.").status == 303
        shown = site.get(page).text
        for body in ("Ervoor.", "Erna.", "Dit wil ik niet kwijt."):
            assert body in shown
