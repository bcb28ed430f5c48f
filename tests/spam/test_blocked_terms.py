"""The moderators' own list."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse

from forum.spam.memory import recall
from forum.spam.models import BlockedTerm

pytestmark = pytest.mark.django_db


def block(term: str) -> BlockedTerm:
    blocked = BlockedTerm(term=term)
    blocked.full_clean()
    blocked.save()
    return blocked


def found(body: str = "Mooi stuk.", *, name: str = "Piet", website: str = "", email: str = "") -> str:
    return recall(name=name, website=website, body=body, email=email).blocked


@pytest.mark.parametrize(
    "body",
    ["Naar de goktent!", "GOKTENT", "g-o-k-t-e-n-t", "g o k t e n t", "gоktеnt", "g0ktent", "„goktent”", "goktent."],
)
def test_a_whole_word_is_found_in_any_disguise(body):
    block("goktent")
    assert found(body) == "goktent"


@pytest.mark.parametrize("body", ["goktenten", "mijngoktent", "gok tent", "gokte nt"])
def test_a_part_of_a_word_is_not(body):
    block("Goktent")
    assert found(body) == ""


def test_words_in_a_row_are_found_in_that_order_only():
    block("gratis  Spins")
    assert found("Nu GRATIS, spins!") == "gratis Spins"
    assert found("spins zijn gratis") == found("gratis en spins") == ""
    assert found("spins", name="gratis") == ""


def test_a_term_is_found_in_the_name():
    block("goktent")
    assert found(name="De Goktent") == "goktent"


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "zie https://slecht.example/pad"},
        {"body": "zie www.sub.slecht.example"},
        {"body": "<a href='http://slecht.example'>x</a>"},
        {"website": "https://slecht.example/"},
        {"website": "https://winkel.slecht.example/aanbod"},
        {"email": "piet@slecht.example"},
    ],
)
def test_a_domain_is_found_wherever_it_is_named_with_all_below_it(fields):
    block("https://Slecht.example/")
    assert found(**fields) == "https://Slecht.example/"


@pytest.mark.parametrize("website", ["https://nietslecht.example/", "https://slecht.example.org/", ""])
def test_another_domain_is_not(website):
    block("slecht.example")
    assert found(website=website) == ""


@pytest.mark.parametrize("term", ["", " ", "!", "a"])
def test_a_term_without_enough_to_compare_is_refused(term):
    with pytest.raises(ValidationError):
        block(term)


def test_a_term_stands_on_the_list_once():
    block("goktent")
    with pytest.raises(ValidationError):
        block("goktent")


def test_moderators_keep_the_list_in_the_admin(client):
    client.force_login(User.objects.create_superuser("noor"))
    answer = client.post(reverse("admin:spam_blockedterm_add"), {"term": "goktent", "note": "elke week weer"})
    assert answer.status_code == 302
    assert found("naar de g0ktent") == "goktent"
    row = BlockedTerm.objects.get()
    client.post(reverse("admin:spam_blockedterm_change", args=[row.pk]), {"term": "gokhal", "note": ""})
    assert found("naar de g0ktent") == "" and found("naar de gokhal") == "gokhal"
