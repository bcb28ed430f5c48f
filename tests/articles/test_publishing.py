"""What editors do, and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import actions
from articles.models import Article, Discussion
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


def draft(**fields) -> Article:
    fields = {"title": "Stil", "slug": "stil", "body": "Een alinea.", **fields}
    return Article(section=make_section(), author=make_author(), **fields)


def version_of(article: Article) -> int:
    return Discussion.objects.get(article=article).version


def test_saving_makes_the_html_the_minutes_and_the_discussion():
    article = actions.save_article(draft(body="## Meten.\n\n" + "woord " * 401))
    article.refresh_from_db()
    assert "Meten." in article.body_html and "##" not in article.body_html
    assert article.minutes == 3
    assert article.discussion.is_open
    assert article.status == Article.Status.DRAFT


def test_the_shortest_article_takes_a_minute():
    assert actions.save_article(draft()).minutes == 1


def test_hostile_markdown_stays_text():
    article = actions.save_article(draft(body="<script>alert(1)</script> [x](javascript:alert(1))"))
    assert "<script" not in article.body_html and 'href="javascript:' not in article.body_html


def test_saving_keeps_what_readers_moved_and_raises_the_version():
    article = make_article(discussion={"visible": 4, "version": 9})
    actions.save_article(article)
    discussion = Discussion.objects.get()
    assert (discussion.visible, discussion.version) == (4, 10)


def test_publishing_shows_it_now_and_publishing_again_keeps_the_moment():
    article = actions.publish_article(actions.save_article(draft()))
    assert article.is_public
    first = article.published_at
    actions.publish_article(article)
    assert Article.objects.published().get().published_at == first


def test_publishing_at_a_later_moment_waits_for_it():
    later = timezone.now() + timedelta(days=1)
    article = actions.publish_article(actions.save_article(draft()), at=later)
    assert not article.is_public
    assert not Article.objects.published().exists()


def test_withdrawing_hides_and_publishing_brings_back_at_the_same_moment():
    article = make_article()
    moment = article.published_at
    actions.withdraw_article(article)
    assert not Article.objects.published().exists()
    actions.publish_article(article)
    assert Article.objects.published().get().published_at == moment


def test_everything_that_changes_a_page_raises_its_version():
    article, other = make_article(), make_article()
    changes = [
        lambda: actions.publish_article(article),
        lambda: actions.withdraw_article(article),
        lambda: actions.save_author(article.author),
        lambda: actions.change_discussion(article, state="closed", closes_at=None),
    ]
    for change in changes:
        before = version_of(article)
        change()
        assert version_of(article) == before + 1
    assert version_of(other) == 1
    actions.save_section(article.section)  # stands in the head of every page
    assert (version_of(article), version_of(other)) == (before + 2, 2)


def test_who_holds_an_old_row_does_not_turn_the_version_back():
    article = actions.save_article(draft())
    Article.objects.update(version=7)
    actions.save_article(article)
    article.refresh_from_db()
    assert article.version == 7
