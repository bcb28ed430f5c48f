"""Changing and withdrawing: who may, what readers see of it, what moderators see, and what it does not get round."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.actions import change_discussion
from articles.models import Discussion
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import AlreadyDecided, approve, refuse, remove
from forum.reactions.editing import MOST_EDITIONS, edit_reaction
from forum.reactions.models import Edition, Reaction
from forum.reactions.notify import announce_due
from forum.spam.models import BlockedTerm
from tests.factories import make_article
from tests.mine.owners import later, mailed_path, post, post_and_confirm, seen_in
from tests.reactions.posts import FROM_OUR_PAGE, inputs, send, text_of
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
RECENT = "/mine/recent/"
MARK = "bewerkt op"


def posted(client, article=None, **fields) -> Reaction:
    return post(client, article or make_article(), "", **fields)


def change(client, reaction: Reaction, body: str, *, door: str = RECENT, **fields):
    """Open the form, type, save."""
    where = f"{door}{'' if door == RECENT else 'reactions/'}{reaction.pk}/edit/"
    opened = client.get(where)
    assert opened.status_code == 200, opened.status_code
    typed = {"website": reaction.website, "body": body, "seen": seen_in(opened.text), **fields}
    return client.post(where, typed, headers=FROM_OUR_PAGE)


def take_back(client, reaction: Reaction, *, door: str = RECENT):
    where = f"{door}{'' if door == RECENT else 'reactions/'}{reaction.pk}/withdraw/"
    return client.post(where, {"seen": seen_in(client.get(where).text)}, headers=FROM_OUR_PAGE)


def on_page(reaction: Reaction) -> str:
    page = text_of(Client().get(reaction.article.get_absolute_url()))
    return page.split(f'id="reaction-{reaction.pk}"')[1].split("</article>")[0]


# The quarter of an hour


def test_p16_who_gave_no_address_changes_his_words_for_a_quarter_of_an_hour(client):
    reaction = posted(client, body="Met een tpyefout.")
    assert "Met een tpyefout." in client.get(RECENT).text
    answer = change(client, reaction, "Zonder typefout.")
    assert (answer.status_code, answer["Location"]) == (303, f"/reactions/{reaction.pk}/")
    assert "Zonder typefout." in on_page(reaction) and MARK not in on_page(reaction)
    later(minutes=15)
    assert f"/{reaction.pk}/edit/" not in client.get(RECENT).text
    assert client.get(f"{RECENT}{reaction.pk}/edit/").status_code == 404


def test_the_cookie_is_sent_to_one_page_only_and_cannot_be_made_up(client):
    article = make_article()
    answer = send(client, article)
    [cookie] = answer.cookies.values()
    reaction = Reaction.objects.get()
    assert (cookie.key, cookie["path"], cookie["max-age"]) == (f"own-{reaction.pk}", RECENT, 900)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    other = Client()
    for forged in ("", "x", f"{reaction.pk}", f"{reaction.pk}:x:y", cookie.value[:-2], "\x00"):
        other.cookies[cookie.key] = forged
        assert other.get(f"{RECENT}{reaction.pk}/edit/").status_code == 404
    foreign = posted(Client(), article, body="Van een ander.")
    client.cookies[f"own-{foreign.pk}"] = cookie.value  # its own number is in it
    assert client.get(f"{RECENT}{foreign.pk}/edit/").status_code == 404


def test_who_repeats_anothers_words_does_not_get_them(client):
    article = make_article()
    send(client, article)
    again = send(Client(), article)
    assert again.status_code == 303 and not again.cookies  # P20 leads to the first; it is not his
    key = {"form_key": "k" * 32}
    send(client, article, body="Met een sleutel.", **key)
    assert send(client, article, body="Met een sleutel.", **key).cookies  # a second press of the same form


def test_an_answer_makes_a_change_a_correction(client):
    reaction = posted(client, body="Ik was er bij.")
    say(reaction.article, to=reaction)
    change(client, reaction, "Ik was er niet bij.")
    assert MARK in on_page(reaction)
    feed = client.get(f"{reaction.article.get_absolute_url()}reactions.atom").text
    reaction.refresh_from_db()
    assert reaction.corrected_at.isoformat(timespec="seconds").split("+")[0] in feed.replace("Z", "+")
    data = re.search(r'"dateModified": ?"([^"]+)"', client.get(reaction.article.get_absolute_url()).text)
    assert data


def test_what_waits_can_be_changed_and_goes_on_waiting(client):
    reaction = posted(client, body="Wacht.", subject="gevuld")
    answer = change(client, reaction, "Wacht netjes. Bel 020-5551234.")
    assert "/reactions/waiting/" in answer["Location"]
    assert "Wacht netjes." in client.get(answer["Location"]).text
    reaction.refresh_from_db()
    assert (reaction.status, reaction.held_because[0]) == ("held", "honeypot")
    assert any(reason.startswith("personal_data") for reason in reaction.held_because)
    assert MARK not in approve(reaction).html  # nobody has read the first words


def test_the_waiting_page_leads_to_the_change(client):
    answer = send(client, make_article(), body="Wacht.", subject="gevuld")
    assert f'href="{RECENT}"' in client.get(answer["Location"]).text
    later(minutes=16)
    assert "Toch iets wijzigen?" not in client.get(answer["Location"]).text


# The mailed link


def test_later_a_change_is_a_visible_correction(client):
    reaction = post_and_confirm(Client(), make_article(), body="Het was maandag.")
    later(days=2)
    door = mailed_path(client)
    answer = change(client, reaction, "Het was dinsdag.", door=door)
    assert answer["Location"] == f"{door}?done=edited"
    assert "Je reactie is gewijzigd." in client.get(answer["Location"]).text
    part = on_page(reaction)
    assert "Het was dinsdag." in part and MARK in part and 'class="dt-updated"' in part
    assert "maandag" not in text_of(client.get(reaction.article.get_absolute_url()))


def test_the_page_changes_with_it(client):
    reaction = posted(client)
    before = Discussion.objects.get(pk=reaction.article_id)
    change(client, reaction, "Een heel verhaal. " * 60)
    after = Discussion.objects.get(pk=reaction.article_id)
    assert after.version == before.version + 1 and after.skyline != before.skyline and after.visible == before.visible
    assert client.get("/search/?q=verhaal").text.count(f"/reactions/{reaction.pk}/")
    assert not client.get("/search/?q=blijft").text.count(f"/reactions/{reaction.pk}/")


def test_followers_are_not_told_again(client):
    article = make_article()
    post_and_confirm(Client(), article, "volger@voorbeeld.example", name="Volger")
    announce_due()
    reaction = posted(client, article, body="Nieuw.")
    announce_due()
    told = OutgoingMail.objects.filter(kind="reaction").count()
    change(client, reaction, "Nieuw en beter.")
    announce_due()
    assert OutgoingMail.objects.filter(kind="reaction").count() == told == 1


def test_history_is_kept_for_moderators_only(client, admin_client):
    reaction = posted(client, body="Eerst dit.", website="eerst.example")
    change(client, reaction, "Toen dat.", website="")
    change(client, Reaction.objects.get(pk=reaction.pk), "Nu zo.")
    editions = Edition.objects.values_list("website", "body")
    assert [*editions] == [("https://eerst.example/", "Eerst dit."), ("", "Toen dat.")]
    assert "Eerst dit." not in text_of(client.get(reaction.article.get_absolute_url()))
    seen = admin_client.get(f"/admin/reactions/reaction/{reaction.pk}/change/").text
    assert "Eerst dit." in seen and "Toen dat." in seen and "https://eerst.example/" in seen


# No way round moderation


def test_what_would_be_held_is_hidden_until_somebody_has_looked(client):
    BlockedTerm(term="gokpaleis").prepare()
    term = BlockedTerm(term="gokpaleis")
    term.prepare()
    term.save()
    reaction = posted(client, body="Netjes.")
    answer_below = say(reaction.article, to=reaction)
    answer = change(client, reaction, "Kom naar het gokpaleis.")
    assert "/reactions/waiting/" in answer["Location"]
    assert "gokpaleis" in client.get(answer["Location"]).text
    reaction.refresh_from_db()
    assert reaction.status == "held" and reaction.held_because == ["blocked:gokpaleis"]
    page = text_of(Client().get(reaction.article.get_absolute_url()))
    assert "gokpaleis" not in page and "Netjes." not in page and f'id="reaction-{answer_below.pk}"' in page
    assert Discussion.objects.get(pk=reaction.article_id).visible == 1
    numbers = reaction.thread_no, reaction.reply_no, reaction.published_at
    approve(reaction)
    reaction.refresh_from_db()
    assert (reaction.thread_no, reaction.reply_no, reaction.published_at) == numbers
    assert "gokpaleis" in on_page(reaction) and MARK in on_page(reaction)  # it had been answered
    assert Discussion.objects.get(pk=reaction.article_id).visible == 2


def test_what_was_changed_and_then_refused_is_removed(client):
    reaction = posted(client, body="Netjes.")
    say(reaction.article, to=reaction)
    change(client, reaction, "Bel me op 020-5551234.")
    reaction.refresh_from_db()
    assert refuse(reaction, reason="gegevens").status == "removed"
    assert "verwijderd door de redactie. Reden: gegevens" in on_page(reaction)
    assert client.get(f"{RECENT}{reaction.pk}/edit/").status_code == 404


def test_where_newcomers_are_read_first_a_change_is_read_as_well(client, settings):
    settings.MODERATION = "first"
    reaction = posted(client, body="Netjes.")
    approve(reaction)
    change(client, reaction, "Anders.")
    reaction.refresh_from_db()
    assert (reaction.status, reaction.held_because) == ("held", ["first_time"])


def test_p21_a_moderator_who_saw_the_old_words_decides_nothing_about_the_new(client):
    reaction = posted(client, body="Netjes.", subject="gevuld")
    as_moderator_saw = Reaction.objects.get(pk=reaction.pk)
    change(client, reaction, "Iets heel anders.")
    with pytest.raises(AlreadyDecided):
        approve(as_moderator_saw)


def test_p21_what_was_decided_meanwhile_is_not_changed(client):
    reaction = posted(client, body="Netjes.")
    where = f"{RECENT}{reaction.pk}/edit/"
    seen = seen_in(client.get(where).text)
    other_tab = change(client, reaction, "In het andere venster.")
    assert other_tab.status_code == 303
    answer = client.post(where, {"body": "In dit venster.", "website": "", "seen": seen}, headers=FROM_OUR_PAGE)
    assert answer.status_code == 409 and "In dit venster." in answer.text
    remove(Reaction.objects.get(pk=reaction.pk))
    assert client.post(where, {"body": "Te laat.", "seen": seen}, headers=FROM_OUR_PAGE).status_code == 404
    with pytest.raises(AlreadyDecided):
        edit_reaction(reaction, website="", body="Te laat.")


def test_closed_or_withdrawn_articles_take_no_changes(client):
    reaction = posted(client)
    where = f"{RECENT}{reaction.pk}/edit/"
    seen = seen_in(client.get(where).text)
    change_discussion(reaction.article, state="closed", closes_at=None)
    answer = client.post(where, {"body": "Toch nog.", "website": "", "seen": seen}, headers=FROM_OUR_PAGE)
    assert answer.status_code == 409 and "Toch nog." in answer.text and "intrekken kan nog wel" in answer.text
    type(reaction.article).objects.update(status="withdrawn")
    assert client.get(where).status_code == 404


def test_nobody_changes_without_end(client):
    reaction = posted(client)
    Edition.objects.bulk_create(
        Edition(reaction=reaction, body=f"{n}", until=timezone.now()) for n in range(MOST_EDITIONS)
    )
    answer = change(client, reaction, "De druppel.")
    assert answer.status_code == 409 and "De druppel." in answer.text


def test_p13_a_change_from_another_site_is_no_change(client):
    reaction = posted(client, body="Netjes.")
    where = f"{RECENT}{reaction.pk}/edit/"
    typed = {"body": "Gekaapt.", "website": "", "seen": seen_in(client.get(where).text)}
    assert client.post(where, typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client.post(where, typed)  # a browser that does not say where it comes from: a moderator looks
    reaction.refresh_from_db()
    assert (reaction.status, reaction.held_because) == ("held", ["no_origin"])


# The form


def test_p04_errors_keep_the_text_and_the_preview_stores_nothing(client):
    reaction = posted(client, body="Netjes.")
    answer = change(client, reaction, "Beter & <b>.", website="geen adres")
    assert answer.status_code == 422 and "Dit lijkt geen webadres" in answer.text
    assert inputs(answer)["body"] == "Beter & <b>."
    shown = change(client, reaction, "Beter & <b>.", website="sanne.example", preview="1")
    assert shown.status_code == 200 and "<p>Beter &amp; &lt;b&gt;.</p>" in shown.text
    reaction.refresh_from_db()
    assert reaction.body == "Netjes." and not Edition.objects.exists()
    back = client.post(f"{RECENT}{reaction.pk}/edit/", {**inputs(shown), "edit": "1"}, headers=FROM_OUR_PAGE)
    assert inputs(back)["body"] == "Beter & <b>." and inputs(back)["website"] == "sanne.example"
    saved = client.post(f"{RECENT}{reaction.pk}/edit/", inputs(shown), headers=FROM_OUR_PAGE)
    assert saved.status_code == 303
    assert 'href="https://sanne.example/"' in on_page(reaction)


def test_a_name_cannot_be_changed(client):
    reaction = posted(client, body="Netjes.")
    change(client, reaction, "Nog netter.", name="Iemand anders")
    reaction.refresh_from_db()
    assert (reaction.name, reaction.body) == ("Sanne Kuipers", "Nog netter.")


def test_saving_what_was_there_changes_nothing(client):
    reaction = posted(client, body="Netjes.")
    assert change(client, reaction, "Netjes.").status_code == 303
    reaction.refresh_from_db()
    assert reaction.edited_at is None and not Edition.objects.exists()


# Withdrawing


def test_withdrawing_asks_once_and_leaves_the_answers(client):
    reaction = posted(client, body="Spijt.")
    answer_below = say(reaction.article, to=reaction)
    assert "Weet je zeker" in client.get(f"{RECENT}{reaction.pk}/withdraw/").text
    answer = take_back(client, reaction)
    assert "Je reactie is ingetrokken." in client.get(answer["Location"]).text
    assert "De schrijver heeft deze reactie ingetrokken." in on_page(reaction)
    assert answer_below.pk in Reaction.objects.shown().values_list("pk", flat=True)


def test_what_waits_is_withdrawn_by_the_link_as_well(client):
    reaction = post_and_confirm(Client(), make_article(), body="Wacht.", subject="gevuld")
    door = mailed_path(client)
    assert take_back(client, reaction, door=door)["Location"] == f"{door}?done=withdrawn"
    reaction.refresh_from_db()
    assert (reaction.status, reaction.thread_no) == ("withdrawn", None)
    assert client.get(f"{door}reactions/{reaction.pk}/withdraw/").status_code == 404


def test_what_is_hidden_after_a_change_can_be_withdrawn(client):
    reaction = posted(client, body="Netjes.")
    say(reaction.article, to=reaction)
    change(client, reaction, "Bel me op 020-5551234.")
    take_back(client, reaction)
    assert "De schrijver heeft deze reactie ingetrokken." in on_page(reaction)
    assert Discussion.objects.get(pk=reaction.article_id).visible == 1


def test_nobody_reaches_anothers_reaction_by_the_link(client):
    post_and_confirm(Client(), make_article())
    foreign = post_and_confirm(Client(), make_article(), "ander@voorbeeld.example", name="Ander")
    door = mailed_path(client)
    for what in ("edit", "withdraw"):
        for number in (foreign.pk, 0, 9**18):
            assert client.get(f"{door}reactions/{number}/{what}/").status_code == 404


def test_time_is_what_the_reaction_says_it_is(client):
    reaction = posted(client)
    edit_reaction(reaction, website="", body="Op tijd.", now=reaction.created_at + timedelta(minutes=14, seconds=59))
    assert reaction.corrected_at is None
    edit_reaction(reaction, website="", body="Te laat.", now=reaction.created_at + timedelta(minutes=15))
    assert reaction.corrected_at == reaction.edited_at == reaction.created_at + timedelta(minutes=15)
