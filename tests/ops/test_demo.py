"""The demo is made once for all tests below, because it posts hundreds of reactions; each test undoes what it does."""

import stat
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from articles.house import KINDS, address_of
from articles.models import Article, ArticleImage, Author, Discussion, Section
from forum.ops.demo.building import LOGINS
from forum.outbox.models import Address, OutgoingMail
from forum.reactions.actions import approve, remove
from forum.reactions.models import Reaction

pytestmark = pytest.mark.django_db
FIXTURE = "het-stille-uur-van-hallerwaard"
Status = Reaction.Status


@dataclass
class Demo:
    folder: Path
    first: str
    second: str
    counts: list[list[int]]


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    plain = override_settings(
        DATA_DIR=folder,
        MEDIA_ROOT=folder / "media",
        MODERATION="first",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), plain, transaction.atomic():
        first, counted = run(), count()
        second = run()
        yield Demo(folder, first, second, [counted, count()])
        transaction.set_rollback(True)


@pytest.fixture
def demo(made, settings):
    settings.DATA_DIR = made.folder
    settings.MEDIA_ROOT = made.folder / "media"
    return made


def run() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def count() -> list[int]:
    models = [Section, Author, Article, ArticleImage, Discussion, Reaction, get_user_model()]
    return [model.objects.count() for model in models]


def page(slug: str, query: str = "") -> str:
    answer = Client().get(reverse("article", args=[slug]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_second_run_adds_nothing(demo):
    assert demo.counts[0] == demo.counts[1]
    assert "Added 9 articles, 10 pictures and 430 reactions." in demo.first
    assert "Added 0 articles, 0 pictures and 0 reactions." in demo.second
    assert "Logins" in demo.first and "Logins" not in demo.second


def test_a_third_run_repairs_what_is_missing(demo):
    image = ArticleImage.objects.get(article__slug=FIXTURE)
    file = demo.folder / "media" / image.renditions[0]["avif"]
    lost = _a_leaf()
    lost.delete()
    file.rename(file.with_suffix(".away"))
    try:
        assert "Added 0 articles, 1 pictures and 1 reactions." in run()
        image.refresh_from_db()
        assert default_storage.exists(image.renditions[0]["avif"])
        assert image.renditions[0]["avif"] in page(FIXTURE)
        assert Reaction.objects.get(form_key=lost.form_key).body == lost.body
    finally:
        file.with_suffix(".away").rename(file)  # the row returns to what it was, so must the file


def test_what_moderators_decided_is_kept(demo):
    approve(Reaction.objects.get(status=Status.HELD))
    remove(Reaction.objects.get(name="Bart de Goede"), reason="toch niet")
    before = count()
    run()
    assert count() == before
    assert not Reaction.objects.filter(status=Status.HELD).exists()
    assert Reaction.objects.get(name="Bart de Goede").status == Status.REMOVED


def test_the_newest_article_has_twenty_five_reactions_by_fourteen_people(demo):
    newest = Article.objects.published().newest_first()[0]
    assert newest.slug == FIXTURE
    shown = Reaction.objects.filter(article=newest, status=Status.PUBLISHED)
    assert newest.discussion.visible == shown.count() == 25
    assert len(set(shown.values_list("name", flat=True))) == 14
    assert max(shown.values_list("depth", flat=True)) == 6
    html = page(FIXTURE)
    assert html.count('id="reaction-') == 26  # and the tombstone
    for words in (
        "سميرة حدّاد",
        "geluidsbelastingkaartenregistratiesysteem",
        "/alle-microfoons/per-uur/gemiddelden.csv",
    ):
        assert words in html


def test_the_removed_reaction_leaves_its_reason_because_an_answer_hangs_below_it(demo):
    removed = Reaction.objects.get(article__slug=FIXTURE, status=Status.REMOVED)
    assert removed.shown and removed.children.get().name == "Rana Koppejan"
    html = page(FIXTURE)
    assert "persoonlijke aanval" in html
    assert removed.body not in html and removed.name not in html


def test_the_waiting_reaction_is_on_no_page(demo):
    waiting = Reaction.objects.get(status=Status.HELD)
    assert waiting.name == "Sanne Kuipers" and not waiting.shown
    assert waiting.body not in page(FIXTURE)
    assert waiting.body not in Client().get(reverse("home")).content.decode()


@pytest.mark.parametrize("mode", ["after", "before"])
def test_the_same_reactions_are_shown_in_every_mode_of_moderation(demo, settings, mode):
    settings.MODERATION = mode
    Reaction.objects.filter(article__slug=FIXTURE, depth=6).delete()
    leaf, waiting = _a_leaf(), Reaction.objects.get(status=Status.HELD)
    keys = [leaf.form_key, waiting.form_key]
    for reaction in (leaf, waiting):
        reaction.delete()
    run()
    assert [Reaction.objects.get(form_key=key).status for key in keys] == [Status.PUBLISHED, Status.HELD]


def test_threads_are_empty_short_middling_and_long(demo):
    sizes = dict(Discussion.objects.values_list("article__slug", "visible"))
    assert sizes == {
        "aan-wie-hierna-in-dit-huis-woont": 0,
        "vier-minuten-te-laat-in-wickering-sound": 0,
        "four-minutes-late-in-wickering-sound": 5,
        "wat-een-sloot-vertelt": 12,
        "een-koor-zonder-dirigent": 17,
        FIXTURE: 25,
        "de-bibliotheek-leent-nu-ook-ladders": 28,
        "de-brug-die-te-vroeg-openging": 41,
        "wie-poetst-het-trappenhuis": 300,
    }
    long = Reaction.objects.filter(article__slug="wie-poetst-het-trappenhuis")
    assert len(set(long.values_list("name", flat=True))) >= 40
    assert len(set(long.values_list("body", flat=True))) == 300
    assert set(long.values_list("depth", flat=True)) == set(range(7))
    assert 5 <= long.filter(by_author=True).count() <= 20
    assert long.exclude(website="").exists()


def test_some_questions_wait_and_some_are_answered(demo):
    asked = Discussion.objects.filter(questions__gt=0).values_list("article__slug", "questions", "answered")
    assert sorted(asked) == [
        ("de-bibliotheek-leent-nu-ook-ladders", 1, 1),
        ("de-brug-die-te-vroeg-openging", 2, 1),
        (FIXTURE, 2, 0),
        ("wat-een-sloot-vertelt", 2, 1),
    ]
    answered = Reaction.objects.questions().filter(answered_by__isnull=False)
    assert all("beantwoord door de auteur" in reaction.html for reaction in answered)


def test_nothing_is_said_before_what_it_answers_and_nothing_in_the_future(demo):
    now = timezone.now()
    for reaction in Reaction.objects.select_related("parent", "article"):
        since = reaction.parent.created_at if reaction.parent else reaction.article.published_at
        assert since < reaction.created_at <= now
    assert not Article.objects.filter(published_at__gt=now).exists()
    moments = list(Reaction.objects.order_by("pk").values_list("created_at", flat=True))
    assert moments == sorted(moments)


def test_every_picture_is_described_and_has_its_renditions(demo):
    assert not Article.objects.filter(images__isnull=True).exists()
    for image in ArticleImage.objects.all():
        assert image.alt and image.caption and image.credit
        assert [rendition["width"] for rendition in image.renditions] == [640, 960, 1600]
        assert all(default_storage.exists(part[kind]) for part in image.renditions for kind in ("avif", "jpeg"))
    assert Author.objects.count() == 5
    for author in Author.objects.all():
        assert author.bio and author.photo_alt and default_storage.exists(author.photo.name)


def test_nobody_is_mailed(demo):
    assert not OutgoingMail.objects.exists() and not Address.objects.exists()
    assert not Reaction.objects.unannounced().exists()


def test_the_logins_are_written_down_for_the_owner_of_the_data_folder(demo):
    file = demo.folder / LOGINS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = [line.split() for line in file.read_text().splitlines()]
    assert [name for name, _ in logins] == ["redactie", "noor"]
    redactie, noor = (authenticate(username=name, password=password) for name, password in logins)
    assert redactie.is_superuser
    assert noor.is_staff and not noor.is_superuser and noor.author.name == "Noor Terbeek"


def test_every_page_answers(demo):
    client = Client()
    rows = [*Article.objects.all(), *Section.objects.all(), *Author.objects.all()]
    addresses = [row.get_absolute_url() for row in rows]
    addresses += [reverse(name) for name in ("home", "articles", "archive", "recent_reactions")]
    addresses += ["/en/", *(address_of(kind, language) for kind in KINDS for language in ("nl", "en"))]
    for address in addresses:
        assert client.get(address).status_code == 200, address
    for reaction in Reaction.objects.filter(shown=True)[::40]:
        assert client.get(reaction.get_absolute_url()).status_code == 302


def test_a_letter_is_there_in_two_languages(demo):
    dutch, english = (page(f"{slug}-in-wickering-sound") for slug in ("vier-minuten-te-laat", "four-minutes-late"))
    assert 'lang="en" hreflang="en" rel="alternate">English</a>' in dutch
    assert 'lang="nl" hreflang="nl" rel="alternate">Nederlands</a>' in english


def test_an_article_has_two_authors(demo):
    assert "Ward Everaers en Bas Oldekamp" in Client().get(reverse("articles")).text


def _a_leaf() -> Reaction:
    """A published reaction that nobody answered, by a reader."""
    return Reaction.objects.get(body="Voor teckels is er geen afspraak die standhoudt.")
