"""Objecting: from the statement, once, judged by somebody else; and the answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.accounts.roles import Role
from forum.moderation.actions import (
    AlreadyAppealed,
    AlreadyHandled,
    NotAppealable,
    NotYours,
    TooLate,
    file_appeal,
    handle_appeal,
)
from forum.moderation.models import Appeal, Decision
from forum.moderation.statement import statement_of
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import withdraw
from forum.reactions.identity import waiting_token
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.mailserver import mail_server, text_of
from tests.moderation.conftest import browser_of, make_staff
from tests.moderation.letters import only_mail, send_now
from tests.reactions.talk import say
from tests.subscriptions.readers import SANNE

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(by_noor) -> Decision:
    reaction = say(make_article(title="De brug"), "Mijn mening.", email=SANNE, email_proven=True)
    decision = by_noor(reaction, "refuse", ground="attack")
    OutgoingMail.objects.all().delete()
    return decision


def address_of(decision: Decision) -> str:
    return statement_of(decision).address.replace("/statement/", "/appeal/")


def state_of(decision: Decision) -> str:
    return Reaction.objects.get(pk=decision.reaction_id).status


def object_to(decision: Decision, body: str = "Het was geen aanval.") -> Appeal:
    return file_appeal(decision, body=body, now=timezone.now())


def judge(appeal: Appeal, by, *, uphold: bool, answer: str = "Je hebt gelijk.") -> Appeal:
    return handle_appeal(appeal, uphold=uphold, answer=answer, by=by, now=timezone.now())


def test_the_writer_objects_from_his_statement_and_reads_that_it_waits(refused, client):
    page = client.get(address_of(refused))
    assert page.status_code == 200 and "Waarom zie je het anders?" in page.content.decode()
    answer = client.post(
        address_of(refused), {"body": "Het was geen aanval."}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303 and "/statement/" in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "Het was geen aanval." in page and "Iemand van de redactie kijkt opnieuw" in page
    assert Appeal.objects.get().decision == refused


def test_who_gave_no_address_objects_with_what_his_browser_was_given(by_noor, client):
    reaction = say(make_article())
    by_noor(reaction, "refuse", ground="attack")
    address = f"/reactions/{reaction.pk}/appeal/{waiting_token(reaction.pk)}/"
    assert client.post(address, {"body": "Toch niet."}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "Schrijf waarom je het anders ziet."),
        ("   \n ", "Schrijf waarom je het anders ziet."),
        ("x" * 5_010, "Je bezwaar is 10 tekens te lang."),
        ("regel\n" * 201, "Je bezwaar heeft meer dan 200 regels."),
    ],
)
def test_p04_what_cannot_be_taken_comes_back_with_its_text(body, said, refused, client):
    answer = client.post(address_of(refused), {"body": body}, headers={"Sec-Fetch-Site": "same-origin"})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and body.strip() in page
    assert not Appeal.objects.exists()


def test_p13_no_other_site_objects_for_the_writer(refused, client):
    answer = client.post(address_of(refused), {"body": "Van elders."}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and not Appeal.objects.exists()


def test_once_for_each_decision_and_for_six_months(refused, client):
    late = refused.made_at + timedelta(days=190)
    with pytest.raises(TooLate):
        file_appeal(refused, body="Te laat.", now=late)
    assert not statement_of(refused).may_appeal(late)
    assert statement_of(refused).may_appeal(refused.made_at + timedelta(days=183))
    first = object_to(refused)
    with pytest.raises(AlreadyAppealed) as again:
        object_to(refused, "Nog eens.")
    assert again.value.appeal == first and Appeal.objects.get().body == "Het was geen aanval."
    again = client.post(address_of(refused), {"body": "Nog eens."}, headers={"Sec-Fetch-Site": "same-origin"})
    assert again.status_code == 303


def test_only_what_took_something_away_can_be_objected_to(by_noor):
    with pytest.raises(NotAppealable):
        object_to(by_noor(say(make_article()), "publish"))
    assert object_to(by_noor(say(make_article()), "spam"))


def test_somebody_else_than_who_decided_judges(refused, noor, ruud):
    appeal = object_to(refused)
    with pytest.raises(NotYours):
        judge(appeal, noor, uphold=False)
    judged = judge(appeal, ruud, uphold=False, answer="Het blijft een aanval.")
    assert (judged.state, judged.handled_by, judged.same_hand) == ("rejected", ruud, False)
    assert (judged.outcome.what, judged.outcome.by, judged.outcome.about) == ("reject", ruud, refused)
    with pytest.raises(AlreadyHandled):
        judge(appeal, ruud, uphold=True)


def test_with_one_moderator_an_administrator_judges(refused, noor):
    admin = make_staff("bas", Role.ADMINISTRATOR, is_superuser=True)
    make_staff("karim", Role.EDITOR)
    with pytest.raises(NotYours):
        judge(object_to(refused), noor, uphold=False)
    assert judge(Appeal.objects.get(), admin, uphold=False).handled_by == admin


def test_with_nobody_else_the_same_person_judges_and_it_is_said(refused, noor, settings, client):
    with mail_server(settings) as keeper:
        judged = judge(object_to(refused), noor, uphold=False, answer="Ik zie het nog zo.")
        send_now()
    assert judged.same_hand
    assert "Niemand anders modereert hier" in " ".join(text_of(only_mail(keeper, SANNE)).split())
    assert "Niemand anders modereert hier" in client.get(statement_of(refused).address).content.decode()


def test_upheld_puts_the_reaction_up_and_mails_the_answer(refused, ruud, settings):
    with mail_server(settings) as keeper:
        judge(object_to(refused), ruud, uphold=True, answer="Het was kritiek, geen aanval.")
        send_now()
    assert state_of(refused) == "published"
    message = only_mail(keeper, SANNE)
    words = " ".join(text_of(message).split())
    assert message["Subject"] == "Je krijgt gelijk over je reactie bij ‘De brug’"
    assert "Je reactie staat erop." in words and "Het was kritiek, geen aanval." in words
    assert "Iemand anders oordeelde" in words


def test_upheld_after_a_removal_gives_the_place_back(by_noor, ruud):
    reaction = say(make_article())
    by_noor(reaction, "publish")
    removed = by_noor(reaction, "refuse", ground="hate")
    before = Reaction.objects.get(pk=reaction.pk).thread_no
    judge(object_to(removed), ruud, uphold=True)
    again = Reaction.objects.get(pk=reaction.pk)
    assert (again.status, again.thread_no) == ("published", before)


def test_what_its_writer_withdrew_meanwhile_stays_away(by_noor, ruud):
    reaction = say(make_article())
    by_noor(reaction, "publish")
    removed = by_noor(reaction, "refuse", ground="hate")
    appeal = object_to(removed)
    by_noor(reaction, "publish")
    withdraw(Reaction.objects.get(pk=reaction.pk))
    assert judge(appeal, ruud, uphold=True).outcome.after == "withdrawn"


def test_the_desk_shows_and_judges_objections(refused, noor, ruud):
    appeal = object_to(refused)
    address = f"/moderation/appeals/{appeal.pk}/"
    mine, others = browser_of(noor), browser_of(ruud)
    assert "Bezwaar van Sanne Kuipers" in mine.get("/moderation/appeals/").content.decode()
    page = mine.get(address).content.decode()
    assert "Jij besliste eerst, dus iemand anders oordeelt." in page and 'value="uphold"' not in page
    assert mine.post(address, {"do": "uphold", "answer": "x"}).status_code == 403
    empty = others.post(address, {"do": "uphold", "answer": " "})
    assert empty.status_code == 422 and "Schrijf wat je hebt afgewogen." in empty.content.decode()
    assert others.post(address, {"do": "uphold", "answer": "Je hebt gelijk."}).status_code == 302
    assert state_of(refused) == "published"
    late = others.post(address, {"do": "reject", "answer": "Toch niet."})
    assert late.status_code == 409 and "Ruud was eerder: gegrond." in late.content.decode()
