"""The pages of the moderators' desk."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.moderation.actions import undo
from forum.moderation.models import Decision, Moderator
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from tests.desk.conftest import make_staff
from tests.factories import make_article
from tests.moderation.conftest import browser_of
from tests.reactions.talk import say
from tests.subscriptions.database import everything_stored

pytestmark = pytest.mark.django_db
DESK = "/moderation/"


def item(reaction: Reaction) -> str:
    return f"/moderation/reactions/{reaction.pk}/"


def text_on(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def seen_on(page) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page.content.decode())[1]


def press(client, reaction: Reaction, do: str, **fields: str):
    page = client.get(item(reaction))
    return client.post(item(reaction), {"do": do, "seen": seen_on(page), **fields})


def state_of(reaction: Reaction) -> str:
    return Reaction.objects.get(pk=reaction.pk).status


def test_the_oldest_is_opened_as_readers_would_see_it_with_why_it_is_here(desk):
    article = make_article(title="Het stille uur")
    opening = say(article, "Hier begint het.", name="Samira")
    press(desk, opening, "publish")
    say(article, "Kijk op https://een.example/x en bel 06-12345678.", to=opening, website="https://sanne.example/")
    say(article, "Jonger.", name="Henk")
    page = text_on(desk.get(DESK))
    for said in (
        "2 wachten op een besluit",
        "Oudste wacht sinds",
        "Reactie van Sanne Kuipers",
        "Antwoord op",
        "Hier begint het.",
        "Persoonlijke gegevens in de tekst: telefoonnummer",
        "Alle reacties worden eerst gelezen",
        "1: een.example",
        "Voor het eerst gezien",
        "0 geplaatst, 0 afgewezen",
        '<span class="site">sanne.example</span>',
    ):
        assert said in page, said
    assert page.index("Henk") > page.index("Sanne Kuipers")
    assert "@" not in page.split("<main")[1]


def test_what_is_known_of_a_reader_counts_his_address_and_his_name(desk):
    article = make_article()
    for body, do in (("Een.", "publish"), ("Twee.", "publish"), ("Drie.", "refuse")):
        press(desk, say(article, body, email="s@voorbeeld.example", website="https://s.example/"), do, ground="attack")
    waiting = say(article, "Vier.", email="s@voorbeeld.example", website="https://s.example/", name="Anders")
    page = text_on(desk.get(item(waiting)))
    assert "2 geplaatst, 1 afgewezen" in page and "0 geplaatst, 0 afgewezen" in page and "Eerder gezien" in page


def test_a_decision_leads_to_the_next_and_can_be_taken_back(desk):
    first, second = say(make_article()), say(make_article())
    answer = press(desk, first, "publish")
    assert answer["Location"] == item(second) + "#item"
    page = text_on(desk.get(answer["Location"]))
    assert "Geplaatst." in page and f'name="decision" value="{Decision.objects.get().pk}"' in page
    answer = desk.post("/moderation/undo/", {"decision": Decision.objects.get().pk})
    assert answer["Location"] == item(first) + "#item"
    assert state_of(first) == "held" and "Ongedaan gemaakt." in text_on(desk.get(answer["Location"]))


def test_refusing_without_a_reason_keeps_what_was_typed(desk):
    reaction = say(make_article())
    answer = press(desk, reaction, "refuse", note="De tweede zin.", law="sr 285")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Kies een reden" in page and "De tweede zin." in page
    assert '<option value="sr 285" selected>' in page and state_of(reaction) == "held"
    assert press(desk, reaction, "refuse", ground="attack").status_code == 303
    assert state_of(reaction) == "refused"


def test_p21_who_comes_second_sees_who_did_what_and_when(desk, ruud):
    reaction = say(make_article())
    other = browser_of(ruud)
    seen = seen_on(other.get(item(reaction)))
    press(desk, reaction, "publish")
    answer = other.post(item(reaction), {"do": "refuse", "ground": "attack", "seen": seen})
    assert answer.status_code == 409
    assert re.search(r"Noor was eerder, om \d\d:\d\d: geplaatst.", text_on(answer))
    assert (state_of(reaction), Decision.objects.count()) == ("published", 1)


@pytest.mark.parametrize("seen", ["", "held gisteren", "zomaar", "published"])
def test_what_was_seen_cannot_be_made_up(seen, desk):
    reaction = say(make_article())
    answer = desk.post(item(reaction), {"do": "publish", "seen": seen})
    assert answer.status_code in (409, 422) and state_of(reaction) == "held"


def test_later_changes_nothing_and_goes_on(desk):
    first, second = say(make_article()), say(make_article())
    before = everything_stored()
    assert press(desk, first, "later")["Location"] == item(second) + "#item"
    assert everything_stored() == before and not Decision.objects.exists()
    assert press(desk, second, "later")["Location"] == item(first) + "#item"


def test_what_is_ticked_is_spam(desk):
    rows = [say(make_article(), f"Koop {n}.") for n in range(3)]
    page = desk.get(DESK).content.decode()
    ticks = re.findall(r'name="chosen" value="([^"]+)"', page)
    assert len(ticks) == 3
    press(desk, rows[1], "publish")
    answer = desk.post("/moderation/spam/", {"chosen": ticks})
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert "2 reacties naar spam." in said and "Noor was eerder" in said
    assert [state_of(row) for row in rows] == ["spam", "published", "spam"]
    none = desk.post("/moderation/spam/", {"chosen": ["", "x", "9999999999999999999999 held"]})
    assert none.status_code == 302


def test_reports_are_read_the_most_urgent_first_and_decided(desk):
    article = make_article()
    dull, urgent = say(article, "Saai."), say(article, "Dreigend.")
    for one in (dull, urgent):
        press(desk, one, "publish")
        one.refresh_from_db()
    file_report(dull, reason="other", explanation="Ik vind het saai.", client_key="a")
    file_report(urgent, reason="attack", explanation="Dit is een dreigement.", client_key="a")
    page = text_on(desk.get("/moderation/reported/"))
    assert "2 gemelde reacties" in page and "Dit is een dreigement." in page and "beslis vóór" in page
    order = re.findall(r"/moderation/reactions/(\d+)/\?queue=reported#item", page.partition('class="queue"')[2])
    assert order == [str(urgent.pk), str(dull.pk)]
    answer = press(desk, urgent, "refuse", ground="attack", queue="reported")
    assert answer["Location"] == item(dull) + "?queue=reported#item"
    assert "Laat staan" in text_on(desk.get(answer["Location"]))
    answer = press(desk, dull, "keep", queue="reported")
    assert answer["Location"] == "/moderation/reported/#item"
    assert "Er is niets gemeld." in text_on(desk.get("/moderation/reported/"))
    assert (state_of(dull), state_of(urgent)) == ("published", "removed")


def test_the_log_tells_everything_and_can_be_narrowed(desk, ruud):
    article = make_article(title="De brug")
    one, two = say(article, name="Henk"), say(article, name="Yara")
    press(desk, one, "publish")
    press(browser_of(ruud), two, "refuse", ground="hate", note="De kop.")
    log = "/moderation/decisions/"

    def rows(query: str) -> list[str]:
        page = text_on(desk.get(log + query))
        return [name for name in ("Henk", "Yara") if f"<bdi>{name}</bdi></a> ·" in page]

    assert rows("") == ["Henk", "Yara"]
    assert rows("?what=publish") == ["Henk"]
    assert rows("?ground=hate") == ["Yara"]
    assert rows(f"?by={ruud.pk}") == ["Yara"]
    assert rows("?by=auto") == []
    assert rows("?what=nonsense&before=x&by=é") == ["Henk", "Yara"]
    assert rows(f"?before={Decision.objects.latest('pk').pk}") == ["Henk"]
    assert "De kop." in text_on(desk.get(log)) and "De brug" in text_on(desk.get(log))


def test_a_reaction_is_found_by_number_name_website_and_words(desk):
    article = make_article()
    waiting = say(article, "Iets over ladders en bruggen.", name="Henk-Jan", website="https://www.henk.example/")
    published = say(article, "Iets over stilte.", name="Yara")
    press(desk, published, "publish")

    def found(query: str) -> set[str]:
        page = text_on(desk.get("/moderation/search/?" + query)).partition('class="rows"')[2]
        return {name for name in ("Henk-Jan", "Yara") if f"<bdi>{name}</bdi></a>" in page}

    assert found(f"q={waiting.pk}") == {"Henk-Jan"}
    assert found(f"q=%23{published.pk}") == {"Yara"}
    assert found("q=Yara") == {"Yara"}
    assert found("q=www.henk.example") == {"Henk-Jan"}
    assert found("q=ladders+bruggen") == {"Henk-Jan"}
    assert found("q=stilte") == {"Yara"}
    assert found("q=iets") == {"Henk-Jan", "Yara"}
    assert found("q=iets&state=published") == {"Yara"}
    assert found("q=iets&state=held") == {"Henk-Jan"}
    assert found("q=") == found("q=bestaatniet") == found("q=%00") == set()
    assert found("q=100%25&state=wat") == set()


def test_keys_and_mail_are_switched_and_stay_so(desk, noor):
    say(make_article())
    assert "data-off" not in desk.get(DESK).content.decode()
    desk.post("/moderation/wishes/", {"shortcuts": "off"})
    page = text_on(desk.get(DESK))
    assert "data-off" in page and "Sneltoetsen staan uit." in page and "data-keys" not in page
    assert "We mailen je als er iets wacht" in page
    desk.post("/moderation/wishes/", {"mail": "off"})
    assert Moderator.objects.get(pk=noor.pk).mail_waiting is False
    assert "Je krijgt geen mail als er iets wacht." in text_on(desk.get(DESK))


def test_p12_looking_changes_nothing(desk, client):
    article = make_article()
    held, gone = say(article, email="s@voorbeeld.example", email_proven=True), say(article)
    press(desk, gone, "publish")
    gone.refresh_from_db()
    file_report(gone, reason="hate", explanation="Kijk.", client_key="a")
    press(desk, gone, "refuse", ground="hate")
    desk.get(DESK)  # what was said is said
    before = everything_stored(), list(Decision.objects.values()), list(Moderator.objects.values())
    for address in (
        *(DESK, "reported/", "appeals/", "decisions/", "search/?q=Sanne", f"reactions/{held.pk}/"),
        f"reactions/{gone.pk}/?queue=reported",
    ):
        where = address if address.startswith("/") else DESK + address
        for method in (desk.get, desk.head):
            assert method(where).status_code == 200, address
    for address in ("spam/", "undo/", "wishes/"):
        assert desk.get(DESK + address).status_code == 405
    assert desk.get(item(held) + "?do=publish&seen=held").status_code == 200
    assert before == (everything_stored(), list(Decision.objects.values()), list(Moderator.objects.values()))


def test_the_door_counts_what_waits_and_is_shut_for_others(desk, client):
    say(make_article())
    assert ">Moderatie (1)</a>" in desk.get("/accounts/").content.decode()
    client.force_login(make_staff("karim", "editor"))
    assert client.get(DESK).status_code == 403 and "Moderatie" not in client.get("/desk/").content.decode()


def test_an_empty_desk_says_so(desk):
    for address, said in (
        ("", "Er wacht niets."),
        ("reported/", "Er is niets gemeld."),
        ("appeals/", "Er wacht geen bezwaar."),
    ):
        assert said in text_on(desk.get(DESK + address))


def test_pages_take_the_same_few_queries_however_much_waits(desk, settings):
    settings.REPORTS_HIDE = 0
    article = make_article()
    opening = say(article)
    press(desk, opening, "publish")
    opening.refresh_from_db()

    def fill(times: int) -> Reaction:
        for n in range(times):
            last = say(article, to=opening, website="https://s.example/", email=f"lezer{n}@voorbeeld.example")
            file_report(opening, reason="hate", explanation="x", client_key=f"{Reaction.objects.count()}")
        return last

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    last = fill(3)
    addresses = (DESK, DESK + "reported/", item(last), item(opening), DESK + "decisions/", DESK + "search/?q=Sanne")
    few = [count(address) for address in addresses]
    fill(6)
    assert all(now <= then for now, then in zip([count(address) for address in addresses], few, strict=True))
    assert max(few) <= 26, few


def test_hostile_words_stay_words(desk):
    nasty = "<script>alert(1)</script>"
    reaction = say(make_article(title=nasty), nasty, name="<b>x</b>")
    press(desk, reaction, "refuse", ground="attack", note=nasty)
    undo(Decision.objects.get(), by=Decision.objects.get().by, now=timezone.now())
    for address in (DESK, item(reaction), DESK + "decisions/", DESK + "search/?q=script"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and "<b>x</b>" not in page
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(("confirmed", "seen"), [(True, True), (False, False)])
def test_a_moderator_sees_whose_name_is_confirmed_as_readers_do(desk, confirmed, seen):
    reaction = say(make_article(), "Mijn eigen naam.")
    Reaction.objects.filter(pk=reaction.pk).update(name_confirmed=confirmed)
    assert ("<small>bevestigd</small>" in desk.get(item(reaction)).text) is seen
