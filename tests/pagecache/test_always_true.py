"""Whatever happens, what is kept says what Django would say now: byte for byte."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from articles import house
from articles.actions import (
    change_discussion,
    link_translation,
    publish_article,
    publish_due,
    save_article,
    save_author,
    save_house_page,
    save_section,
    schedule_article,
    withdraw_article,
)
from articles.models import Article, ArticleImage, Author, Discussion, Section
from forum.pagecache import FinishedPages
from forum.reactions.actions import approve, refuse, remove, restore, withdraw
from forum.reactions.models import Reaction
from forum.reactions.rendering import remake_parts
from tests.factories import make_article, make_author, make_section
from tests.pagecache.visit import ask, keeper
from tests.reactions.talk import say

MOMENT = datetime(2026, 11, 26, 21, 30, tzinfo=timezone.get_fixed_timezone(60))
STEPS = 30
FIXED = [
    "/",
    "/articles/",
    "/articles/?page=2",
    "/archive/",
    "/archive/2026/",
    "/archive/2026/11/",
    "/reactions/",
    "/nl/",
    "/en/",
    "/about/",
    "/en/about/",
    "/house-rules/",
    "/feeds/articles.atom",
    "/feeds/articles.json",
    "/feeds/reactions.atom",
    "/sitemap.xml",
    "/sitemaps/news.xml",
    "/sitemaps/pages.xml",
    "/sitemaps/articles-1.xml",
    "/robots.txt",
    "/opensearch.xml",
]


class Life:
    """Things that happen to a small site, at random but always the same for a seed."""

    def __init__(self, seed: int, settings, traveller) -> None:
        self.dice, self.settings, self.traveller = random.Random(seed), settings, traveller
        sections = [make_section(), make_section()]
        self.articles = [
            make_article(section=sections[n % 2], authors=[make_author(), make_author()], language="nl" if n else "en",
                         published_at=timezone.now() - timedelta(days=n, hours=3))
            for n in range(4)
        ]  # fmt: skip
        self.happenings: list[Callable[[], object]] = [
            *[self.post] * 6, self.hold, self.approve, self.refuse, self.remove, self.restore, self.withdraw, self.old_parts, *[self.remake] * 2,
            self.withdraw_article, self.publish_article, self.write_article, self.schedule, self.translate,
            self.rename_author, self.rename_section, self.move_section, self.picture, self.house_page, self.close,
            *[self.wait] * 3, self.wait_long, publish_worker,
        ]  # fmt: skip

    def happen(self) -> str:
        happening = self.dice.choice(self.happenings)
        happening()
        return happening.__name__

    def addresses(self) -> list[str]:
        slugs = list(Article.objects.values_list("slug", flat=True))
        own = [f"/articles/{slug}/{rest}" for slug in slugs for rest in ("", "?order=newest", "?after=1", "reactions.atom",
               "conversations/1/")]  # fmt: skip
        own += [f"/sections/{slug}/{rest}" for slug in Section.objects.values_list("slug", flat=True) for rest in ("", "articles.atom")]  # fmt: skip
        own += [f"/authors/{slug}/" for slug in Author.objects.values_list("slug", flat=True)]
        return [*FIXED, *own]

    def one(self, status: str) -> Reaction | None:
        ids = list(Reaction.objects.filter(status=status).order_by("pk").values_list("pk", flat=True))
        return Reaction.objects.get(pk=self.dice.choice(ids)) if ids else None

    def an_article(self) -> Article:
        return Article.objects.get(pk=self.dice.choice(self.articles).pk)

    def post(self, mode: str = "after") -> None:
        self.settings.MODERATION = mode
        open_ones = [one for one in Article.objects.published().select_related("discussion") if one.discussion.is_open]
        if not open_ones:
            return
        article = self.dice.choice(open_ones)
        parent = Reaction.objects.filter(article=article, status="published").order_by("?").first()
        parent = parent if self.dice.random() < 0.5 else None
        say(article, to=parent, website="https://sanne.example/" if self.dice.random() < 0.5 else "",
            is_question=self.dice.random() < 0.2, author=article.author if self.dice.random() < 0.2 else None)  # fmt: skip

    def hold(self) -> None:
        self.post("before")

    def approve(self) -> None:
        if reaction := self.one("held"):
            approve(reaction)

    def refuse(self) -> None:
        if reaction := self.one("held"):
            refuse(reaction)

    def remove(self) -> None:
        if reaction := self.one("published"):
            remove(reaction, reason="Onaardig.")

    def restore(self) -> None:
        if reaction := self.one("removed"):
            restore(reaction)

    def withdraw(self) -> None:
        if reaction := self.one("published"):
            withdraw(reaction)

    def old_parts(self) -> None:
        """As a release finds them whose template is another."""
        Reaction.objects.filter(thread_no__isnull=False).update(html_version=0, html="<article>oud</article>")
        Discussion.objects.update(version=F("version") + 1)

    def remake(self) -> None:
        remake_parts(
            Reaction.objects.filter(thread_no__isnull=False, html_version=0)
            .select_related("article", "parent")
            .order_by("pk")[:5]
        )

    def withdraw_article(self) -> None:
        withdraw_article(self.an_article())

    def publish_article(self) -> None:
        publish_article(self.an_article())

    def write_article(self) -> None:
        article = self.an_article()
        article.title, article.lead = f"Titel {self.dice.random()}", f"Lead over luisteren {self.dice.random()}"
        article.correction = "Er stond iets anders." if self.dice.random() < 0.3 else ""
        save_article(article)

    def schedule(self) -> None:
        draft = make_article(status="draft", published_at=None, section=Section.objects.first(), authors=[Author.objects.first()])  # fmt: skip
        schedule_article(draft, at=timezone.now() + timedelta(minutes=self.dice.randrange(5, 600)))

    def translate(self) -> None:
        one, other = self.articles[0], self.articles[1]
        linked = Article.objects.select_related("translation").get(pk=one.pk)
        link_translation(linked, None if linked.translation else Article.objects.get(pk=other.pk))

    def rename_author(self) -> None:
        author = self.an_article().author
        author.name, author.bio = f"Renée {self.dice.randrange(100)}", "Schrijft."
        save_author(author)

    def rename_section(self) -> None:
        section = self.an_article().section
        section.name = f"Stad {self.dice.randrange(100)}"
        save_section(section)

    def move_section(self) -> None:
        section = self.an_article().section
        section.slug = f"stad-nu-{self.dice.randrange(10_000)}"
        save_section(section)

    def picture(self) -> None:
        article = self.an_article()
        number = article.images.count() + 1
        ArticleImage.objects.create(
            article=article, number=number, width=800, height=600, alt=f"Brug {self.dice.random()}"
        )

    def house_page(self) -> None:
        before = house.house_page("about", "nl")
        save_house_page("about", "nl", title=f"Over {self.dice.random()}", body="Wij.", began_from=before.fingerprint)

    def close(self) -> None:
        closes_at = timezone.now() + timedelta(minutes=self.dice.randrange(1, 3_000))
        state = self.dice.choice(["open", "open", "closed", "first"])
        change_discussion(self.an_article(), state=state, closes_at=closes_at)

    def wait(self) -> None:
        self.traveller.shift(timedelta(minutes=self.dice.randrange(1, 50)))

    def wait_long(self) -> None:
        self.traveller.shift(timedelta(hours=self.dice.randrange(10, 60)))


def publish_worker() -> None:
    publish_due(timezone.now())


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_would_be_made_anew(seed: int, pages: FinishedPages, settings):
    with time_machine.travel(MOMENT, tick=False) as traveller:
        life = Life(seed, settings, traveller)
        done: list[str] = []
        for step in range(STEPS):
            done.append(life.happen())
            if step == STEPS // 2:  # another release: another process
                pages.versions.close()
                pages.__init__(pages.django, most_bytes=10_000_000)  # type: ignore[misc]
            every = life.addresses()
            for address in every if step == STEPS - 1 else life.dice.sample(every, 6):
                kept, fresh = ask(pages, address), ask(pages.django, address)
                where = f"seed {seed}, {address} after {done}"
                assert (kept.status, kept.plain) == (fresh.status, fresh.plain), where
                assert kept.lasting == {name: value for name, value in fresh.lasting.items()}, where
                assert kept.headers.get("ETag") == fresh.headers.get("ETag"), where
    assert pages.counts["made"] and pages.counts["kept"] > pages.counts["made"] / 2


def test_a_kept_page_is_not_made_again_while_nothing_changes(pages: FinishedPages):
    one, other = make_article(), make_article()
    for _ in range(3):
        assert ask(pages, one.get_absolute_url()).status == 200
    assert pages.counts["made"] == 1
    say(make_article(title="Heel iets anders", lead="", body="", section=make_section()), "Elders gezegd.")
    made = pages.counts["made"]
    ask(pages, other.get_absolute_url())
    ask(pages, other.get_absolute_url())
    assert pages.counts["made"] == made + 1


def test_what_is_said_elsewhere_leaves_an_articles_page_as_it_is(pages: FinishedPages):
    articles = [make_article() for _ in range(6)]
    ask(pages, articles[0].get_absolute_url())
    beside = pages.store.get(articles[0].get_absolute_url()).discussions
    apart = next(article for article in articles if article.pk not in beside)
    say(apart)
    ask(pages, articles[0].get_absolute_url())
    assert pages.counts["made"] == 1
    related = next(article for article in articles[1:] if article.pk in beside)
    say(related)  # its number of reactions is shown
    assert b"1 reactie" in ask(pages, articles[0].get_absolute_url()).plain
    assert pages.counts["made"] == 2


def test_a_page_knows_the_night_the_end_of_a_discussion_and_the_moment_of_an_article(pages: FinishedPages):
    with time_machine.travel(MOMENT, tick=False) as traveller:
        article = make_article(discussion={"closes_at": timezone.now() + timedelta(minutes=20)})
        assert b'id="react"' in ask(pages, article.get_absolute_url()).plain
        later = make_article(published_at=timezone.now() + timedelta(minutes=40))
        assert later.title.encode() not in ask(pages, "/").plain
        assert b"donderdag 26 november" in ask(pages, "/").plain.lower()
        traveller.shift(timedelta(minutes=21))
        assert b'id="react"' not in ask(pages, article.get_absolute_url()).plain
        traveller.shift(timedelta(minutes=21))
        assert later.title.encode() in ask(pages, "/").plain
        traveller.shift(timedelta(hours=2))
        assert b"vrijdag 27 november" in ask(pages, "/").plain.lower()


def test_a_clock_that_is_set_back_keeps_nothing(pages: FinishedPages):
    article = make_article(published_at=MOMENT - timedelta(days=3))
    with time_machine.travel(MOMENT, tick=False):
        ask(pages, article.get_absolute_url())
    with time_machine.travel(MOMENT - timedelta(days=1), tick=False):
        ask(pages, article.get_absolute_url())
    assert pages.counts["made"] == 2


def test_another_process_begins_with_nothing(pages: FinishedPages):
    article = make_article()
    ask(pages, article.get_absolute_url())
    other = keeper()
    ask(other, article.get_absolute_url())
    assert other.counts["made"] == 1
    other.versions.close()
