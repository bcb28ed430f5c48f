"""What stands on the page, whose it is, and that looking changes nothing."""

import pytest
from django.test import Client

from forum.reactions.actions import refuse, remove, withdraw
from forum.reactions.models import Proof, Reaction
from forum.reactions.owning import keep_proofs, names_of, reader_key
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.mine.owners import SANNE, act, confirm_last, later, mailed_path, post, post_and_confirm
from tests.reactions.posts import FROM_OUR_PAGE, text_of
from tests.subscriptions.database import everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


def rows_of(page: str) -> list[str]:
    """The items of the list of what was written."""
    found = page.split('id="wrote"')[1].split('id="names"')[0].split("<li>")[1:]
    return [row for row in found if 'class="status"' in row]


def test_everything_stands_there_with_its_state_and_reason(client):
    article = make_article()
    browser = Client()
    post_and_confirm(browser, article, body="Staat erop.")
    waiting = post(browser, article, body="Wacht nog.", subject="gevuld")
    refuse(post(browser, article, body="Niet geplaatst.", subject="gevuld"), reason="reclame")
    refuse(post(browser, article, body="Spam genoemd.", subject="gevuld"), as_spam=True)
    remove(post(browser, article, body="Weggehaald."), reason="persoonlijke aanval")
    withdraw(post(browser, article, body="Ingetrokken woorden."))
    page = text_of(client.get(mailed_path(client)))
    rows = rows_of(page)
    states = ["Ingetrokken", "Verwijderd", "Afgewezen", "Afgewezen", "Wacht op de redactie", "Geplaatst"]
    assert [next(state for state in {*states} if f'"status">{state}<' in row) for row in rows] == states
    assert "persoonlijke aanval" in rows[1] and "reclame" in rows[3]
    assert "Spam" not in rows[2].replace("Spam genoemd.", "")  # a machine's word for it is no reason
    assert [f"/{waiting.pk}/edit/" in row for row in rows] == [False, False, False, False, True, False]
    assert "/withdraw/" in rows[5] and "/edit/" in rows[5]


def test_p17_the_page_never_shows_the_address(client):
    post_and_confirm(Client(), make_article())
    path = mailed_path(client)
    for page in (path, f"{path}erase/", f"{path}export/"):
        answer = client.get(page)
        shown = (b"".join(answer) if answer.streaming else answer.content).decode().lower()
        assert "voorbeeld.example" not in shown and reader_key(SANNE).lower() not in shown


def test_p12_looking_changes_nothing(client):
    reaction = post_and_confirm(Client(), make_article())
    path = mailed_path(client)
    before = everything()
    one = f"{path}reactions/{reaction.pk}/"
    for page in (path, f"{path}export/", f"{path}erase/", f"{one}edit/", f"{one}withdraw/", "/mine/", "/mine/recent/"):
        for ask in (client.get, client.head) * 2:
            answer = ask(page)
            assert answer.status_code == 200 and not answer.cookies, page
            assert answer.getvalue() is not None
    assert everything() == before


def test_ten_thousand_reactions_are_shown_a_page_at_a_time(client, django_assert_max_num_queries):
    first = post_and_confirm(Client(), make_article())
    fields = {field.attname: getattr(first, field.attname) for field in Reaction._meta.fields if field.attname != "id"}
    fields |= {"thread_no": None, "reply_no": None, "path": None, "form_key": None, "status": "refused", "shown": False}
    Reaction.objects.bulk_create([Reaction(**fields | {"body": f"Nummer {n}."}) for n in range(60)])
    path = mailed_path(client)
    seen, page = [], f"{path}"
    with django_assert_max_num_queries(3 * 16):
        for _ in range(3):
            answer = text_of(client.get(page))
            rows = rows_of(answer)
            assert len(rows) <= 25
            seen += rows
            older = answer.split("?before=")
            page = f"{path}?before={older[1].split('#')[0]}" if len(older) > 1 else ""
    assert len(seen) == len(set(seen)) == 61 and page == ""
    for odd in ("0", "-1", "x", "9" * 30):
        assert client.get(f"{path}?before={odd}&done={odd}").status_code == 200


# Anybody can type anybody's address


def test_what_somebody_else_posted_with_my_address_is_not_mine(client):
    article = make_article()
    post_and_confirm(Client(), article, body="Van mij.")
    other = post(Client(), article, name="Bart", body="Met haar adres.")
    path = mailed_path(client)
    [row] = [row for row in rows_of(text_of(client.get(path))) if "Met haar adres." in row]
    assert "niet door jou bevestigd" in row and "/edit/" not in row and "/withdraw/" not in row
    for what in ("edit", "withdraw"):
        assert client.get(f"{path}reactions/{other.pk}/{what}/").status_code == 404
        assert client.post(f"{path}reactions/{other.pk}/{what}/", headers=FROM_OUR_PAGE).status_code == 404


def test_who_says_it_is_not_him_takes_his_address_off_and_nothing_else(client):
    article = make_article()
    mine = post_and_confirm(Client(), article, body="Van mij.")
    other = post(Client(), article, name="Bart", body="Met haar adres.")
    path = mailed_path(client)
    act(client, path, "disown", reaction=other.pk)
    act(client, path, "disown", reaction=mine.pk)  # proven to be hers: it stays so
    page = text_of(client.get(path))
    assert "Met haar adres." not in page and "Van mij." in page
    other.refresh_from_db()
    assert (other.status, other.body, other.reader_key, other.subscription) == (
        "published", "Met haar adres.", "", None,
    )  # fmt: skip


def test_who_says_it_is_him_may_take_it_back_but_not_change_it(client):
    """Whoever typed my address by mistake must not find my words under his name."""
    article = make_article()
    post_and_confirm(Client(), article, body="Van mij.")
    other = post(Client(), article, name="Bart", body="Met haar adres.")
    path = mailed_path(client)
    act(client, path, "adopt", reaction=other.pk)
    [row] = [row for row in rows_of(text_of(client.get(path))) if "Met haar adres." in row]
    assert "/withdraw/" in row and "/edit/" not in row
    assert client.get(f"{path}reactions/{other.pk}/edit/").status_code == 404
    assert client.get(f"{path}reactions/{other.pk}/withdraw/").status_code == 200


def test_another_browser_of_mine_posts_under_my_name_and_it_is_mine(client):
    article = make_article()
    post_and_confirm(Client(), article, body="Van thuis.")
    post(Client(), article, body="Van het werk.")
    page = text_of(client.get(mailed_path(client)))
    assert "niet door jou bevestigd" not in page and page.count("/edit/") == 2


def test_the_button_in_the_mail_proves_only_the_reaction_that_caused_the_mail():
    article = make_article()
    post(Client(), article, name="Sanne", body="Vraagt om de mail.")
    post(Client(), article, name="Bart", body="Lift mee op hetzelfde adres.")
    confirm_last(Client())
    assert names_of(reader_key(SANNE)).proven == {"Sanne"}


def test_a_browser_that_confirmed_the_address_proves_what_it_posts():
    browser = Client()
    post_and_confirm(browser, make_article(), name="Sanne")
    assert post(browser, make_article(), name="Sanne K.").proof == Proof.BROWSER
    assert names_of(reader_key(SANNE)).proven == {"Sanne", "Sanne K."}


def test_what_a_subscription_proved_is_known_after_it_is_gone():
    reaction = post_and_confirm(Client(), make_article(), name="Sanne")
    Subscription.objects.update(ended_at=reaction.created_at)
    later(days=1)
    reaction.refresh_from_db()
    from django.utils import timezone

    assert (keep_proofs(timezone.now()), keep_proofs(timezone.now())) == (1, 0)
    Subscription.objects.all().delete()
    assert names_of(reader_key(SANNE)).proven == {"Sanne"}


# What is followed


def test_what_is_followed_is_changed_and_stopped_there(client):
    article = make_article()
    post_and_confirm(Client(), article)
    path = mailed_path(client)
    followed = Subscription.objects.get()
    answer = act(client, path, "choices", subscription=followed.pk, scope="replies", frequency="daily")
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?done=saved")
    followed.refresh_from_db()
    assert (followed.scope, followed.frequency) == ("replies", "daily")
    foreign = post_and_confirm(Client(), article, "ander@voorbeeld.example", name="Ander").subscription
    act(client, path, "stop", subscription=foreign.pk)
    act(client, path, "stop", subscription=followed.pk)
    assert Subscription.objects.active().get() == foreign
    assert "Je krijgt nergens bericht over." in client.get(path).text


@pytest.mark.parametrize("what", ["", "adopt", "disown", "claim", "release", "stop", "choices", "alles", "\x00"])
@pytest.mark.parametrize("value", ["", "0", "x", "9" * 25, "<b>"])
def test_p05_a_button_that_means_nothing_does_nothing(client, what, value):
    post_and_confirm(Client(), make_article())
    path = mailed_path(client)
    before = everything()
    fields = dict.fromkeys(("reaction", "subscription", "claim", "name", "scope", "frequency"), value)
    assert act(client, path, what, **fields).status_code == 303
    assert everything() == before
