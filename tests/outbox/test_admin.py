"""What staff see and do: addresses and mails (PROMISES P25)."""

import logging

import pytest
from django.utils import timezone

from forum.outbox.actions import suppress
from forum.outbox.models import OutgoingMail
from tests.outbox.rows import make_address, make_mail, state

pytestmark = pytest.mark.django_db
ADDRESSES, MAILS = "/admin/outbox/address/", "/admin/outbox/outgoingmail/"


def act(client, path: str, action: str, row, **fields: str):
    data = {"action": action, "_selected_action": [row.pk], **fields}
    return client.post(path, data, follow=True)


def test_an_address_is_found_by_a_part_of_it(admin_client):
    make_address("Sanne@lezers.example")
    make_address("karim@lezers.example")
    page = admin_client.get(ADDRESSES, {"q": "sanne@"}).content.decode()
    assert "Sanne@lezers.example" in page
    assert "karim@" not in page


def test_p17_mail_to_an_address_is_stopped_with_a_reason_and_allowed_again(admin_client, caplog):
    sanne = make_address("sanne@lezers.example")
    with caplog.at_level(logging.INFO):
        act(admin_client, ADDRESSES, "no_mail", sanne)
        sanne.refresh_from_db()
        assert sanne.suppressed_at is None
        act(admin_client, ADDRESSES, "no_mail", sanne, reason="complained by telephone")
        sanne.refresh_from_db()
        assert (sanne.suppressed_at is None, sanne.suppressed_because) == (False, "complained by telephone")
        act(admin_client, ADDRESSES, "mail_again", sanne)
    sanne.refresh_from_db()
    assert (sanne.suppressed_at, sanne.suppressed_because) == (None, "")
    assert "no mail any more" in caplog.text
    assert "sanne@" not in caplog.text


def test_p25_every_mail_is_listed_with_its_state_and_reason(admin_client):
    mail = make_mail()
    OutgoingMail.objects.update(status="failed", reason="receiver refused: 550 5.7.1")
    page = admin_client.get(MAILS, {"status__exact": "failed"}).content.decode()
    assert "receiver refused: 550 5.7.1" in page
    assert admin_client.get(f"{MAILS}{mail.pk}/change/").status_code == 200
    assert admin_client.get(f"{ADDRESSES}{mail.address_id}/change/").status_code == 200


def test_a_failed_mail_is_sent_again_and_others_are_not(admin_client):
    failed, sent = make_mail(), make_mail()
    OutgoingMail.objects.filter(pk=failed.pk).update(status="failed", attempts=9)
    OutgoingMail.objects.filter(pk=sent.pk).update(status="sent")
    for mail in (failed, sent):
        assert act(admin_client, MAILS, "again", mail).status_code == 200
    assert [state(failed), state(sent)] == ["queued", "sent"]


def test_nothing_is_added_by_hand_and_an_address_is_erased_with_its_mails(admin_client):
    mail = make_mail()
    assert admin_client.get(f"{ADDRESSES}add/").status_code == 403
    assert admin_client.get(f"{MAILS}add/").status_code == 403
    assert admin_client.post(f"{ADDRESSES}{mail.address_id}/delete/", {"post": "yes"}).status_code == 302
    assert not OutgoingMail.objects.exists()


def test_staff_without_the_permission_see_nothing(client, django_user_model):
    suppress(make_address(), because="x", now=timezone.now())
    client.force_login(django_user_model.objects.create_user("piet", is_staff=True))
    assert client.get(ADDRESSES).status_code == 403
    assert client.get(MAILS).status_code == 403
