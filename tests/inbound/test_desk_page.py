"""The page of what came in: for who keeps the site running, with neither addresses nor texts."""

import pytest
from django.utils import timezone

from forum.inbound.actions import forget_inbound, note_look, receive_mail
from forum.inbound.models import InboundMail
from forum.inbound.reasons import LABELS
from forum.mail_source import mail_source
from tests.desk.people import make_staff
from tests.inbound.answers import told

pytestmark = pytest.mark.django_db
PAGE = "/desk/inbound/"


@pytest.fixture
def desk(client):
    client.force_login(make_staff("administrator"))
    return client


def test_it_tells_what_came_in_and_what_became_of_it(desk):
    news = told()
    posted = news.answer("Een geheime zin, kanarie.", sender="Sanne@voorbeeld.example")
    news.answer("a" * 5001, message_id="twee")
    receive_mail(b"From: kanarie@elders.example\r\nTo: kanarie@luisterkamer.example\r\n\r\nkanarie")
    page = desk.get(PAGE).content.decode()
    for words in ("antwoord per mail", "geplaatst", "kon niet geplaatst worden", "te lang", "aan een ander adres"):
        assert words in page
    assert f"/reactions/{posted.reaction_id}/" in page and f"/reactions/{news.reaction.pk}/" in page
    assert "kanarie" not in page and "voorbeeld.example" not in page


def test_it_asks_as_much_for_a_hundred_as_for_one(desk, django_assert_num_queries):
    def rows(count: int, start: int) -> None:
        InboundMail.objects.bulk_create(
            InboundMail(
                key=str(start + n), kind="other", outcome="ignored", reason="nobody", received_at=timezone.now()
            )
            for n in range(count)
        )

    rows(1, 0)
    desk.get(PAGE)
    with django_assert_num_queries(11) as few:
        desk.get(PAGE)
    rows(150, 1)
    with django_assert_num_queries(len(few)):
        page = desk.get(PAGE).content.decode()
    assert page.count("aan een ander adres") == 100


def test_it_says_whether_the_mailbox_can_be_read(desk, settings):
    assert "De mailserver bezorgt de mail hier." in desk.get(PAGE).content.decode()
    settings.INBOUND = mail_source("imap://a:geheim@127.0.0.1")
    assert "De mailbox is nog niet gelezen." in desk.get(PAGE).content.decode()
    note_look(trouble="LoginError")
    page = desk.get(PAGE).content.decode()
    assert "Lezen lukte niet om" in page and "LoginError" in page and "geheim" not in page
    note_look()
    page = desk.get(PAGE).content.decode()
    assert "De mailbox is het laatst gelezen om" in page and "Lezen lukte niet" not in page
    settings.INBOUND = None
    assert "INBOUND_URL is niet ingesteld." in desk.get(PAGE).content.decode()


@pytest.mark.parametrize("role", ["author", "editor", "moderator"])
def test_others_do_not_see_it(client, role):
    client.force_login(make_staff(role))
    assert client.get(PAGE).status_code == 403


def test_every_reason_that_is_given_has_words():
    import re
    from pathlib import Path

    folder = Path(__file__).parents[2] / "forum" / "inbound"
    code = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "reasons.py")
    given = set(re.findall(r'(?:Unreadable\(|reason=|refused\(|Outcome\.[A-Z]+, )"([a-z_]+)"', code))
    given |= {
        "body_empty",
        "body_long",
        "body_lines",
        "body_links",
        "body_characters",
        "nobody",
        "unknown_token",
        "automatic",
        "no_bounce",
        "delayed",
        "delivered",
    }
    assert given == set(LABELS)


def test_what_came_in_long_ago_is_forgotten():
    news = told()
    row = news.answer("Eens.")
    InboundMail.objects.filter(pk=row.pk).update(received_at=timezone.now() - timezone.timedelta(days=91))
    news.answer("Nog eens.", message_id="twee")
    assert forget_inbound(timezone.now()) == 1 and InboundMail.objects.count() == 1
