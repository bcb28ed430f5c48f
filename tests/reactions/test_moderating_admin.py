"""All reactions in the admin: to look at. Decisions are taken at the moderators' desk."""

import pytest

from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]

QUEUE = "/admin/reactions/reaction/"


def test_the_list_shows_what_waits_and_why_oldest_first(admin_client):
    article = make_article()
    say(article, "Staat er al.")
    say(article, "Wacht het langst.", honeypot="gevuld", email="sanne@sannetekent.example")
    say(article, "Wacht ook.", honeypot="gevuld")
    page = admin_client.get(QUEUE).content.decode()
    assert page.index("Wacht het langst.") < page.index("Wacht ook.")
    assert "Staat er al." not in page and "@" not in page.split('id="content"')[1]
    assert "Staat er al." in admin_client.get(QUEUE + "?state=published").content.decode()
    assert "Wacht ook." in admin_client.get(QUEUE + "?state=nonsense").content.decode()


def test_nothing_is_decided_here(admin_client):
    waiting, standing = say(make_article(), honeypot="x"), say(make_article())
    assert 'name="action"' not in admin_client.get(QUEUE).content.decode()
    for action in ("publish", "refuse", "call_spam", "remove", "restore", "delete_selected"):
        for reaction in (waiting, standing):
            chosen = {"action": action, "_selected_action": [reaction.pk], "reason": "daarom", "post": "yes"}
            admin_client.post(f"{QUEUE}?state={reaction.status}", chosen)
    assert list(Reaction.objects.order_by("pk").values_list("status", flat=True)) == ["held", "published"]


def test_nothing_can_be_added_deleted_or_rewritten(admin_client):
    reaction = say(make_article(), "De woorden zelf.")
    assert admin_client.get(QUEUE + "add/").status_code == 403
    assert admin_client.post(f"{QUEUE}{reaction.pk}/delete/", {"post": "yes"}).status_code == 403
    page = admin_client.get(f"{QUEUE}{reaction.pk}/change/").content.decode()
    assert "De woorden zelf." in page and "<textarea" not in page and 'name="_save"' not in page
    answer = admin_client.post(f"{QUEUE}{reaction.pk}/change/", {"body": "Iets anders.", "status": "removed"})
    after = Reaction.objects.get(pk=reaction.pk)
    assert (answer.status_code, after.body, after.status) == (403, "De woorden zelf.", "published")


def test_who_is_no_moderator_sees_nothing(client, django_user_model):
    say(make_article(), honeypot="x")
    client.force_login(django_user_model.objects.create_user("redacteur", is_staff=True))
    assert client.get(QUEUE).status_code == 403
