"""How a thread is drawn: nested lists, runs and branches."""

from html.parser import HTMLParser

import pytest
from django.utils import translation

from articles.models import Article
from forum.reactions.actions import remove
from forum.reactions.models import MAX_PATH_LEVELS
from forum.reactions.thread_markup import thread
from forum.reactions.threads import article_page, conversation_page
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


class Outline(HTMLParser):
    """The thread as indented lines: lists, branches and reactions only; every element must close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open, self.lines = [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("ol", "details"):
            self.lines.append("  " * self.depth() + attrs["class"])
        if tag == "article":
            self.lines.append("  " * self.depth() + attrs["id"])
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def depth(self) -> int:
        return sum(tag in ("ol", "details") for tag in self.open)


def drawn(article, **numbers):
    article = Article.objects.select_related("discussion").get(pk=article.pk)
    page = conversation_page(article, 1, **numbers) if numbers else article_page(article)
    with translation.override(article.language):
        return thread(page, article)


def test_only_a_fork_steps_to_the_side():
    article = make_article()
    opening = say(article)
    answer = say(article, to=opening)
    run = say(article, to=answer)
    fork = [say(article, to=run), say(article, to=run)]
    second = say(article)
    expected = f"""
thread
  reaction-{opening.pk}
  branch
    replies
      reaction-{answer.pk}
      replies run
        reaction-{run.pk}
        branch
          replies
            reaction-{fork[0].pk}
            reaction-{fork[1].pk}
  reaction-{second.pk}
"""
    assert Outline(drawn(article)).lines == expected.strip("\n").split("\n")


def test_a_summary_counts_everything_below_and_says_to_whom(publish_at_once):
    article = make_article(language="en")
    opening = say(article, name="Thijs <i>")
    answer = say(article, to=opening, name="Karim")
    say(article, to=answer)
    html = drawn(article)
    assert '<summary>2 answers<span class="vh"> to <bdi>Thijs &lt;i&gt;</bdi></span></summary>' in html
    remove(opening)
    assert '<summary>2 answers<span class="vh"> to this</span></summary>' in drawn(article)


def test_the_deepest_talk_nests_no_deeper_than_its_path():
    article = make_article()
    last = say(article)
    for _ in range(MAX_PATH_LEVELS + 10):
        last = say(article, to=last)
    outline = Outline(drawn(article))
    assert sum("reaction-" in line for line in outline.lines) == MAX_PATH_LEVELS + 11
    assert max(len(line) - len(line.lstrip()) for line in outline.lines) // 2 <= MAX_PATH_LEVELS + 3


def test_a_page_that_begins_in_the_middle_has_several_roots(short_pages):
    article = make_article()
    opening = say(article)
    first, second = say(article, to=opening), say(article, to=opening)
    deep = [say(article, to=first) for _ in range(4)]
    last = say(article, to=second)
    assert Outline(drawn(article, after="4")).lines == [
        "thread",
        f"  reaction-{deep[2].pk}",
        f"  reaction-{deep[3].pk}",
        f"  reaction-{second.pk}",
        "  replies run",
        f"    reaction-{last.pk}",
    ]


def test_many_reactions_make_a_long_thread(monkeypatch):
    monkeypatch.setattr("forum.reactions.thread_markup.LONG", 2)
    article = make_article()
    say(article), say(article)
    assert '<ol class="thread" role="list">' in drawn(article)
    say(article)
    assert '<ol class="thread long" role="list">' in drawn(article)
