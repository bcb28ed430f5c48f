import pytest

from articles.models import Article
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.subscriptions.readers import SANNE, follow, live_consent, manage_path, stop_path

pytestmark = pytest.mark.django_db


def test_the_page_shows_everything_this_address_follows(client):
    bridge, ladder = follow(make_article(title="De brug")), follow(make_article(title="De ladder"), scope="replies")
    follow(make_article(title="Van een ander"), "karim@voorbeeld.example")
    for subscription in (bridge, ladder):
        page = client.get(manage_path(subscription)).content.decode()
        assert "De brug" in page and "De ladder" in page
        assert "Van een ander" not in page
        assert SANNE.lower() not in page.lower()


def test_the_scope_can_be_changed_and_the_log_says_so(client):
    subscription = follow(make_article(), scope="article")
    client.post(manage_path(subscription), {"what": "scope", "subscription": subscription.pk, "scope": "replies"})
    assert Subscription.objects.active().get().scope == "replies"
    assert live_consent(subscription).scope == "replies"
    assert Consent.objects.filter(ended_how="replaced").count() == 1


def test_the_same_scope_again_writes_nothing(client):
    subscription = follow(make_article())
    client.post(manage_path(subscription), {"what": "scope", "subscription": subscription.pk, "scope": "article"})
    assert Consent.objects.count() == 1


def test_one_article_can_be_stopped_from_the_page_of_another(client):
    one, two = follow(make_article(title="De brug")), follow(make_article(title="De ladder"))
    page = client.post(manage_path(one), {"what": "stop", "subscription": two.pk}).content.decode()
    assert list(Subscription.objects.active()) == [one]
    assert "De brug" in page and "De ladder" not in page
    assert Consent.objects.get(subscription=two).ended_how == "manage"


def test_all_can_be_stopped(client):
    one, _two = follow(make_article()), follow(make_article())
    page = client.post(manage_path(one), {"what": "all"}).content.decode()
    assert not Subscription.objects.active().exists()
    assert "Je krijgt nergens bericht over." in page


@pytest.mark.parametrize("what", ["stop", "scope"])
def test_nobody_changes_what_another_address_follows(client, what):
    mine, theirs = follow(make_article()), follow(make_article(), "karim@voorbeeld.example")
    client.post(manage_path(mine), {"what": what, "subscription": theirs.pk, "scope": "replies"})
    theirs.refresh_from_db()
    assert theirs.ended_at is None and theirs.scope == "article"


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "\x00", "१"])
def test_nonsense_in_the_form_changes_nothing(client, number):
    subscription = follow(make_article())
    answer = client.post(manage_path(subscription), {"what": "stop", "subscription": number})
    assert answer.status_code == 200
    assert Subscription.objects.active().exists()


def test_a_withdrawn_article_is_named_without_a_link(client):
    article = make_article(title="De brug")
    subscription = follow(article)
    Article.objects.update(status=Article.Status.WITHDRAWN)
    page = client.get(manage_path(subscription)).content.decode()
    assert "De brug" in page and article.get_absolute_url() not in page


def test_the_pages_take_few_queries(client, django_assert_num_queries):
    subscription = follow(make_article())
    for _ in range(3):
        follow(make_article(), f"x{_}@voorbeeld.example")
    with django_assert_num_queries(3):  # the token, what is followed, the sections in the masthead
        client.get(manage_path(subscription))
    with django_assert_num_queries(2):
        client.get(stop_path(subscription))
