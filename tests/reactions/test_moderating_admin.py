"""The moderators' queue in the admin."""

import pytest

from articles.models import Discussion
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]

QUEUE = "/admin/reactions/reaction/"


def decide(client, action: str, *reactions, reason: str = ""):
    chosen = {"action": action, "reason": reason, "_selected_action": [reaction.pk for reaction in reactions]}
    state = reactions[0].status
    return client.post(f"{QUEUE}?state={state}", chosen, follow=True)


def test_the_queue_shows_what_waits_and_why_oldest_first(admin_client):
    article = make_article()
    say(article, "Staat er al.")
    say(article, "Wacht het langst.", honeypot="gevuld", email="sanne@sannetekent.example")
    say(article, "Wacht ook.", honeypot="gevuld")
    page = admin_client.get(QUEUE).content.decode()
    assert page.index("Wacht het langst.") < page.index("Wacht ook.")
    assert "Staat er al." not in page and "@" not in page.split('id="content"')[1]
    assert "Staat er al." in admin_client.get(QUEUE + "?state=published").content.decode()
    assert "Wacht ook." in admin_client.get(QUEUE + "?state=nonsense").content.decode()


def test_a_moderator_publishes_refuses_removes_and_restores(admin_client):
    article = make_article()
    good, bad = say(article, honeypot="x"), say(article, honeypot="x")
    decide(admin_client, "publish", good)
    decide(admin_client, "refuse", bad, reason=" reclame\nvoor schoenen ")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status, bad.decision_reason) == ("published", "refused", "reclame voor schoenen")

    decide(admin_client, "remove", good, reason="persoonlijke aanval")
    good.refresh_from_db()
    assert (good.status, good.decision_reason) == ("removed", "persoonlijke aanval")
    decide(admin_client, "restore", good)
    good.refresh_from_db()
    assert (good.status, Discussion.objects.get(pk=article.pk).visible) == ("published", 1)


def test_a_decision_that_does_not_fit_is_told_and_the_others_are_taken(admin_client):
    article = make_article()
    waiting, standing = say(article, honeypot="x"), say(article)
    page = admin_client.post(
        QUEUE, {"action": "publish", "_selected_action": [waiting.pk, standing.pk], "select_across": "0"}, follow=True
    )
    assert page.status_code == 200
    assert Reaction.objects.get(pk=waiting.pk).status == "published"


def test_nothing_can_be_added_deleted_or_rewritten(admin_client):
    reaction = say(make_article(), "De woorden zelf.")
    assert admin_client.get(QUEUE + "add/").status_code == 403
    assert admin_client.post(f"{QUEUE}{reaction.pk}/delete/", {"post": "yes"}).status_code == 403
    page = admin_client.get(f"{QUEUE}{reaction.pk}/change/").content.decode()
    assert "De woorden zelf." in page and "<textarea" not in page and 'name="_save"' not in page
    admin_client.post(f"{QUEUE}{reaction.pk}/change/", {"body": "Iets anders.", "status": "removed"})
    after = Reaction.objects.get(pk=reaction.pk)
    assert (after.body, after.status) == ("De woorden zelf.", "published")


def test_who_is_no_moderator_decides_nothing(client, django_user_model):
    waiting = say(make_article(), honeypot="x")
    client.force_login(django_user_model.objects.create_user("redacteur", is_staff=True))
    assert client.get(QUEUE).status_code == 403
    decide(client, "publish", waiting)
    assert Reaction.objects.get(pk=waiting.pk).status == "held"
