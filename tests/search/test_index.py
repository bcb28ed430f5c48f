"""The index follows whatever happens to articles and reactions, by whichever way it is written."""

import random
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from articles.actions import publish_article, save_article, save_author, withdraw_article
from articles.models import Article, Byline
from forum.reactions.actions import approve, remove, restore, withdraw
from forum.reactions.models import Reaction
from forum.search.actions import mend_index, rebuild_index
from forum.search.checks import index_is_kept, missing_fts5
from forum.search.engines import engine
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say
from tests.search.asking import finds, index, reactions_with

pytestmark = pytest.mark.django_db

WORDS = [
    "fiets",
    "brug",
    "stille",
    "café",
    "naïef",
    "\ue000x1",
    "de",
    "niet",
    "Ĳsland",
    "soft\u00adhyphen",
    "«stad»",
    "12.5",
]
WORDS += ["🚲", "e\u0301e\u0301n"]


class Life:
    """Things that happen to a small site, at random but always the same for a seed."""

    def __init__(self, seed: int, settings) -> None:
        self.dice, self.settings = random.Random(seed), settings
        self.articles = [make_article(authors=[make_author(), make_author()]) for _ in range(3)]
        self.happenings: list[Callable[[], None]] = [
            *[self.post] * 6, self.hold, self.approve, self.remove, self.restore, self.withdraw, self.edit_in_bulk,
            self.rename_in_bulk, self.delete_held, self.withdraw_article, self.publish_article, self.write_article,
            self.rename_author, self.change_byline, self.move_bylines, self.change_section, self.count,
        ]  # fmt: skip

    def live(self, times: int) -> None:
        for _ in range(times):
            self.dice.choice(self.happenings)()

    def words(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randrange(1, 12))) + f" {self.dice.random()}"

    def one(self, status: str) -> Reaction | None:
        ids = list(Reaction.objects.filter(status=status).order_by("pk").values_list("pk", flat=True))
        return Reaction.objects.get(pk=self.dice.choice(ids)) if ids else None

    def post(self, mode: str = "after") -> None:
        self.settings.MODERATION = mode
        article = self.dice.choice(Article.objects.published() or [make_article()])
        parent = self.one("published") if self.dice.random() < 0.4 else None
        article = parent.article if parent and parent.article.is_public else article
        parent = parent if parent and parent.article_id == article.pk else None
        say(article, self.words(), to=parent, author=article.author if self.dice.random() < 0.2 else None)

    def hold(self) -> None:
        self.post("before")

    def approve(self) -> None:
        if reaction := self.one("held"):
            approve(reaction)

    def remove(self) -> None:
        if reaction := self.one("published"):
            remove(reaction)

    def restore(self) -> None:
        if reaction := self.one("removed"):
            restore(reaction)

    def withdraw(self) -> None:
        if reaction := self.one("published"):
            withdraw(reaction)

    def edit_in_bulk(self) -> None:
        Reaction.objects.filter(pk__in=[self.dice.randrange(1, 60) for _ in range(3)]).update(body=self.words())

    def rename_in_bulk(self) -> None:
        Reaction.objects.filter(status="published").update(name=f"Naam {self.dice.randrange(9)}")

    def delete_held(self) -> None:
        if reaction := self.one("held"):
            reaction.delete()

    def withdraw_article(self) -> None:
        withdraw_article(self.dice.choice(self.articles))

    def publish_article(self) -> None:
        publish_article(self.dice.choice(self.articles))

    def write_article(self) -> None:
        article = Article.objects.get(pk=self.dice.choice(self.articles).pk)
        article.title, article.lead, article.body = self.words()[:160], self.words(), self.words()
        save_article(article)

    def rename_author(self) -> None:
        author = self.dice.choice(self.articles).author
        author.name = f"Renée {self.dice.randrange(100)}"
        save_author(author)

    def change_byline(self) -> None:
        save_article(Article.objects.get(pk=self.dice.choice(self.articles).pk), authors=[make_author()])

    def move_bylines(self) -> None:
        Byline.objects.filter(article=self.dice.choice(self.articles), position=0).update(author=make_author())

    def change_section(self) -> None:
        Article.objects.filter(pk=self.dice.choice(self.articles).pk).update(section=make_section())

    def count(self) -> None:
        Reaction.objects.filter(status="published").update(replies=F("replies") + 1, html="<article></article>")


@pytest.mark.parametrize("seed", range(4))
def test_p23_c8_what_was_kept_along_the_way_is_what_would_be_made_anew(seed, settings):
    life = Life(seed, settings)
    for _ in range(4):
        life.live(30)
        kept = index()
        published = set(Reaction.objects.filter(shown=True, status="published").values_list("pk", flat=True))
        assert {row[1] for row in kept if row[0] == "reaction" and len(row) != 5} == published
        rebuild_index()
        assert index() == kept
        assert published  # positive control


def test_whoever_deletes_all_rows_empties_the_index():
    reaction = say(make_article(), "Een fiets")
    assert finds("fiets")
    Reaction.objects.filter(pk=reaction.pk).delete()
    Article.objects.all().delete()
    assert index() == []


def test_rows_written_past_the_actions_are_found():
    article = make_article()
    now = timezone.now()
    common = {"article": article, "language": "nl", "status": "published", "shown": True, "created_at": now}
    common |= {"published_at": now, "reply_no": 0, "path": b"", "name": "Karim"}
    Reaction.objects.bulk_create(
        Reaction(body=f"wielwoord {n}", thread_no=n, fingerprint=str(n), **common) for n in range(1, 4)
    )
    assert len(reactions_with("wielwoord")) == 3
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reactions_reaction SET body = 'ander woord' WHERE thread_no = 2")
    assert len(reactions_with("wielwoord")) == 2 and len(reactions_with("ander woord")) == 1


def test_every_trigger_stands_after_all_migrations():
    """Red? On SQLite a migration laid articles_article or reactions_reaction anew, and took the triggers away. Let a
    migration of forum.search that depends on it do again what its first two do."""
    assert engine().is_installed()
    assert index_is_kept(databases=["default"]) == []


def test_missing_triggers_are_told_and_mended():
    article = make_article()
    table = " ON reactions_reaction" if connection.vendor == "postgresql" else ""
    name = "search_reaction_kept" if connection.vendor == "postgresql" else "search_reaction_added"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{table}")
    say(article, "Een fiets die niemand zag")
    assert [message.id for message in index_is_kept(databases=["default"])] == ["search.W001"]
    assert not finds("fiets")
    assert mend_index() is True
    assert finds("fiets") and index_is_kept(databases=["default"]) == []
    assert mend_index() is False


def test_the_command_makes_the_index_anew_and_may_run_twice():
    say(make_article(), "Een fiets")
    kept = index()
    for options, said in (({}, "made anew"), ({}, "made anew"), ({"if_needed": True}, "in order")):
        out = StringIO()
        call_command("rebuild_search", stdout=out, **options)
        assert said in out.getvalue()
        assert index() == kept


def test_a_database_without_an_index_is_not_warned_about():
    engine().uninstall()
    assert index_is_kept(databases=["default"]) == [] == index_is_kept(databases=None)
    engine().install()


def test_a_sqlite_without_full_text_search_is_told_so():
    import sqlite3

    class Poor(sqlite3.Connection):
        def execute(self, *_):  # type: ignore[override]
            raise sqlite3.OperationalError("no such module: fts5")

    assert [message.id for message in missing_fts5(sqlite3.connect(":memory:", factory=Poor))] == ["search.E001"]
    assert missing_fts5(sqlite3.connect(":memory:")) == []
