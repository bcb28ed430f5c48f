"""What the writer of a reaction hears of a decision, by mail and on his own pages; and what others read."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from forum.moderation.actions import erase_words, record_hidings, record_refusals, undo
from forum.moderation.models import Decision
from forum.moderation.statement import statement_of
from forum.outbox.models import OutgoingMail
from forum.reactions.editing import edit_reaction
from forum.reactions.identity import waiting_token
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reports.actions import file_report
from tests.factories import make_article
from tests.mailserver import html_of, mail_server, text_of
from tests.moderation.letters import only_mail, paths_in, send_now
from tests.reactions.talk import say
from tests.subscriptions.readers import SANNE, ask_and_start

pytestmark = pytest.mark.django_db


def of_sanne(article, body="Dit is mijn hele tekst.", **fields) -> Reaction:
    """She confirmed her address when she wrote it."""
    return say(article, body, email=SANNE, email_proven=True, **fields)


def text_on(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_c5_a_refusal_is_mailed_with_ground_text_and_how_to_object(by_noor, settings, client):
    article = make_article(title="Wie poetst het trappenhuis?")
    with mail_server(settings) as keeper:
        by_noor(of_sanne(article), "refuse", ground="attack", law="sr 266", note="De laatste zin.")
        send_now()
    message = only_mail(keeper, SANNE)
    words = " ".join(text_of(message).split())
    assert message["Subject"] == "Je reactie bij ‘Wie poetst het trappenhuis?’ is afgewezen"
    for said in (
        "We hebben je reactie niet geplaatst.",
        "Reden: persoonlijke aanval.",
        "belediging (Wetboek van Strafrecht, artikel 266)",
        "De laatste zin.",
        "Dit staat in onze huisregels: Reageer op wat er staat, niet op wie het schreef.",
        "Een redacteur heeft dit gelezen en besloten. Er is geen automatisch besluit genomen.",
        "Dit is mijn hele tekst.",
        "Iemand anders van de redactie kijkt opnieuw",
        "Je kunt ook naar de rechter",
    ):
        assert said in words, said
    html = html_of(message)
    assert "persoonlijke aanval" in html and "Dit is mijn hele tekst." in html
    [path] = paths_in(message)
    page = client.get(path)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store" and page["X-Robots-Tag"] == "noindex"
    shown = text_on(page)
    assert "De laatste zin." in shown and "Dit is mijn hele tekst." in shown and 'action="/reactions/' in shown
    assert SANNE.lower() not in shown.lower()


def test_a_statement_speaks_the_language_of_the_article(by_noor, settings, client):
    with mail_server(settings) as keeper:
        by_noor(of_sanne(make_article(language="en", title="A quiet hour")), "refuse", ground="off topic")
        send_now()
    message = only_mail(keeper, SANNE)
    assert message["Subject"] == "Your reaction to “A quiet hour” was refused"
    assert "Reason: not about the article." in text_of(message)
    assert "Which rule applies" in client.get(paths_in(message)[0]).content.decode()


@pytest.mark.parametrize("address", ["", "typed"])
def test_nothing_is_mailed_to_who_gave_no_address_or_did_not_confirm_it(address, by_noor):
    fields = {"email": "vreemde@voorbeeld.example"} if address else {}
    reaction = say(make_article(), **fields)
    by_noor(reaction, "refuse", ground="attack")
    by_noor(reaction, "publish")
    by_noor(reaction, "refuse", ground="attack")
    assert set(OutgoingMail.objects.values_list("kind", flat=True)) <= {"confirmation"}


def test_who_stopped_the_news_still_hears_of_a_decision(by_noor, settings):
    reaction = of_sanne(make_article())
    reaction.subscription.__class__.objects.update(ended_at=timezone.now())
    with mail_server(settings) as keeper:
        by_noor(reaction, "publish")
        by_noor(reaction, "refuse", ground="attack")
        send_now()
    assert "is verwijderd" in only_mail(keeper, SANNE)["Subject"]


def test_what_is_taken_back_before_the_mail_left_is_not_mailed(by_noor, noor, settings):
    reaction = of_sanne(make_article())
    decision = by_noor(reaction, "refuse", ground="attack")
    undo(decision, by=noor, now=timezone.now())
    with mail_server(settings) as keeper:
        send_now()
    assert not keeper.mails
    assert OutgoingMail.objects.get(kind="decision").status == "cancelled"


def test_a_mail_about_a_decision_waits_for_second_thoughts(by_noor):
    decision = by_noor(of_sanne(make_article()), "refuse", ground="attack")
    assert OutgoingMail.objects.get(kind="decision").due_at > decision.made_at


def test_who_waited_hears_once_that_the_reaction_is_up(by_noor, noor, settings):
    article = make_article(title="Een koor zonder dirigent")
    reaction = of_sanne(article)
    with mail_server(settings) as keeper:
        undo(by_noor(reaction, "publish"), by=noor, now=timezone.now())
        by_noor(reaction, "publish")
        send_now()
    message = only_mail(keeper, SANNE)
    assert message["Subject"] == "Je reactie staat erop"
    assert f"/reactions/{reaction.pk}/" in paths_in(message)
    assert OutgoingMail.objects.filter(kind="posted").count() == 1


def test_p28_nothing_is_up_of_what_was_removed_before_the_mail_left(by_noor, settings):
    reaction = of_sanne(make_article())
    by_noor(reaction, "publish")
    by_noor(reaction, "spam")
    with mail_server(settings) as keeper:
        send_now()
    assert not keeper.mails


def test_what_is_hidden_by_itself_says_that_nobody_has_looked(by_noor, settings, client):
    settings.REPORTS_HIDE = 1
    reaction = of_sanne(make_article())
    by_noor(reaction, "publish")
    OutgoingMail.objects.all().delete()
    file_report(Reaction.objects.get(pk=reaction.pk), reason="hate", explanation="Kijk.", client_key="a")
    record_hidings()
    with mail_server(settings) as keeper:
        send_now()
    message = only_mail(keeper, SANNE)
    words = " ".join(text_of(message).split())
    assert "voorlopig verborgen" in message["Subject"] and "zonder dat er iemand keek" in words
    assert "nieuw oordeel" not in words
    assert "Je hoeft niets te doen." in text_on(client.get(paths_in(message)[0]))


def test_who_gave_no_address_reads_it_where_his_reaction_waited(by_noor, client):
    reaction = say(make_article(), "Zonder adres.")
    address = reverse("waiting", args=[waiting_token(reaction.pk)])
    assert "Besluit over je reactie" not in text_on(client.get(address))
    by_noor(reaction, "refuse", ground="hate", note="De derde zin.")
    page = text_on(client.get(address))
    for said in ("Discriminatie of haat.", "De derde zin.", "Zonder adres.", "Vraag een nieuw oordeel"):
        assert said in page, said
    by_noor(reaction, "publish")
    assert client.get(address)["Location"] == f"/reactions/{reaction.pk}/"
    by_noor(reaction, "refuse", ground="off topic")
    page = text_on(client.get(address))
    assert "Je reactie is verwijderd." in page and "gaat niet over het artikel" in page.lower()


def test_others_read_ground_and_date_at_the_permalink_and_no_more(by_noor, client):
    reaction = say(make_article(), "De woorden zelf.", name="Bart")
    by_noor(reaction, "publish")
    decision = by_noor(reaction, "refuse", ground="details", note="Alleen voor de schrijver.")
    answer = client.get(f"/reactions/{reaction.pk}/")
    page = text_on(answer)
    assert answer.status_code == 410
    assert "Reden: gegevens van een ander." in page and "Besloten op" in page
    assert "Alleen voor de schrijver" not in page and "De woorden zelf" not in page and "Bart" not in page
    for proof in (waiting_token(reaction.pk), statement_of(decision).address.rstrip("/").rsplit("/", 1)[1]):
        led = client.get(f"/reactions/{reaction.pk}/?proof={proof}")
        assert (led.status_code, led["Cache-Control"]) == (303, "no-store")
        assert "Alleen voor de schrijver" in text_on(client.get(led["Location"]))


def test_a_refused_reaction_does_not_exist_for_others(by_noor, client):
    reaction = say(make_article())
    by_noor(reaction, "refuse", ground="details")
    assert client.get(f"/reactions/{reaction.pk}/").status_code == 404


def test_p16_no_proof_of_another_opens_a_statement(by_noor, client):
    mine, other = say(make_article()), say(make_article())
    decision = by_noor(mine, "refuse", ground="attack")
    by_noor(other, "refuse", ground="attack")
    token = statement_of(decision).address.rstrip("/").rsplit("/", 1)[1]
    assert client.get(f"/reactions/{mine.pk}/statement/{token}/").status_code == 200
    for pk, proof in (
        (other.pk, token),
        (other.pk, waiting_token(mine.pk)),
        (mine.pk, decision.token_hash),
        (mine.pk, decision.nonce),
        (mine.pk, token[:-1]),
        (mine.pk, "é"),
        (10**18, token),
    ):
        assert client.get(f"/reactions/{pk}/statement/{proof}/").status_code == 404, (pk, proof)


def test_p16_of_a_statements_token_only_the_hash_is_kept(by_noor):
    decision = by_noor(say(make_article()), "refuse", ground="attack")
    token = statement_of(decision).address.rstrip("/").rsplit("/", 1)[1]
    kept = "".join(str(value) for row in Decision.objects.values() for value in row.values())
    assert token not in kept and len(token) >= 32


def test_c3_after_erasing_the_statement_stands_without_words(by_noor, client, settings):
    reaction = of_sanne(make_article())
    decision = by_noor(reaction, "refuse", ground="attack", note="Over jou.")
    erase_words([reaction.pk])
    page = text_on(client.get(statement_of(Decision.objects.get(pk=decision.pk)).address))
    assert "De woorden zijn gewist." in page and "Over jou" not in page and "persoonlijke aanval" in page.lower()
    with mail_server(settings) as keeper:
        send_now()
    assert not keeper.mails


def test_what_became_of_it_since_is_said(by_noor, noor, client):
    reaction = say(make_article())
    decision = by_noor(reaction, "refuse", ground="attack")
    address = statement_of(decision).address
    undo(decision, by=noor, now=timezone.now())
    assert "Dit besluit is teruggenomen." in text_on(client.get(address))
    other = say(make_article())
    decision = by_noor(other, "refuse", ground="attack")
    by_noor(other, "publish")
    page = text_on(client.get(statement_of(decision).address))
    assert "Je reactie staat er (weer)." in page and "Vraag een nieuw oordeel" not in page


def test_a_reader_with_a_subscription_of_his_own_is_not_told_twice(by_noor, settings):
    """He follows the article; news of his own reaction goes to nobody, so this mail is the only one."""
    article = make_article()
    ask_and_start(article, SANNE)
    reaction = of_sanne(article)
    with mail_server(settings) as keeper:
        by_noor(reaction, "publish")
        announce_due()
        send_now()
    assert [message["Subject"] for message in keeper.to(SANNE)] == ["Je reactie staat erop"]


def test_what_a_machine_refused_at_once_stands_in_the_log_once_and_may_be_objected_to(settings, client):
    settings.MODERATION = "after"
    links = "https://a.example https://b.example https://c.example"
    reaction = say(make_article(), f"Neem een kijkje op mijn webshop {links}", honeypot="x")
    assert (record_refusals(), record_refusals()) == (1, 0)
    decision = Decision.objects.get(reaction=reaction)
    assert (decision.what, decision.by, decision.ground, decision.after) == ("spam", None, "advertising", "spam")
    page = text_on(client.get(reverse("waiting", args=[waiting_token(reaction.pk)])))
    assert "Een automatische controle wees haar af" in page and "Vraag een nieuw oordeel" in page
    assert not OutgoingMail.objects.exists()


def test_spam_of_before_that_moment_was_kept_is_no_decision_of_a_machine(by_noor):
    reaction = say(make_article(), "Reclame.")
    by_noor(reaction, "spam")
    Reaction.objects.update(decided_at=None)
    assert (record_refusals(), record_refusals()) == (1, 0)
    assert Decision.objects.count() == 1


def test_what_was_hidden_because_it_was_changed_does_not_say_that_readers_reported_it(settings, client):
    settings.MODERATION = "after"
    reaction = say(make_article(), "Mooi stuk.", email=SANNE, email_proven=True)
    edit_reaction(reaction, website="", body="https://a.example https://b.example https://c.example")
    assert record_hidings() == 1
    said = statement_of(Decision.objects.get(reaction=reaction)).how
    assert "nadat ze was geplaatst of gewijzigd" in said and "meld" not in said
