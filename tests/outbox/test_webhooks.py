"""Mail services that tell what came back: only who knows the secret is heard, and only our own seal names a mail.

The messages have the shape that Postmark, Mailgun and Brevo document; people, ids and texts are made up.
"""

import base64
import email
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from forum.outbox import envelope
from forum.outbox.models import Address, Bounce, OutgoingMail
from forum.outbox.sending import send_due
from forum.outbox.webhooks import status_in
from tests.outbox.rows import make_address, make_mail
from tests.outbox.scripted import scripted_server

pytestmark = pytest.mark.django_db
LOGIN = "service:a-password-nobody-guesses"
SIGNING_KEY = "key-0123456789abcdef0123456789abcdef"
STRANGER = "iemand-anders@lezers.example"  # whom a message names does not matter


@pytest.fixture(params=["brevo", "mailgun", "postmark"])
def service(request, settings):
    return use(settings, request.param)


def use(settings, service: str) -> str:
    settings.MAIL_SERVICE = service
    settings.MAIL_WEBHOOK_SECRET = SIGNING_KEY if service == "mailgun" else LOGIN
    return service


@pytest.fixture
def mail():
    """Was sent just now."""
    mail = make_mail(make_address("sanne@lezers.example"))
    OutgoingMail.objects.update(status="sent", sent_at=timezone.now())
    return mail


def postmark(mail_id: int, what: str, answer: str) -> dict:
    kind = {"bounce": "HardBounce", "soft": "SoftBounce", "complaint": "SpamComplaint", "later": "Transient"}[what]
    return {
        "RecordType": "SpamComplaint" if what == "complaint" else "Bounce",
        "MessageStream": "outbound",
        "ID": 692560173,
        "Type": kind,
        "TypeCode": 1,
        "MessageID": "2c1b63fe-43f2-4db5-91b0-8bdfa44a9316",
        "Metadata": {"mail": envelope.bounce_address(mail_id)},
        "Description": "The server was unable to deliver your message.",
        "Details": f"smtp;{answer}",
        "Email": STRANGER,
        "From": "reacties@luisterkamer.example",
        "BouncedAt": "2026-01-28T09:14:07Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Nieuwe reactie",
    }


def mailgun(mail_id: int, what: str, answer: str) -> dict:
    code, _, words = answer.partition(" ")
    event = {
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1764100000.4,
        "log-level": "error",
        "event": "complained" if what == "complaint" else "failed",
        "severity": "temporary" if what == "later" else "permanent",
        "reason": "bounce",
        "recipient": STRANGER,
        "delivery-status": {"code": int(code or 0), "message": words, "description": "", "attempt-no": 1},
        "message": {"headers": {"message-id": "20130503192659.13651.20287@lezers.example", "to": STRANGER}},
        "user-variables": {"mail": envelope.bounce_address(mail_id)},
        "tags": [],
    }
    return {"signature": signature(SIGNING_KEY), "event-data": event}


def signature(key: str) -> dict:
    moment, token = "1764100000", "f8ee2d6bc0cd5b6e3b5e7a7a6b7f1a1be4f2d5f2a1bb0fa2c0"
    digest = hmac.new(key.encode(), (moment + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": moment, "token": token, "signature": digest}


def brevo(mail_id: int, what: str, answer: str) -> dict:
    kinds = {"bounce": "hard_bounce", "soft": "soft_bounce", "complaint": "spam", "later": "deferred"}
    return {
        "event": kinds[what],
        "email": STRANGER,
        "id": 26224,
        "date": "2026-01-28 09:14:07",
        "ts": 1764100000,
        "ts_event": 1764100000,
        "ts_epoch": 1764100000000,
        "message-id": "<202601280914.00000000000@luisterkamer.example>",
        "subject": "Nieuwe reactie",
        "X-Mailin-custom": json.dumps({"mail": envelope.bounce_address(mail_id)}),
        "reason": answer,
        "sending_ip": "192.0.2.7",
    }


SAID = {"brevo": brevo, "mailgun": mailgun, "postmark": postmark}


def tell(client, service: str, said: object, *, login: str | None = LOGIN):
    headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    body = said if isinstance(said, str) else json.dumps(said)
    return client.post(f"/mail/events/{service}/", body, content_type="application/json", headers=headers)


def is_suppressed() -> bool:
    return Address.objects.get().suppressed_at is not None


def test_nobody_lives_there_any_more(client, service, mail):
    said = SAID[service](mail.pk, "bounce", "550 5.1.1 <iemand> no such user")
    assert tell(client, service, said).status_code == 204
    bounce = Bounce.objects.get()
    assert (bounce.mail, bounce.source, bounce.status, bounce.points) == (mail, "webhook", "5.1.1", 1)
    assert is_suppressed()
    assert tell(client, service, said).status_code == 204  # a service asks again when our answer was lost
    assert Bounce.objects.count() == 1


def test_a_full_mailbox_counts_and_a_delay_does_not(client, service, mail):
    tell(client, service, SAID[service](mail.pk, "later", "452 4.2.2 later"))
    assert not Bounce.objects.exists()
    tell(client, service, SAID[service](mail.pk, "bounce", "552 5.2.2 full"))
    assert Bounce.objects.get().points == 1
    assert not is_suppressed()


def test_a_complaint_ends_all_mail(client, service, mail):
    tell(client, service, SAID[service](mail.pk, "complaint", ""))
    assert (Bounce.objects.get().kind, Address.objects.get().suppressed_because) == ("complaint", "complaint")


@pytest.mark.parametrize("login", [None, "service:wrong", "service:", "x", "service:ü"])
def test_who_does_not_know_the_secret_changes_nothing(client, settings, mail, login):
    for service in ("brevo", "postmark"):
        use(settings, service)
        answer = tell(client, service, SAID[service](mail.pk, "bounce", "550 5.1.1 no"), login=login)
        assert answer.status_code == 403
    use(settings, "mailgun")
    said = mailgun(mail.pk, "bounce", "550 5.1.1 no") | {"signature": signature("another key")}
    assert tell(client, "mailgun", said, login=login).status_code == 403
    assert not Bounce.objects.exists() and not is_suppressed()


def test_a_mail_is_named_by_our_own_seal_only(client, service, mail):
    said = SAID[service](mail.pk, "bounce", "550 5.1.1 no")
    forged = json.dumps(said).replace(f"bounce+{mail.pk}.", f"bounce+{mail.pk}.a", 1)
    assert tell(client, service, forged).status_code == 204
    assert not Bounce.objects.exists()


@pytest.mark.parametrize("said", ["", "{", "[]", "7", "null", '"x"', "{}", "[" * 100_000, '{"event-data": []}', "\xff"])
def test_p05_nonsense_is_refused_or_passed_over(client, service, said):
    assert tell(client, service, said).status_code in (204, 400, 403)
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "field", ["Metadata", "Details", "Type", "X-Mailin-custom", "reason", "event-data", "user-variables"]
)
@pytest.mark.parametrize("value", [None, 7, [], {}, "x", {"mail": 7}])
def test_p05_fields_of_another_kind_are_passed_over(client, service, mail, field, value):
    said = SAID[service](mail.pk, "bounce", "")
    inner = said.get("event-data", {})
    (inner if field in inner else said)[field] = value
    assert tell(client, service, said).status_code in (204, 400)


def test_without_the_setting_there_is_no_such_page(client, mail):
    for service, say in SAID.items():
        assert tell(client, service, say(mail.pk, "bounce", "550 5.1.1 no")).status_code == 404
        assert client.get(f"/mail/events/{service}/").status_code in (404, 405)
    assert not Bounce.objects.exists()


def test_another_service_than_ours_is_not_heard(client, settings, mail):
    use(settings, "postmark")
    assert tell(client, "brevo", brevo(mail.pk, "bounce", "550 5.1.1 no")).status_code == 404
    assert tell(client, "postmark", "x" * 200_001).status_code == 413
    assert client.get("/mail/events/postmark/").status_code == 405
    assert not Bounce.objects.exists()


def test_a_mail_carries_what_its_service_hands_back(settings, service):
    mail = make_mail()
    with scripted_server(settings) as server:
        send_due()
    message = email.message_from_bytes(server.mails[0])
    name = {"brevo": "X-Mailin-custom", "mailgun": "X-Mailgun-Variables", "postmark": "X-PM-Metadata-mail"}[service]
    value = message[name] if service == "postmark" else json.loads(message[name])["mail"]
    assert value == envelope.bounce_address(mail.pk) == server.senders[0]


def test_without_a_service_a_mail_carries_nothing_of_the_kind(settings):
    make_mail()
    with scripted_server(settings) as server:
        send_due()
    assert not [name for name in email.message_from_bytes(server.mails[0]) if name.startswith(("X-M", "X-PM"))]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("smtp;550-5.2.2 full", "5.2.2"),
        ("550 no such user", "5.0.0"),
        ("452 later", "4.0.0"),
        ("host 192.5.1.1 said no", ""),
        ("host 5.1.1.192 said no", ""),
        ("sent in 2026, 55000 bytes", ""),
        ("", ""),
    ],
)
def test_the_status_is_found_in_what_a_server_answered(answer, status):
    assert status_in(answer) == status
