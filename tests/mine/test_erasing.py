"""PROMISES C3: everything in one file, and everything gone, with the thread as it was."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Discussion
from forum.mine.actions import erase, erase_due
from forum.mine.models import Erasure, Link
from forum.outbox.models import Address, OutgoingMail
from forum.reactions import erasing
from forum.reactions.actions import approve, remove, withdraw
from forum.reactions.editing import edit_reaction
from forum.reactions.models import Claim, Reaction
from forum.reactions.notify import announce_due
from forum.reactions.owning import reader_key
from forum.spam.models import Lesson
from forum.subscriptions.models import Consent, Subscription
from forum.subscriptions.tokens import hashed_address
from tests.factories import make_article
from tests.mine.owners import act, later, mailed_path, post, post_and_confirm
from tests.reactions.posts import FROM_OUR_PAGE, send, text_of
from tests.reactions.talk import say
from tests.subscriptions.database import everything
from tests.subscriptions.test_privacy import shapes_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
CANARY = "Kanarie.Geheim@Vogelkooi.example"
NAME, SITE, WORDS = "Kanariena Vogelzang", "kooi-van-kanariena.example", "Piepgeluid uit de kooi"


def a_life(client) -> tuple[list[Reaction], str]:
    """Everything that a reader can leave behind; the path of her page."""
    article, other = make_article(), make_article()
    browser = Client()
    said = [post_and_confirm(browser, article, CANARY, name=NAME, website=SITE, body=f"{WORDS}, één.")]
    send(Client(), article, name="Bart", body="Antwoord aan haar.", parent=said[0].pk)
    announce_due()
    said.append(post(browser, other, CANARY, name=NAME, website=SITE, body=f"{WORDS}, twee."))
    said.append(post(browser, other, CANARY, name=NAME, website=SITE, body=f"{WORDS}, wacht.", subject="gevuld"))
    said.append(approve(post(browser, other, CANARY, name=NAME, body=f"{WORDS}, geleerd.", subject="gevuld")))
    said.append(remove(post(browser, article, CANARY, name=NAME, body=f"{WORDS}, verwijderd."), reason="reclame"))
    said.append(withdraw(post(browser, article, CANARY, name=NAME, body=f"{WORDS}, ingetrokken.")))
    edit_reaction(said[1], website="", body=f"{WORDS}, gewijzigd.")
    path = mailed_path(client, CANARY)
    act(client, path, "claim", name=NAME)
    post(client, article, CANARY, name=NAME, body=f"{WORDS}, bevestigd.")
    return said, path


def press_erase(client, path: str, **fields):
    return client.post(f"{path}erase/", fields, headers=FROM_OUR_PAGE)


@pytest.mark.parametrize("words", ["keep", "erase"])
def test_c3_after_erasing_nothing_of_her_is_found_anywhere(client, words):
    said, path = a_life(client)
    articles = sorted({reaction.article_id for reaction in said})
    before = {row.pk: (row.visible, row.version) for row in Discussion.objects.all()}
    places = [*Reaction.objects.order_by("pk").values_list("pk", "thread_no", "reply_no", "shown", "depth")]
    stored = everything()
    for trace in (CANARY, NAME, "kooi-van-kanariena", WORDS, reader_key(CANARY)):
        assert trace in stored, trace  # positive control: this search finds what is there

    answer = press_erase(client, path, sure="1", words=words)
    assert answer.status_code == 200 and "Gewist" in answer.text
    assert answer.cookies["confirmed"]["max-age"] == 0
    while erase_due():
        pass
    stored = everything()
    traces = [*shapes_of(CANARY), reader_key(CANARY), hashed_address(CANARY.lower(), "proof"), NAME, "kanariena", SITE]
    for trace in traces + ([WORDS] if words == "erase" else []):
        assert trace.lower() not in stored.lower(), trace
    assert "Bart" in stored and "Antwoord aan haar." in stored
    models = (Address, Subscription, Claim, Link, Erasure, Lesson)
    assert [model.__name__ for model in models if model.objects.exists()] == []
    assert not OutgoingMail.objects.exists()

    assert [*Reaction.objects.order_by("pk").values_list("pk", "thread_no", "reply_no", "shown", "depth")] == places
    for pk in articles:
        now = Discussion.objects.get(pk=pk)
        assert now.visible == before[pk][0] and now.version > before[pk][1]
    page = text_of(client.get(said[0].article.get_absolute_url()))
    assert NAME not in page and "verwijderd op verzoek" in page
    assert '<a class="u-in-reply-to" href="/reactions/' in page
    assert (WORDS in page) == (words == "keep")
    assert ("De schrijver liet deze woorden wissen." in page) == (words == "erase")
    assert NAME not in client.get(f"{said[0].article.get_absolute_url()}reactions.atom").text
    for word in ("Vogelzang", "Kanariena"):
        assert client.get(f"/search/?q={word}").text.count("/reactions/") == client.get("/search/?q=qqxz").text.count("/reactions/")  # fmt: skip


def test_c1_the_proof_of_consent_stays_under_a_hash(client):
    _, path = a_life(client)
    confirmed = Consent.objects.filter(confirmed_at__isnull=False).count()
    press_erase(client, path, sure="1")
    kept = Consent.objects.all()
    assert kept.count() == confirmed
    for consent in kept:
        assert consent.ended_at and consent.address is None and not consent.client_key
        assert consent.address_hash == hashed_address(CANARY.lower(), "consent")


def test_erasing_needs_a_tick_and_a_button(client):
    _, path = a_life(client)
    before = everything()
    assert client.get(f"{path}erase/?sure=1").status_code == 200
    for fields in ({}, {"words": "erase"}, {"sure": ""}):
        answer = press_erase(client, path, **fields)
        assert answer.status_code == 422 and "Er is nog niets gewist" in answer.text
    assert everything() == before


def test_what_waits_is_withdrawn_so_that_nobody_publishes_it(client):
    said, path = a_life(client)
    press_erase(client, path, sure="1")
    waited = Reaction.objects.get(pk=said[2].pk)
    assert (waited.status, waited.name, waited.held_because) == ("withdrawn", "verwijderd op verzoek", [])


def test_what_others_posted_with_her_address_only_loses_it(client):
    said, _ = a_life(client)
    other = post(Client(), said[0].article, CANARY, name="Typefout", body="Verkeerd adres getypt.")
    press_erase(client, mailed_path(client, CANARY), sure="1", words="erase")
    other.refresh_from_db()
    assert (other.name, other.body, other.reader_key, other.subscription_id) == (
        "Typefout", "Verkeerd adres getypt.", "", None,
    )  # fmt: skip


def test_erasing_frees_the_name(client):
    said, path = a_life(client)
    press_erase(client, path, sure="1")
    send(Client(), said[0].article, name=NAME, body="Ik heet toevallig ook zo.")
    assert Reaction.objects.latest("pk").status == "published"


def test_many_reactions_are_erased_a_batch_at_a_time(client, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 3)
    monkeypatch.setitem(erasing.erase_batch.__kwdefaults__, "limit", 3)
    articles = [make_article(), make_article()]
    browser = Client()
    post_and_confirm(browser, articles[0], CANARY, name=NAME)
    for n in range(9):
        post(browser, articles[n % 2], CANARY, name=NAME, body=f"Nummer {n}.")
    link = Link.objects.get(token_hash__isnull=False) if mailed_path(client, CANARY) else None
    erase(link, with_words=False)
    assert Reaction.objects.filter(name=NAME).count() == 7
    post(Client(), articles[0], CANARY, name=NAME, body="Daarna weer begonnen.")
    rounds = 0
    while erase_due():
        rounds += 1
    assert (rounds, Reaction.objects.filter(name=NAME).count(), Erasure.objects.count()) == (3, 1, 0)


def test_other_rooms_erase_their_copies_with_it(client, monkeypatch):
    told: list[int] = []
    monkeypatch.setattr("forum.mine.actions.COPIES", (told.extend,))
    said, path = a_life(client)
    press_erase(client, path, sure="1")
    assert {reaction.pk for reaction in said} < set(told) and len(told) == 7


def test_an_erased_reaction_can_still_be_removed_and_put_back(client):
    said, path = a_life(client)
    press_erase(client, path, sure="1")
    reaction = Reaction.objects.get(pk=said[0].pk)
    remove(reaction, reason="reclame")
    page = text_of(client.get(reaction.article.get_absolute_url()))
    assert "verwijderd door de redactie" in page and "een verwijderde reactie" in page


def test_the_voice_of_the_house_stays_what_it_is(client):
    article = make_article()
    answer = say(article, author=article.author, email=CANARY, email_proven=True)
    path = mailed_path(client, CANARY)
    press_erase(client, path, sure="1", words="erase")
    answer.refresh_from_db()
    assert answer.name == article.author.name and answer.reader_key == "" and "Dat vind ik ook" in answer.body


# Taking it along


def test_c3_the_file_holds_everything_and_nothing_of_others(client):
    said, path = a_life(client)
    post_and_confirm(Client(), make_article(), "ander@voorbeeld.example", name="Ander", body="Van een ander.")
    answer = client.get(f"{path}export/")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="luisterkamer.json"'
    text = answer.getvalue().decode()
    data = json.loads(text)
    assert [row["name"] for row in data["claimed_names"]] == [NAME]
    rows = {row["id"]: row for row in data["reactions"]}
    assert {reaction.pk for reaction in said} < set(rows) and len(rows) == 7
    assert [rows[reaction.pk]["state"] for reaction in said] == [
        "published", "published", "held", "published", "removed", "withdrawn",
    ]  # fmt: skip
    first, changed, gone = rows[said[0].pk], rows[said[1].pk], rows[said[4].pk]
    assert (first["name"], first["text"]) == (NAME, f"{WORDS}, één.") and first["confirmed_to_be_yours"]
    assert first["website"] == f"https://{SITE}/" and first["url"].endswith(f"/reactions/{said[0].pk}/")
    assert changed["earlier"][0]["text"] == f"{WORDS}, twee." and gone["reason_given"] == "reclame"
    assert len(data["subscriptions"]) == 2 and data["subscriptions"][0]["frequency"] == "at once"
    assert [row["confirmed_at"] is not None for row in data["consents"]] == [True, True]
    for other in ("Van een ander.", "Ander", "Antwoord aan haar.", "voorbeeld.example", CANARY):
        assert other not in text


def test_the_file_says_which_reactions_are_not_known_to_be_hers(client):
    said, _ = a_life(client)
    other = post(Client(), said[0].article, CANARY, name="Typefout", body="Verkeerd adres getypt.")
    data = json.loads(client.get(f"{mailed_path(client, CANARY)}export/").getvalue())
    assert [row["id"] for row in data["reactions"] if not row["confirmed_to_be_yours"]] == [other.pk]


def test_the_file_does_not_ask_more_for_each_reaction(client, django_assert_max_num_queries):
    _, path = a_life(client)
    with django_assert_max_num_queries(14):
        client.get(f"{path}export/").getvalue()


def test_a_consent_that_ended_long_ago_still_opens_the_page(client):
    post_and_confirm(Client(), make_article(), CANARY, name=NAME)
    subscription = Subscription.objects.get()
    from forum.subscriptions.actions import end

    end(subscription, how="manage")
    later(days=40)
    Subscription.objects.update(ended_at=timezone.now() - timedelta(days=40))
    Subscription.objects.all().delete()
    data = json.loads(client.get(f"{mailed_path(client, CANARY)}export/").getvalue())
    assert [row["ended_how"] for row in data["consents"]] == ["manage"]
