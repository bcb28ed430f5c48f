"""Follow an article, an author or a section without reacting: by one field, a mail and a button."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from articles.models import Article, FormerAddress
from forum.outbox.models import Address, OutgoingMail
from forum.spam.stamps import stamp
from forum.subscriptions.actions import erase_unconfirmed
from forum.subscriptions.mails import build_confirmation
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article, make_author, make_section
from tests.subscriptions.database import everything_stored
from tests.subscriptions.readers import SANNE, ask, confirm_path, follow, follow_subject, manage_path

pytestmark = pytest.mark.django_db
OURS = {"Sec-Fetch-Site": "same-origin"}
KINDS = ["article", "author", "section"]


def make(kind: str, **fields):
    return {"article": make_article, "author": make_author, "section": make_section}[kind](**fields)


def path_of(subject) -> str:
    return f"{subject.get_absolute_url()}follow/"


def send(client, subject, email: str = SANNE, /, headers=OURS, **fields):
    return client.post(path_of(subject), {"email": email, **fields}, headers=headers)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_follows_without_reacting(client, kind):
    subject = make(kind)
    shown = client.get(subject.get_absolute_url()).content.decode()
    assert f'href="{path_of(subject)}"' in shown
    page = client.get(path_of(subject))
    assert page.status_code == 200 and not page.cookies
    assert page["Cache-Control"] == "no-store" and page["X-Robots-Tag"] == "noindex"
    assert str(subject) in page.content.decode()

    answer = send(client, subject)
    assert (answer.status_code, answer["Location"]) == (303, f"{path_of(subject)}sent/")
    told = client.get(answer["Location"]).content.decode()
    assert "Kijk in je mail" in told and "tenzij er een reden was" in told
    subscription = Subscription.objects.get()
    assert subscription.subject == subject and not Subscription.objects.active().exists()

    path = confirm_path(subscription)
    assert str(subject) in words(client.get(path).content.decode())
    done = client.post(path).content.decode()
    assert "Gelukt. Je krijgt voortaan bericht over" in done and subject.get_absolute_url() in done
    assert Subscription.objects.active().get() == subscription
    assert str(subject) in words(client.get(manage_path(subscription)).content.decode())
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("article", "Wil je bericht over alle nieuwe reacties op dit artikel? Open dan deze pagina"),
        ("author", "Wil je bericht over nieuwe artikelen van Rubriek & zo? Open dan deze pagina"),
        ("section", "Wil je bericht over nieuwe artikelen in Rubriek & zo? Open dan deze pagina"),
    ],
)
def test_p27_the_mail_says_what_is_followed_and_nothing_that_was_typed(client, kind, sentence):
    send(client, make(kind, **{"title" if kind == "article" else "name": "Rubriek & zo"}))
    letter = build_confirmation([OutgoingMail.objects.get()])
    assert letter.subject == "Bevestig: bericht over ‘Rubriek & zo’"
    assert sentence in words(letter.text)
    assert "Rubriek &amp; zo" in letter.html and letter.headers == {}
    assert SANNE.lower() not in (letter.text + letter.html).lower()
    assert letter.text.count("://") == 1


def test_c1_the_log_holds_what_was_agreed_to_in_which_words():
    section = make_section()
    subscription = follow_subject(section)
    consent = Consent.objects.get()
    assert (consent.section, consent.article, consent.author) == (section, None, None)
    assert (consent.scope, consent.wording) == ("new", "2")
    assert consent.asked_at and consent.confirmed_at and consent.client_key
    assert subscription.scope == "new"


def test_p18_every_kind_of_address_gets_the_same_answer():
    article = make_article()
    ask(article, "known@x.example")
    follow(article, "confirmed@x.example")
    ask(article, "suppressed@x.example")
    Address.objects.filter(email__startswith="suppressed").update(
        suppressed_at=timezone.now(), suppressed_because="bounces"
    )
    answers = set()
    for who in ("unknown", "known", "confirmed", "suppressed"):
        client = Client()
        answer = send(client, article, f"{who}@x.example")
        assert answer.status_code == 303
        after = client.get(answer["Location"])
        answers.add((answer.status_code, str(answer.headers), answer.content, str(answer.cookies), after.content))
    assert len(answers) == 1


def test_p27_sixty_posts_with_one_foreign_address_give_three_mails(client):
    subjects = [make(kind) for kind in KINDS * 2]
    for n in range(60):
        assert send(Client(REMOTE_ADDR=f"192.0.2.{n}"), subjects[n % 6]).status_code == 303
    assert OutgoingMail.objects.count() == 3


def test_p27_one_mail_per_subject_a_day():
    author = make_author()
    for n in range(3):
        send(Client(REMOTE_ADDR=f"192.0.2.{n}"), author)
    assert OutgoingMail.objects.count() == 1


def test_p27_a_client_at_its_ceiling_leaves_nothing_behind(client):
    author = make_author()
    answers = [send(client, author, f"lezer{n}@x.example") for n in range(14)]
    assert {answer.status_code for answer in answers} == {303}
    assert OutgoingMail.objects.count() == Address.objects.count() == Subscription.objects.count() == 10
    assert send(Client(REMOTE_ADDR="192.0.2.9"), author, "ander@x.example").status_code == 303
    assert OutgoingMail.objects.count() == 11


def test_p27_the_ceiling_of_the_whole_site_holds_here_too(client, settings):
    settings.CONFIRMATIONS_PER_HOUR = 2
    for n in range(4):
        send(Client(REMOTE_ADDR=f"192.0.2.{n}"), make_author(), f"lezer{n}@x.example")
    assert OutgoingMail.objects.count() == 2


def test_who_confirmed_this_address_in_this_browser_follows_at_once(client):
    first, second = make_author(), make_author()
    send(client, first)
    client.post(confirm_path(Subscription.objects.get()))
    answer = send(client, second)
    assert answer.status_code == 303
    assert Subscription.objects.active().count() == 2
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("email", ["", "   ", "geen adres", "a@localhost", "a@b.example,c@d.example"])
def test_p4_an_address_that_is_none_comes_back_with_a_reason(client, email):
    answer = send(client, make_section(), email)
    page = answer.content.decode()
    assert answer.status_code == 422 and answer["Cache-Control"] == "no-store"
    assert ("klopt niet" if email.strip() else "Vul je e-mailadres in.") in page
    assert f'value="{email}"' in page
    assert "<title>Fout: " in page
    assert not Subscription.objects.exists()


def test_what_was_typed_cannot_break_out(client):
    page = send(client, make_section(), '"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("given", [{"subject": "Koop"}, {"opened": "now"}])
def test_who_looks_like_a_machine_is_asked_to_press_again(client, time_machine, given):
    time_machine.move_to(timezone.now(), tick=False)
    section = make_section()
    opened = stamp()
    answer = send(client, section, **given | ({"opened": opened} if "opened" in given else {}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Druk nog een keer" in page and f'value="{SANNE}"' in page
    assert not Subscription.objects.exists()
    [again] = re.findall(r'name="opened" value="([^"]+)"', page)
    time_machine.shift(timedelta(seconds=4))
    assert send(client, section, opened=again).status_code == 303
    assert Subscription.objects.exists()


def test_p13_another_site_cannot_make_a_browser_follow(client):
    answer = send(client, make_section(), headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://x.example"})
    assert answer.status_code == 403
    assert not Address.objects.exists()


def test_p12_looking_stores_nothing(client):
    article = make_article()
    before = everything_stored()
    for path in (path_of(article), f"{path_of(article)}?email={SANNE}", f"{path_of(article)}sent/"):
        assert client.get(path).status_code == 200
    assert everything_stored() == before


def test_what_is_closed_cannot_be_followed_any_more(client):
    article = make_article(discussion={"state": "closed"})
    assert path_of(article) not in client.get(article.get_absolute_url()).content.decode()
    page = client.get(path_of(article))
    assert page.status_code == 200 and "<form" not in page.content.decode().split("<main")[1]
    answer = send(client, article)
    assert answer.status_code == 409 and SANNE not in answer.content.decode()
    assert not Address.objects.exists()


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_p23_what_is_not_public_cannot_be_followed(client, status):
    article = make_article(status=status)
    for answer in (client.get(path_of(article)), send(client, article), client.get(f"{path_of(article)}sent/")):
        assert answer.status_code == 404
    assert not Address.objects.exists()


def test_the_page_of_an_article_leads_to_its_section_and_its_authors(client):
    two = [make_author(name="Noor"), make_author(name="Karim")]
    article = make_article(authors=two)
    page = client.get(path_of(article)).content.decode()
    for subject in (article.section, *two):
        assert f'href="{path_of(subject)}"' in page


def test_a_section_that_moved_is_followed_where_it_is(client):
    section = make_section(slug="nieuw")
    FormerAddress.objects.create(slug="oud", section=section)
    moved = client.get("/sections/oud/follow/")
    assert (moved.status_code, moved["Location"]) == (301, "/sections/nieuw/follow/")
    assert client.post("/sections/oud/follow/", {"email": SANNE}, headers=OURS).status_code == 303
    assert Subscription.objects.get().section == section


def test_an_english_article_asks_in_english(client):
    article = make_article(language="en")
    page = client.get(path_of(article)).content.decode()
    assert '<html lang="en"' in page and "Follow “" in page


def test_the_manage_page_offers_an_author_no_scope(client):
    subscription = follow_subject(make_author(name="Noor Terbeek"))
    page = client.get(manage_path(subscription)).content.decode()
    assert "Nieuwe artikelen van Noor Terbeek" in page
    assert 'name="scope"' not in page and 'name="frequency"' in page
    client.post(manage_path(subscription), {"what": "scope", "subscription": subscription.pk, "scope": "replies"})
    subscription.refresh_from_db()
    assert subscription.scope == "new"


def test_when_a_section_is_deleted_its_followers_end_and_the_log_says_so():
    section = make_section()
    follow_subject(section)
    OutgoingMail.objects.update(status="sent")
    section.delete()
    assert not Subscription.objects.exists()
    assert erase_unconfirmed() == 1
    proof = Consent.objects.get()
    assert proof.ended_how == "subject gone" and proof.address is None and proof.address_hash


def test_c2_an_author_nobody_confirmed_to_follow_goes_after_seven_days(client):
    send(client, make_author())
    OutgoingMail.objects.update(status="sent", sent_at=timezone.now())
    assert erase_unconfirmed(timezone.now() + timedelta(days=8)) == 1
    assert SANNE.lower() not in everything_stored().lower()


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_take_few_queries(client, django_assert_max_num_queries, kind):
    subject = make(kind)
    with django_assert_max_num_queries(3):  # the subject, the sections in the masthead; of an article also its authors
        client.get(path_of(subject))


def test_a_subscription_is_of_one_subject():
    subscription = follow(make_article())
    for wrong in ({"section": make_section()}, {"article": None}, {"scope": "new"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscription.objects.filter(pk=subscription.pk).update(**wrong)
    assert Article.objects.exists()
