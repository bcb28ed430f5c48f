"""The mail that may be answered says so, and under which name."""

import re

import pytest

from forum.outbox.models import OutgoingMail
from forum.reactions.by_mail import meant_by
from forum.reactions.mails import build_news
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from tests.factories import make_article
from tests.inbound.answers import SANNE, told
from tests.reactions.talk import say
from tests.subscriptions.readers import follow

pytestmark = pytest.mark.django_db
NL = "Antwoord op deze mail om te reageren; iedereen leest je antwoord op de site, met je naam Sanne Kuipers"
EN = "Answer this mail to react; everybody reads your answer on the site, with your name Sanne Kuipers"


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)).replace(" .", ".")


def test_it_carries_the_address_and_the_line_in_both_halves():
    news = told()
    assert news.to.startswith("reply+") and news.to.endswith("@luisterkamer.example")
    assert len(news.to.partition("@")[0]) <= 64
    assert f"{NL} en je website sanne.example." in one_line(news.letter.text)
    assert f"{NL} en je website sanne.example." in one_line(news.letter.html)
    meant = meant_by(news.to)
    assert meant and (meant.subscription, meant.reaction_id) == (news.subscription, news.reaction.pk)


def test_without_a_website_only_the_name_is_named():
    assert f"{NL}. " in one_line(told(website="").letter.text)


def test_in_english_under_an_english_article():
    news = told()
    type(news.article).objects.filter(pk=news.article.pk).update(language="en")
    assert EN in one_line(build_news([news.row]).text)


def test_a_name_cannot_write_markup_into_it():
    news = told(name="<b>Sanne</b>")
    assert "&lt;b&gt;Sanne&lt;/b&gt;" in news.letter.html and "<b>Sanne" not in news.letter.html
    assert "met je naam <b>Sanne</b>" in news.letter.text.replace("\n", " ")


def not_invited(letter) -> bool:
    return "Reply-To" not in letter.headers and "Antwoord op deze mail" not in one_line(letter.text + letter.html)


def test_without_a_mailbox_to_read_nothing_changes(settings):
    settings.INBOUND = None
    assert not_invited(told().letter)


def test_who_never_reacted_has_no_name_to_answer_with():
    article = make_article()
    follow(article, SANNE)
    said = say(article, name="Lotte")
    announce_due()
    assert not_invited(build_news([OutgoingMail.objects.get(kind="reaction", event_id=said.pk)]))


def test_who_reacted_under_another_article_answers_with_that_name():
    told()  # Sanne reacts elsewhere
    article = make_article()
    follow(article, SANNE)
    said = say(article, name="Lotte")
    announce_due()
    letter = build_news([OutgoingMail.objects.get(kind="reaction", event_id=said.pk)])
    assert NL in one_line(letter.text) and meant_by(letter.headers["Reply-To"])


def test_an_author_does_not_answer_by_mail_with_his_badge_or_without():
    news = told()
    Reaction.objects.filter(pk=news.own.pk).update(by_author=True)
    assert not_invited(build_news([news.row]))


def test_a_mail_about_several_reactions_cannot_be_answered():
    news = told()
    say(news.article, name="Bram")
    announce_due()
    rows = list(OutgoingMail.objects.filter(kind="reaction", subscription_id=news.subscription.pk))
    assert len(rows) == 2 and not_invited(build_news(rows))


def test_every_reaction_and_every_follower_has_an_address_of_its_own():
    first, second = told(), told("lot@voorbeeld.example", name="Lot")
    say(first.article, name="Bram", to=first.own)
    announce_due()
    rows = OutgoingMail.objects.filter(kind="reaction", subscription_id=first.subscription.pk)
    addresses = {build_news([row]).headers["Reply-To"] for row in rows} | {second.to}
    assert len(addresses) == 3
