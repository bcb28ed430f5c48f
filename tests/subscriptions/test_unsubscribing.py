import pytest
from django.utils import timezone

from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions.actions import OWNER_ASKED, unsubscribe
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.subscriptions.database import everything_stored
from tests.subscriptions.readers import SANNE, ask, follow, manage_path, stop_path, token_in

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://webmail.example"}


def queued_for(subscription: Subscription, event: int = 1) -> OutgoingMail:
    now = timezone.now()
    return OutgoingMail.objects.create(
        kind="reaction",
        address=subscription.address,
        subscription_id=subscription.pk,
        event_id=event,
        due_at=now,
        created_at=now,
    )


def words(answer) -> str:
    """The page without its token, which stands in the addresses of its forms."""
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return main.replace(token_in(answer.request["PATH_INFO"]), "TOKEN")


@pytest.mark.parametrize("headers", [{}, FROM_ELSEWHERE])
@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_p26_one_click_from_a_mail_program_stops_at_once(client, headers, form):
    subscription = follow(make_article())
    other = follow(make_article())
    mail, other_mail = queued_for(subscription), queued_for(other)
    path = stop_path(subscription)
    if form == "multipart":
        answer = client.post(path, ONE_CLICK, headers=headers)
    else:
        answer = client.post(
            path,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )
    assert answer.status_code == 200
    assert not answer.cookies
    assert list(Subscription.objects.active()) == [other]
    mail.refresh_from_db()
    other_mail.refresh_from_db()
    assert (mail.status, other_mail.status) == ("cancelled", "queued")
    assert mail.reason
    assert Consent.objects.get(subscription=subscription).ended_how == "one-click"


def test_p26_the_button_on_the_page_stops_and_offers_the_way_back(client):
    subscription = follow(make_article())
    path = stop_path(subscription)
    assert "Stop met deze meldingen" in client.get(path).content.decode()
    answer = client.post(path, {"what": "this"})
    assert "Gestopt. Toch weer bericht?" in answer.content.decode()
    assert not Subscription.objects.active().exists()
    client.post(manage_path(subscription), {"what": "resume"})
    assert Subscription.objects.active().get() == subscription
    first, second = Consent.objects.order_by("pk")
    assert first.ended_how == "link" and first.address is None and first.address_hash
    assert second.confirmed_at and second.token_hash is None


def test_p26_stop_all_ends_everything_and_suppresses_the_address(client):
    one, two = follow(make_article()), follow(make_article())
    bystander = follow(make_article(), "karim@voorbeeld.example")
    mails = [queued_for(one), queued_for(two), queued_for(bystander)]
    client.post(stop_path(one), {"what": "all"})
    assert list(Subscription.objects.active()) == [bystander]
    statuses = [OutgoingMail.objects.get(pk=mail.pk).status for mail in mails]
    assert statuses == ["cancelled", "cancelled", "queued"]
    address = Address.objects.get(pk=one.address_id)
    assert address.suppressed_at and address.suppressed_because == OWNER_ASKED
    assert set(Consent.objects.exclude(address=bystander.address_id).values_list("ended_how", "address")) == {
        ("all", None)
    }


def test_who_changes_his_mind_after_stop_all_gets_mail_again_about_this_article(client):
    one, _two = follow(make_article()), follow(make_article())
    client.post(stop_path(one), {"what": "all"})
    client.post(manage_path(one), {"what": "resume"})
    assert list(Subscription.objects.active()) == [one]
    assert Address.objects.get().suppressed_at is None


def test_turning_it_on_again_does_not_lift_a_suppression_after_bounces(client):
    subscription = follow(make_article())
    Address.objects.update(suppressed_at=timezone.now(), suppressed_because="5.1.1 unknown")
    client.post(stop_path(subscription), {"what": "all"})
    client.post(manage_path(subscription), {"what": "resume"})
    assert Address.objects.get().suppressed_because == "5.1.1 unknown"


def test_p26_every_token_gets_the_same_page(client):
    known, stopped, suppressed, deleted = (follow(make_article(), f"lezer{n}@voorbeeld.example") for n in range(4))
    unsubscribe(token_in(stop_path(stopped)))
    Address.objects.filter(pk=suppressed.address_id).update(suppressed_at=timezone.now(), suppressed_because="bounces")
    paths = [stop_path(one) for one in (known, stopped, suppressed, deleted)] + ["/subscriptions/x/unsubscribe/"]
    deleted.article.delete()
    for visit in (client.get, lambda path: client.post(path, ONE_CLICK), lambda path: client.post(path)):
        answers = [visit(path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}
        assert len({words(answer) for answer in answers}) == 1
        assert not any(answer.cookies for answer in answers)


def test_p26_a_second_click_changes_nothing(client):
    path = stop_path(follow(make_article()))
    client.post(path, ONE_CLICK)
    before = everything_stored()
    assert client.post(path, ONE_CLICK).status_code == 200
    assert everything_stored() == before


def test_p26_stopping_cancels_a_confirmation_that_waits(client):
    article = make_article()
    subscription = ask(article)
    client.post(stop_path(subscription), ONE_CLICK)
    assert OutgoingMail.objects.get().status == "cancelled"
    assert client.get(f"/subscriptions/confirm/{'x' * 32}/").status_code == 410


def test_the_page_shows_no_address(client):
    subscription = follow(make_article())
    for path in (stop_path(subscription), manage_path(subscription)):
        assert SANNE.lower() not in client.get(path).content.decode().lower()


def test_what_was_bundled_with_a_cancelled_mail_still_goes():
    one, two = follow(make_article()), follow(make_article())
    lead, other = queued_for(one), queued_for(two)
    OutgoingMail.objects.filter(pk=other.pk).update(lead=lead)
    unsubscribe(token_in(stop_path(one)))
    other.refresh_from_db()
    assert (other.status, other.lead) == ("queued", None)
