"""An answer to a notification becomes a reaction, under the name used before and by the same rules as on the form."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Discussion
from forum.inbound.actions import receive_mail
from forum.inbound.models import InboundMail
from forum.outbox.models import Address, OutgoingMail
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from forum.subscriptions.actions import end
from tests.inbound import clients
from tests.inbound.answers import SANNE, Told, told

pytestmark = pytest.mark.django_db
WORDS = "Bij ons hangt hij ook, al jaren."


def outcome(row: InboundMail) -> tuple[str, str, str]:
    return row.kind, row.outcome, row.reason


# All of them: test_own_words.py
@pytest.mark.parametrize(
    "program", ["Gmail, nl", "Outlook, nl", "iPhone, nl", "iPad, only HTML", "Thunderbird, below the quote"]
)
def test_what_a_mail_program_sends_is_published_below_what_it_answers(program):
    news = told()
    row = receive_mail(clients.sample(program, to=news.to, sender=SANNE))
    assert outcome(row) == ("reply", "posted", "")
    said = Reaction.objects.get(pk=row.reaction_id)
    assert (said.name, said.website, said.body) == ("Sanne Kuipers", "https://sanne.example/", clients.SAYS)
    assert (said.parent, said.subscription, said.status) == (news.reaction, news.subscription, "published")
    assert said.reader_key == news.own.reader_key and not said.by_author and not said.by_editors


def test_it_stands_on_the_page_and_others_are_mailed_about_it_but_not_its_writer(client):
    from forum.reactions.notify import announce_due

    news = told()
    news.answer(WORDS)
    announce_due()
    assert WORDS in client.get(f"/articles/{news.article.slug}/").content.decode()
    said = Reaction.objects.latest("pk")
    assert not OutgoingMail.objects.filter(event_id=said.pk).exists()  # only Sanne follows


def test_no_answer_is_mailed_and_nobody_is_asked_to_confirm():
    news = told()
    before = OutgoingMail.objects.count()
    assert news.answer(WORDS).outcome == "posted"
    assert OutgoingMail.objects.count() == before


def test_p20_the_same_mail_again_is_one_reaction():
    news = told()
    first, again = news.answer(WORDS), news.answer(WORDS)
    assert first.pk == again.pk and InboundMail.objects.count() == 1
    assert Reaction.objects.filter(body=WORDS).count() == 1


def test_p20_the_same_mail_after_it_was_forgotten_is_one_reaction_still():
    news = told()
    news.answer(WORDS)
    InboundMail.objects.all().delete()
    Reaction.objects.filter(body=WORDS).update(created_at=timezone.now() - timedelta(days=100))
    assert outcome(news.answer(WORDS)) == ("reply", "ignored", "again")
    assert Reaction.objects.filter(body=WORDS).count() == 1


def test_p20_the_same_words_in_another_mail_lead_to_the_first():
    news = told()
    first, again = news.answer(WORDS), news.answer(WORDS, message_id="twee")
    assert outcome(again) == ("reply", "ignored", "again") and again.reaction == first.reaction


def test_capitals_in_the_address_do_not_matter():
    news = told()
    raw = clients.fill(clients.mail(body=WORDS), to=news.to.upper(), sender=SANNE.upper())
    assert receive_mail(raw).outcome == "posted"


@pytest.mark.parametrize(
    "sender",
    [
        "piet@elders.example",
        "sanne@voorbeeld.example.elders.example",
        '"Sanne@voorbeeld.example" <piet@elders.example>',
    ],
)
def test_from_another_address_nothing_is_posted(sender):
    """Who got the mail forwarded holds the address to answer to."""
    news = told()
    assert outcome(news.answer(WORDS, sender=sender)) == ("reply", "ignored", "other_sender")
    assert not Reaction.objects.filter(body=WORDS).exists()


def test_with_two_senders_nothing_is_posted():
    news = told()
    raw = clients.fill(clients.mail(body=WORDS), to=news.to, sender=SANNE)
    two = raw.replace(b"From: ", b"From: piet@elders.example, ", 1)
    twice = raw.replace(b"From: ", b"From: piet@elders.example\r\nFrom: ", 1)
    assert {outcome(receive_mail(one)) for one in (two, twice)} == {("reply", "ignored", "other_sender")}


@pytest.mark.parametrize(
    "headers",
    [
        ["Auto-Submitted: auto-replied"],
        ["Auto-Submitted: auto-generated (vacation)"],
        ["Auto-Submitted: auto-notified; owner-email=x"],
        ["Precedence: bulk"],
        ["Precedence: Junk"],
        ["Precedence: auto_reply"],
        ["X-Auto-Response-Suppress: All"],
        ["X-Autoreply: yes"],
        ["X-Autorespond: Afwezig"],
        ["List-Id: <lezers.voorbeeld.example>"],
        ["List-Unsubscribe: <https://voorbeeld.example/>"],
        ['Content-Type: multipart/report; report-type=disposition-notification; boundary="x"'],
    ],
)
def test_automatic_mail_is_no_answer(headers):
    news = told()
    assert outcome(news.answer("Ik ben er tot 4 december niet.", *headers)) == ("reply", "ignored", "automatic")
    assert Reaction.objects.count() == 2


@pytest.mark.parametrize("sender", ["<>", ""])
def test_mail_without_a_sender_on_the_envelope_is_no_answer(sender):
    news = told()
    raw = clients.fill(clients.mail(body=WORDS), to=news.to, sender=SANNE)
    assert receive_mail(raw.replace(b"<" + SANNE.encode() + b">", b"<>", 1)).reason == "automatic"
    assert receive_mail(raw.replace(b"een@", b"twee@"), recipient=news.to, sender="").reason == "automatic"


def test_who_says_that_a_person_wrote_it_is_believed():
    assert told().answer(WORDS, "Auto-Submitted: no", "Precedence: normal").outcome == "posted"


def test_our_own_mail_that_comes_back_is_no_answer():
    from forum.outbox.envelope import compose

    news = told()
    ours = compose(news.letter, to=SANNE, message_id=news.letter.message_id, now=timezone.now())
    assert outcome(receive_mail(ours, recipient=news.to, sender="x@voorbeeld.example")) == ("reply", "ignored", "own")
    # A server that takes every header away but who wrote it, and gives it an id of its own.
    bare = clients.fill(clients.mail(body=news.letter.text), to=news.to, sender="reacties@luisterkamer.example")
    assert receive_mail(bare).reason == "other_sender"
    assert Reaction.objects.count() == 2


# What can be known about it, and when it cannot be posted


def test_p23_a_closed_article_takes_no_answers():
    news = told()
    Discussion.objects.filter(pk=news.article.pk).update(state="closed")
    row = news.answer(WORDS)
    assert outcome(row) == ("reply", "refused", "closed") and row.answered == news.reaction and row.needs_eyes


def test_p23_nor_does_one_that_was_withdrawn():
    news = told()
    Article.objects.filter(pk=news.article.pk).update(status=Article.Status.DRAFT)
    assert outcome(news.answer(WORDS)) == ("reply", "refused", "closed")


def test_an_answer_to_what_was_removed_is_not_posted():
    news = told()
    remove(news.reaction)
    assert outcome(news.answer(WORDS)) == ("reply", "refused", "parent_gone")
    assert not Reaction.objects.filter(body=WORDS).exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "body_empty"),
        (f"Op 26-11-2026 om 10:02 schreef Luisterkamer:\n{clients.marked()}", "body_empty"),
        ("a" * 5001, "body_long"),
        ("regel.\n" * 201, "body_lines"),
        ("https://voorbeeld.example/ " * 21, "body_links"),
        ("een \x00 nul", "body_characters"),
        (f"Kijk:\n\n{clients.QUOTED}", "quote"),
    ],
)
def test_what_the_form_would_refuse_is_refused(body, reason):
    row = told().answer(body)
    assert outcome(row) == ("reply", "refused", reason) and row.needs_eyes


def test_no_secret_of_a_quoted_mail_comes_on_a_page():
    news = told()
    assert outcome(news.answer(f"Ik zie {news.to.upper()} staan.")) == ("reply", "refused", "quote")


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ("Bel me maar op 06 12345678, dan leg ik het uit.", "personal_data:phone"),
        ("Kijk op https://a.example/ en https://b.example/ en https://c.example/ eens.", "links"),
    ],
)
def test_what_the_form_would_hold_waits_for_the_editors(body, because):
    row = told().answer(body)
    assert outcome(row) == ("reply", "held", "")
    assert because in Reaction.objects.get(pk=row.reaction_id).held_because


def test_where_all_is_read_first_an_answer_is_too(settings):
    news = told()
    settings.MODERATION = "before"
    assert news.answer(WORDS).outcome == "held"


def test_where_first_names_are_read_first_a_known_one_is_not(settings):
    news = told()
    settings.MODERATION = "first"
    assert news.answer(WORDS).outcome == "posted"


def test_p19_an_address_that_has_said_thirty_things_in_an_hour_waits():
    news = told()
    filler = {"article": news.article, "name": "S", "body": "x", "language": "nl", "reader_key": news.own.reader_key}
    rows = [Reaction(**filler, created_at=timezone.now(), fingerprint=str(n), status="held") for n in range(28)]
    Reaction.objects.bulk_create(rows)
    assert news.answer(WORDS).outcome == "posted"
    assert outcome(news.answer("En nog iets.", message_id="twee")) == ("reply", "refused", "too_many")


# Addresses that mean nothing


def test_after_the_subscription_ended_its_address_does_nothing():
    news = told()
    end(news.subscription, how="link")
    assert outcome(news.answer(WORDS)) == ("reply", "ignored", "ended")


def test_a_subscription_that_was_never_confirmed_has_no_voice():
    news = told()
    type(news.subscription).objects.filter(pk=news.subscription.pk).update(confirmed_at=None)
    assert outcome(news.answer(WORDS)) == ("reply", "ignored", "ended")


def forged(news: Told) -> list[str]:
    local, _, domain = news.to.partition("@")
    kind, subscription, reaction, seal = [*local.partition("+")[:1], *local.partition("+")[2].split(".")]
    other = told("piet@elders.example", name="Piet")
    return [
        f"{kind}+{subscription}.{reaction}.{'a' * 26}@{domain}",
        f"{kind}+{subscription}.{int(reaction, 36) + 1}.{seal}@{domain}",
        f"{kind}+{subscription}.{reaction}.{other.to.partition('@')[0].split('.')[-1]}@{domain}",
        f"{kind}+{'z' * 13}.{reaction}.{seal}@{domain}",
        f"{kind}+{subscription}.{reaction}.{seal[:-1]}@{domain}",
    ]


def test_p16_a_forged_address_opens_nothing():
    news = told()
    for number, address in enumerate(forged(news)):
        raw = clients.fill(clients.mail(body=WORDS), to=address, sender=SANNE, message_id=str(number))
        assert receive_mail(raw).reason == "unknown_token", address
    assert not Reaction.objects.filter(body=WORDS).exists()
    assert news.answer(WORDS).outcome == "posted"  # positive control


def test_p16_an_address_of_another_domain_or_another_key_is_not_ours(settings):
    news = told()
    elsewhere = news.to.replace("@luisterkamer.example", "@elders.example")
    assert receive_mail(clients.fill(clients.mail(body=WORDS), to=elsewhere, sender=SANNE)).reason == "nobody"
    settings.SECRET_KEY = "x" * 64
    assert news.answer(WORDS).reason == "unknown_token"


def test_whoever_comes_to_use_the_address_later_changes_no_name_that_was_told():
    """The mail said under which name the answer goes; a later post with the same address does not change that."""
    from tests.reactions.talk import say

    news = told()
    say(news.article, name="Iemand Anders", email=SANNE, notify="article")
    row = news.answer(WORDS)
    assert Reaction.objects.get(pk=row.reaction_id).name == "Sanne Kuipers"


def test_a_name_that_was_erased_ends_its_addresses():
    news = told()
    Reaction.objects.filter(pk=news.own.pk).update(name="verwijderd op verzoek", website="")
    assert news.answer(WORDS).reason == "unknown_token"


def test_mail_to_other_addresses_is_counted_and_nothing_else():
    row = receive_mail(b"To: redactie@luisterkamer.example\r\nFrom: x@y.example\r\n\r\nGeachte redactie")
    assert outcome(row) == ("other", "ignored", "nobody") and not row.needs_eyes


def test_p17_nothing_of_a_mail_is_kept_but_what_became_a_reaction():
    news = told()
    news.answer("Ik vind van niet, kanarie-zin.", sender="kanarie@elders.example")
    receive_mail(
        clients.fill(
            clients.mail(body="kanarie-zin"), to="kanarie@luisterkamer.example", sender="kanarie@elders.example"
        )
    )
    kept = [str(value) for row in InboundMail.objects.values() for value in row.values()]
    assert InboundMail.objects.count() == 2 and not any("kanarie" in value for value in kept)
    assert Address.objects.count() == 1
