"""Names that cannot be borrowed: who may claim one, what others meet, and the quiet mark."""

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from forum.reactions.actions import approve
from forum.reactions.models import Claim, Reaction
from forum.reactions.naming import NameTaken, TooManyNames, claim_name
from forum.reactions.owning import reader_key
from tests.factories import make_article, make_author
from tests.mine.owners import SANNE, act, mailed_path, post, post_and_confirm
from tests.reactions.posts import send, text_of
from tests.reactions.talk import say
from tests.subscriptions.database import everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
MARK = "<small>bevestigd</small>"
NAME = "Sanne Kuipers"


@pytest.fixture
def article() -> Article:
    return make_article()


def claim(client: Client, article: Article, **fields) -> str:
    """Sanne posts, confirms, and claims her name in `client`; returns the path of her page."""
    post_and_confirm(Client(), article, body="Zo heet ik.", name=NAME, **fields)
    path = mailed_path(client)
    answer = act(client, path, "claim", name=NAME)
    assert answer["Location"].endswith("?done=claimed")
    return path


def last() -> Reaction:
    return Reaction.objects.latest("pk")


@pytest.mark.parametrize(
    "name", [NAME, "sanne  kuipers", "Sаnne Kuipers", "Sanne Kuıpers", "SANNE KUIPERS", "Sànné Kuipers"]
)
def test_others_under_that_name_or_a_look_alike_are_looked_at_first(client, article, name):
    claim(client, article)
    answer = send(Client(), article, name=name, body="Ik ben het ook.")
    assert (last().status, last().held_because) == ("held", ["claimed_name"])
    waiting = text_of(client.get(answer["Location"]))
    assert "Is dit jouw naam?" in waiting and 'href="/mine/"' in waiting  # it is said openly
    send(Client(), article, name="Sanne Kuijpers", body="Ik heet echt zo.")
    assert last().status == "published"


def test_its_owner_gets_a_quiet_mark(client, article):
    claim(client, article)
    reaction = post(client, article, body="Nu met merk.")  # the browser that claimed is known
    assert (reaction.status, reaction.name_confirmed) == ("published", True)
    page = Client().get(article.get_absolute_url()).text
    part = page.split(f'id="reaction-{reaction.pk}"')[1].split("</article>")[0]
    assert MARK in part and page.count(MARK) == 1  # not what was said before, and nobody else


def test_typing_the_address_of_its_owner_proves_nothing(client, article):
    claim(client, article)
    reaction = post(Client(), article, body="Ik ken haar adres.")
    assert (reaction.status, reaction.held_because, reaction.name_confirmed) == ("held", ["claimed_name"], False)
    assert MARK not in approve(reaction).html


def test_another_browser_is_known_when_its_owner_says_so_on_her_page(client, article):
    claim(client, article)
    other = Client()
    path = mailed_path(other)
    assert not other.get(path).cookies
    assert act(other, path, "trust").cookies["confirmed"]["max-age"] == 30 * 24 * 3600
    assert post(other, article, body="Van mijn telefoon.").name_confirmed


def test_an_answer_that_waits_gets_the_mark_when_it_is_published(client, article):
    claim(client, article)
    waiting = post(client, article, body="Bel 020-5551234.")
    assert waiting.status == "held" and MARK in approve(waiting).html


def test_only_a_name_that_one_has_used_can_be_claimed(client, article):
    make_author(name="Noor Terbeek")
    browser = Client()
    post_and_confirm(browser, article, name=NAME)
    post(browser, article, name="Noor Terbeek", body="Ik lijk een auteur.")
    path = mailed_path(client)
    page = client.get(path).text
    assert f'name="name" value="{NAME}"' in page and 'value="Noor Terbeek"' not in page
    for name, why in {"Beroemd Mens": "not_your_name", "": "not_your_name", "Noor Terbeek": "name_taken"}.items():
        answer = act(client, path, "claim", name=name)
        assert answer["Location"].endswith(f"?done={why}") and not answer.cookies
    assert not Claim.objects.exists()


def test_of_two_who_want_a_name_the_first_has_it(client, article):
    claim(client, article)
    post_and_confirm(Client(), make_article(), "ander@voorbeeld.example", name="sanne kuipers", body="Ook ik.")
    with pytest.raises(NameTaken):
        claim_name(reader_key("ander@voorbeeld.example"), "sanne kuipers", now=timezone.now())
    other = Client()
    assert "sanne kuipers</bdi>" not in other.get(mailed_path(other, "ander@voorbeeld.example")).text.split("names")[1]


def test_three_names_for_an_address(article):
    browser = Client()
    post_and_confirm(browser, article, name="Naam een")
    for name in ("Naam twee", "Naam drie", "Naam vier"):
        post(browser, article, name=name, body=f"Ik ben {name}.")
    owner, now = reader_key(SANNE), timezone.now()
    for name in ("Naam een", "Naam twee", "Naam drie", "Naam drie"):
        claim_name(owner, name, now=now)
    with pytest.raises(TooManyNames):
        claim_name(owner, "Naam vier", now=now)


def test_a_released_name_is_everybodys_but_nobody_elses_claim(client, article):
    path = claim(client, article)
    act(client, path, "release", claim=Claim.objects.get().pk)
    send(Client(), article, name=NAME, body="Ook zo geheten.")
    assert (last().status, last().name_confirmed) == ("published", False)
    post_and_confirm(Client(), article, "ander@voorbeeld.example", name=NAME, body="Van mij nu.")
    with pytest.raises(NameTaken):
        claim_name(reader_key("ander@voorbeeld.example"), NAME, now=timezone.now())
    assert act(client, path, "claim", name=NAME)["Location"].endswith("?done=claimed")


def test_nobody_releases_anothers_name(client, article):
    claim(client, article)
    post_and_confirm(Client(), article, "ander@voorbeeld.example", name="Ander")
    other = Client()
    act(other, mailed_path(other, "ander@voorbeeld.example"), "release", claim=Claim.objects.get().pk)
    assert Claim.objects.get().released_at is None


def test_the_rule_can_be_switched_off(client, article, settings):
    claim(client, article)
    settings.SPAM_RULES_OFF = ["claimed_name"]
    send(Client(), article, name=NAME, body="Mag nu.")
    assert (last().status, last().name_confirmed) == ("published", False)


def test_p17_a_claim_holds_no_address(client, article):
    claim(client, article)
    stored = everything_stored().lower()
    assert stored.count("voorbeeld.example") == 2  # the row of the address: as typed and as compared


def test_ten_thousand_claims_cost_a_post_one_look(article, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    say(article)
    with CaptureQueriesContext(connection) as before:
        say(article)
    Claim.objects.bulk_create(
        Claim(name=f"n{n}", skeleton=f"n{n}", owner="x", claimed_at=timezone.now()) for n in range(1_000)
    )
    with django_assert_num_queries(len(before)):
        say(article)
