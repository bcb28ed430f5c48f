"""Two editors, one article: nothing lost, nothing overwritten without being asked."""

import json

import pytest

from articles.models import Article, Revision, WorkingCopy
from tests.desk.conftest import address, browser_of, make_staff, page_fields
from tests.factories import make_article
from tests.subscriptions.processes import run_together, shared_database

DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


@pytest.fixture
def other(db):
    return browser_of(make_staff("mieke", "editor", first_name="Mieke"))


def send(client, article, fields, do="save"):
    return client.post(address(article), fields | {"do": do})


def test_the_second_to_save_sees_both_texts_and_chooses(editor, other, karim):
    article = make_article(title="Kop", lead="Oude lead.", body="Een.\n\nTwee.\n\nDrie.", **DRAFT)
    mine, hers = page_fields(editor, article), page_fields(other, article)
    assert (
        send(other, article, hers | {"lead": "Haar lead.", "body": "Een.\n\nTwee van Mieke.\n\nDrie."}).status_code
        == 302
    )
    answer = send(editor, article, mine | {"title": "Mijn kop", "body": "Een.\n\nTwee van mij.\n\nDrie."})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Mieke bewaarde het om" in html and "Twee van Mieke." in html and "Twee van mij." in html
    assert "<del>" in html and "<ins>" in html and "weggehaald:" in html
    article.refresh_from_db()
    assert article.body == "Een.\n\nTwee van Mieke.\n\nDrie." and article.title == "Kop"

    form = answer.context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    assert shown["title"] == "Mijn kop"  # only he changed it
    assert shown["lead"] == "Haar lead."  # only she did
    assert shown["body"] == "Een.\n\nTwee van mij.\n\nDrie."  # both did: his stands in the form
    assert "Jullie wijzigden dit allebei." in html and "Alleen de ander wijzigde dit." in html
    assert WorkingCopy.objects.get(editor=karim).fields["body"] == "Een.\n\nTwee van mij.\n\nDrie."

    assert send(editor, article, shown).status_code == 302  # knowingly on top
    article.refresh_from_db()
    assert (article.title, article.lead, article.body) == ("Mijn kop", "Haar lead.", "Een.\n\nTwee van mij.\n\nDrie.")
    bodies = Revision.objects.order_by("number").values_list("fields__body", flat=True)
    assert list(bodies) == ["Een.\n\nTwee.\n\nDrie.", "Een.\n\nTwee van Mieke.\n\nDrie.", article.body]


def test_who_takes_over_the_others_text_gets_it(editor, other):
    article = make_article(lead="Oud.", **DRAFT)
    mine, hers = page_fields(editor, article), page_fields(other, article)
    send(other, article, hers | {"lead": "Van haar."})
    assert send(editor, article, mine | {"lead": "Van mij."}).status_code == 409
    assert editor.post(address(article, "discard/")).status_code == 302
    assert page_fields(editor, article)["lead"] == "Van haar."
    assert not WorkingCopy.objects.exists()


def test_who_saves_after_a_publication_he_did_not_see_hears_of_it(editor, other):
    article = make_article(**DRAFT)
    mine = page_fields(editor, article)
    send(other, article, page_fields(other, article), "publish")
    answer = send(editor, article, mine | {"lead": "Niet voor lezers."})
    assert answer.status_code == 409 and "Wat er gebeurde: gepubliceerd." in answer.content.decode()
    article.refresh_from_db()
    assert article.lead != "Niet voor lezers."


def test_a_version_that_never_was_is_a_conflict_and_no_fault(editor):
    article = make_article(**DRAFT)
    for nonsense in ("0", "", "99", "x", "9" * 30):
        answer = send(editor, article, page_fields(editor, article) | {"version": nonsense, "lead": "Bewaar mij."})
        assert answer.status_code in (409, 422) and "Bewaar mij." in answer.content.decode()


RACE = """
from articles.actions import Outdated, edit_article
from articles.actions.writing import manuscript_of
from articles.models import Article
from django.contrib.auth.models import User
from dataclasses import replace
won = []
for n in range(15):
    article = Article.objects.select_related("discussion", "section").get(pk={pk})
    while True:
        try:
            edit_article(article, replace(manuscript_of(article), lead="{name} %s" % n), based_on=article.version,
                         by=User.objects.get(username="{name}"))
            won.append(article.version + 1)
            break
        except Outdated as outdated:
            article = outdated.article
print(json.dumps(won))
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_save_as_fast_as_they_can_keep_every_text(tmp_path):
    for name in ("karim", "mieke"):
        make_staff(name, "editor")
    article = make_article(**DRAFT)
    database = shared_database(tmp_path)
    won = run_together([RACE.format(pk=article.pk, name=name) for name in ("karim", "mieke")], database)
    assert sorted(won[0] + won[1]) == list(range(2, 32))  # every version was made by one of the two
    count = (
        "from articles.models import *; print(json.dumps([Article.objects.get().version, Revision.objects.count()]))"
    )
    assert run_together([count], database) == [[31, 31]]


KILLED = """
from articles.actions import edit_article
from articles.actions.writing import manuscript_of
from articles.models import Article, Author
from dataclasses import replace
from django.contrib.auth.models import User
authors = list(Author.objects.order_by("pk"))
n = 0
while True:
    n += 1
    article = Article.objects.select_related("discussion", "section").get(pk={pk})
    written = replace(manuscript_of(article), title="Kop %s" % n, slug="kop-%s" % n, authors=authors[:: 1 if n % 2 else -1])
    edit_article(article, written, based_on=article.version, by=User.objects.get())
    print(n, flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_while_saving_leaves_no_half_article(tmp_path, karim):
    import os
    import subprocess
    import sys

    from django.conf import settings

    from tests.factories import make_author
    from tests.subscriptions.processes import PREAMBLE

    article = make_article(author=make_author())
    make_author()
    database = shared_database(tmp_path)
    environment = {**os.environ, "DATABASE_URL": database, "SECRET_KEY": settings.SECRET_KEY}
    saved = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", PREAMBLE + KILLED.format(pk=article.pk)],
            cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            process.stdin.write("go\n")
            process.stdin.flush()
            for _ in range(4):
                process.stdout.readline()
            process.kill()
        saved += 2  # at least: the first line said ready
    look = """
from articles.models import *
article = Article.objects.select_related("section").get()
revision = Revision.objects.filter(article=article).order_by("-number").first()
print(json.dumps([article.version, revision.number, Revision.objects.count(), article.title == revision.fields["title"],
    article.slug == revision.fields["slug"], article.former_slugs.count(), len({s.slug for s in FormerSlug.objects.all()} | {article.slug}),
    [str(pk) for pk in article.bylines.values_list("author_id", flat=True)] == revision.fields["authors"],
    [line.author.name for line in article.bylines.select_related("author")] == [name for name, _ in article.byline]]))
"""
    version, number, count, *same, former, addresses, byline, finished = run_together([look], database)[0]
    assert version == number == count and version > saved and all(same) and byline and finished
    assert former == addresses - 1
    assert json.dumps(version)
