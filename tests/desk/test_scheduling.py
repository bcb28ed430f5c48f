"""What appears by itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.actions import MomentPassed, publish_due, schedule_article, unschedule_article
from articles.models import Article, Discussion, Revision
from forum.ops.worker import Worker
from tests.desk.conftest import address, save
from tests.factories import make_article
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def scheduled(**fields) -> Article:
    return make_article(**{"status": "scheduled", "published_at": timezone.now() - timedelta(seconds=1), **fields})


def test_an_article_is_scheduled_in_the_time_of_the_site_and_the_worker_publishes_it(editor):
    article = make_article(discussion={"close_after_days": 3}, **DRAFT)
    tomorrow = timezone.now() + timedelta(days=1)
    assert save(editor, article, "schedule", publish_at=local(tomorrow)).status_code == 302
    article.refresh_from_db()
    assert article.status == "scheduled" and article.published_at == tomorrow.replace(second=0, microsecond=0)
    reader = Client()
    assert reader.get(article.get_absolute_url()).status_code == 404
    assert "Ingepland voor" in editor.get(address(article)).content.decode()
    assert publish_due(article.published_at - timedelta(seconds=1)) == 0
    assert publish_due(article.published_at) == 1
    assert publish_due(article.published_at) == 0
    due = article.published_at
    article.refresh_from_db()
    assert (article.status, article.published_at) == ("published", due)
    assert Discussion.objects.get().closes_at == due + timedelta(days=3)
    newest = Revision.objects.first()
    assert (newest.note, newest.number, newest.saved_by) == ("on schedule", article.version, None)


def test_the_worker_does_it_and_readers_see_it(editor):
    article = scheduled()
    before = article.discussion.version
    assert Client().get(article.get_absolute_url()).status_code == 404
    Worker().run_until_idle()
    assert Client().get(article.get_absolute_url()).status_code == 200
    assert Discussion.objects.get().version > before


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [("2020-01-01T10:00", "Dit moment is voorbij."), ("", "Kies een dag en een tijd."), ("morgen", "")],
)
def test_a_moment_that_cannot_be_is_refused(editor, moment, sentence):
    article = make_article(**DRAFT)
    answer = save(editor, article, "schedule", publish_at=moment, lead="Niet kwijt.")
    html = answer.content.decode()
    assert answer.status_code == 422 and sentence in html and "Niet kwijt." in html
    assert 'href="#id_publish_at"' in html
    article.refresh_from_db()
    assert article.status == "draft"
    with pytest.raises(MomentPassed):
        schedule_article(article, at=timezone.now())


def test_a_moment_that_the_clock_skips_is_refused(editor):
    article = make_article(**DRAFT)
    answer = save(editor, article, "schedule", publish_at="2030-03-31T02:30")
    assert answer.status_code == 422


def test_nothing_is_scheduled_without_what_is_essential(editor):
    article = make_article(**DRAFT)
    moment = local(timezone.now() + timedelta(days=1))
    assert save(editor, article, "schedule", publish_at=moment, body="").status_code == 422


def test_a_plan_is_moved_by_saving_undone_and_overtaken(editor):
    article = make_article(**DRAFT)
    first, second = (timezone.now().replace(second=0, microsecond=0) + timedelta(days=n) for n in (1, 2))
    save(editor, article, "schedule", publish_at=local(first))
    save(editor, article, publish_at=local(second))
    article.refresh_from_db()
    assert (article.status, article.published_at) == ("scheduled", second)
    save(editor, article, "unschedule", lead="Wat ik intussen typte.")
    article.refresh_from_db()
    assert (article.status, article.published_at) == ("draft", None)
    assert "Wat ik intussen typte." in editor.get(address(article)).content.decode()
    save(editor, article, "schedule", publish_at=local(first))
    save(editor, article, "publish")
    article.refresh_from_db()
    assert article.status == "published" and article.published_at <= timezone.now()


def test_who_takes_it_off_the_schedule_too_late_hears_that_it_is_public(editor):
    article = scheduled()
    publish_due(timezone.now())
    answer = save(editor, article, "unschedule")
    assert answer.status_code == 302
    assert "Lezers zien dit artikel al." in editor.get(address(article)).content.decode()
    article.refresh_from_db()
    assert article.status == "published"


def test_a_scheduled_article_that_is_withdrawn_or_unscheduled_does_not_appear(editor):
    gone, undone = scheduled(), scheduled()
    save(editor, gone, "withdraw")
    unschedule_article(undone)
    assert publish_due(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_each_article_once(tmp_path):
    count = 30
    section_author = scheduled()
    for _ in range(count - 1):
        scheduled(section=section_author.section, author=section_author.author)
    database = shared_database(tmp_path)
    work = """
from articles.actions import publish_due
from django.utils import timezone
done = 0
while more := publish_due(timezone.now()):
    done += more
print(json.dumps(done))
"""
    assert sum(run_together([work, work], database)) == count
    look = """
from articles.models import *
print(json.dumps([Article.objects.filter(status="published", version=2).count(), Revision.objects.count()]))
"""
    assert run_together([look], database) == [[count, count]]
    assert connection.vendor in ("sqlite", "postgresql")


@pytest.mark.django_db(transaction=True)
def test_killed_while_publishing_the_rest_appears_with_the_next_worker(tmp_path):
    import os
    import subprocess
    import sys

    from django.conf import settings

    from tests.subscriptions.processes import PREAMBLE

    first = scheduled(discussion={"close_after_days": 1})
    for _ in range(39):
        scheduled(section=first.section, author=first.author, discussion={"close_after_days": 1})
    database = shared_database(tmp_path)
    slow = """
from articles import actions
from articles.actions import publishing
from django.utils import timezone
for pk in list(publishing.Article.objects.values_list("pk", flat=True)):
    publishing._publish_if_due(pk, timezone.now())
    print(pk, flush=True)
"""
    environment = {**os.environ, "DATABASE_URL": database, "SECRET_KEY": settings.SECRET_KEY}
    with subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + slow], cwd=settings.BASE_DIR, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        process.stdin.write("go\n")
        process.stdin.flush()
        for _ in range(6):
            process.stdout.readline()
        process.kill()
    look = """
from articles.models import *
public = Article.objects.filter(status="published")
print(json.dumps([public.count(), Revision.objects.count(), Discussion.objects.filter(closes_at__isnull=False).count(),
    Discussion.objects.filter(version=2).count()]))
"""
    public, *with_the_rest = run_together([look], database)[0]
    assert 5 <= public < 40 and with_the_rest == [public] * 3
    finish = "from articles.actions import publish_due; from django.utils import timezone\n"
    finish += "while publish_due(timezone.now()): pass\nprint(json.dumps(1))"
    run_together([finish], database)
    assert run_together([look], database) == [[40, 40, 40, 40]]
