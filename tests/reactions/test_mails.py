"""What followers read: who, with name and website, above what was said; where to answer; why; how to stop."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from articles.models import Article
from forum.outbox.envelope import article_message_id, reaction_message_id
from forum.outbox.letters import NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import remove
from forum.reactions.mails import build_news
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.subscriptions.actions import end
from forum.subscriptions.letterhead import manage_link, stop_link
from tests.factories import make_article
from tests.reactions.talk import say
from tests.reactions.test_notify import follow, say_as

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 23, 8, 11, tzinfo=ZoneInfo("Europe/Amsterdam"))
WORDS = "Hangt boven mijn bureau.\n\nMet je naam erboven & <zo> hoort het."
SITE = "https://luisterkamer.example"


@pytest.fixture(autouse=True)
def the_site(publish_at_once, settings):
    settings.SITE_URL = SITE
    settings.MAIL_DOMAIN = "luisterkamer.example"


def lotte(article: Article, to: Reaction | None = None) -> Reaction:
    said = say(article, WORDS, to=to, name="Lotte Hagedoorn", website="https://klankkast.example/")
    Reaction.objects.filter(pk=said.pk).update(published_at=MOMENT)
    return said


def rows_for(subscription) -> list[OutgoingMail]:
    announce_due()
    return list(OutgoingMail.objects.filter(kind="reaction", address=subscription.address_id).order_by("pk"))


def words_of(html: str) -> str:
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def in_order(text: str, *parts: str) -> bool:
    at = -1
    for part in parts:
        at = text.find(part, at + 1)
        if at < 0:
            return False
    return True


def test_name_and_website_stand_above_the_words_in_both_halves():
    article = make_article(title="Het stille uur")
    anna = follow(article, "anna")
    said = lotte(article)
    letter = build_news(rows_for(anna))
    assert letter.subject == "Nieuwe reactie op: Het stille uur"
    stop, manage = stop_link(anna), manage_link(anna)
    assert in_order(
        letter.text,
        "Lotte Hagedoorn\nhttps://klankkast.example/\n23 november 2026, 08:11\n\n",
        "Hangt boven mijn bureau.\n\nMet je naam erboven & <zo> hoort het.\n",
        f"Lees verder en antwoord: {SITE}/reactions/{said.pk}/\n",
        "Je krijgt deze mail omdat je op",
        "Niemand anders ziet je e-mailadres.",
        f"Stop met deze meldingen: {stop}\n",
        f"Kies waarover je bericht krijgt: {manage}\n",
    )
    body = letter.html.split('class="sheet pad"')[1]
    assert in_order(
        body,
        "<bdi>Lotte Hagedoorn</bdi>",
        '<a href="https://klankkast.example/" rel="ugc nofollow noopener">klankkast.example</a>',
        "23 november 2026, 08:11",
        "Hangt boven mijn bureau.",
        "Met je naam erboven &amp; &lt;zo&gt; hoort het.",
        f'href="{SITE}/reactions/{said.pk}/"',
        f'href="{stop}"',
        f'href="{manage}"',
    )


def test_the_same_in_english():
    article = make_article(title="The quiet hour", language="en")
    anna = follow(article, "anna", scope="article")
    lotte(article)
    letter = build_news(rows_for(anna))
    assert letter.subject == "New reaction to: The quiet hour"
    assert in_order(
        " ".join(letter.text.split()),
        "Lotte Hagedoorn https://klankkast.example/ 23 November 2026, 08:11 Hangt boven",
        "Read on and answer:",
        "asked to be notified about all new reactions to this article. Nobody else sees your e-mail address.",
        "Stop these notifications:",
    )
    assert '<html lang="en"' in letter.html and "Lotte Hagedoorn reacted" in letter.html


def test_an_answer_quotes_what_you_wrote():
    article = make_article()
    own = say_as(article, "anna")
    said = lotte(article, to=own)
    letter = build_news(rows_for(own.subscription))
    assert in_order(letter.text, "Jij schreef:", own.body, "Lotte Hagedoorn", "Hangt boven")
    assert in_order(words_of(letter.html), "Lotte Hagedoorn antwoordde je", "Jij schreef:", own.body, "Hangt boven")
    assert "bericht wilde over antwoorden op je reactie" in " ".join(letter.text.split())
    # Somebody else who follows the article did not write it.
    bram = follow(article, "bram")
    Reaction.objects.filter(pk=said.pk).update(announced_at=None)
    assert "Jij schreef" not in build_news(rows_for(bram)).text


def test_the_text_keeps_to_72_columns_but_for_links():
    article = make_article(title="Een lange kop " * 8)
    anna = follow(article, "anna")
    say(article, "Een heel lange regel zonder einde. " * 30, name="N" * 60)
    letter = build_news(rows_for(anna))
    assert all(len(line) <= 72 for line in letter.text.splitlines() if "://" not in line)


def test_without_a_website_the_name_stands_alone():
    article = make_article()
    anna = follow(article, "anna")
    say(article, "Mooi.", name="Thijs")
    letter = build_news(rows_for(anna))
    assert re.search(r"Thijs\n\d+ \w+ \d{4}, \d\d:\d\d\n\nMooi\.", letter.text)


def test_the_headers_are_exactly_as_promised():
    article = make_article(slug="stille-uur", title="Het stille üur")
    anna = follow(article, "anna")
    opening = lotte(article)
    reply = lotte(article, to=opening)
    answer = lotte(article, to=reply)
    rows = rows_for(anna)
    letters = [build_news([row]) for row in rows]
    ids = [reaction_message_id(said.pk, anna.pk) for said in (opening, reply, answer)]
    root = article_message_id(article.pk, anna.pk)
    assert [letter.message_id for letter in letters] == ids
    assert [letter.headers["In-Reply-To"] for letter in letters] == [root, *ids[:2]]
    assert [letter.headers["References"].split() for letter in letters] == [[root], [root, ids[0]], [root, *ids[:2]]]
    for letter in letters:
        assert letter.headers == {
            "In-Reply-To": letter.headers["In-Reply-To"],
            "References": letter.headers["References"],
            "List-Id": f"Reacties <artikel-{article.pk}.reacties.luisterkamer.example>",
            "List-Unsubscribe": f"<{stop_link(anna)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Archive": f"<{SITE}/articles/stille-uur/#reactions>",
            "Precedence": "list",
        }
        assert all(value.isascii() for value in letter.headers.values())
        assert "@" not in letter.headers["List-Unsubscribe"]


def test_references_name_at_most_twenty_and_always_the_article():
    article = make_article()
    anna = follow(article, "anna")
    chain = [say(article)]
    for _ in range(40):
        chain.append(say(article, to=chain[-1]))
    letter = build_news(rows_for(anna)[-1:])
    references = letter.headers["References"].split()
    assert len(references) == 20
    assert references[0] == article_message_id(article.pk, anna.pk)
    assert references[-1] == letter.headers["In-Reply-To"] == reaction_message_id(chain[-2].pk, anna.pk)


def test_several_reactions_to_one_article_make_one_mail():
    article = make_article(title="Het stille uur")
    anna = follow(article, "anna")
    for name in ("Bram", "Chris", "Dirk"):
        say(article, f"Ik ben {name}.", name=name, website=f"https://{name.lower()}.example/")
    letter = build_news(rows_for(anna))
    assert letter.subject == "Nieuwe reactie op: Het stille uur"
    parts = [part for name in ("Bram", "Chris", "Dirk") for part in (f"{name}\n", f"{name.lower()}.example", "Ik ben")]
    assert in_order(letter.text, *parts)
    assert "3 nieuwe reacties" in words_of(letter.html)
    assert letter.text.count("Stop met deze meldingen") == 1


def test_a_digest_groups_by_article_with_three_nameplates_each():
    stil, brug = make_article(title="Het stille uur"), make_article(title="De brug")
    anna, _ = follow(stil, "anna"), follow(brug, "anna")
    for n in range(5):
        say(stil, f"Woorden {n} " + "lang " * 100, name=f"Lezer {n}", website=f"https://lezer{n}.example/")
    say(brug, "Over de brug.", name="Bram")
    letter = build_news(rows_for(anna))
    assert letter.subject == "6 nieuwe reacties bij 2 artikelen"
    assert in_order(
        letter.text,
        "Het stille uur\n5 nieuwe reacties\n",
        "Lezer 0\nhttps://lezer0.example/\n",
        "Woorden 0",
        "Lezer 2",
        f"Lees alle 5: {SITE}{stil.get_absolute_url()}#reactions",
        "De brug\n1 nieuwe reactie\n",
        "Bram",
        "Over de brug.",
    )
    assert "Lezer 3" not in letter.text and "Lezer 3" not in letter.html
    assert in_order(words_of(letter.html), "Lezer 0", "lezer0.example", "Woorden 0", "Bram", "Over de brug.")
    assert letter.text.count("Stop met deze meldingen") == 2
    assert stop_link(anna) in letter.headers["List-Unsubscribe"]
    assert letter.text.count("lang ") < 3 * 45


def test_p28_what_is_gone_meanwhile_is_left_out_with_its_reason():
    article = make_article()
    anna = follow(article, "anna")
    first, second = lotte(article), say(article, "Blijft staan.")
    rows = rows_for(anna)
    remove(first)
    letter = build_news(rows)
    assert "Lotte" not in letter.text + letter.html
    assert "Blijft staan." in letter.text
    assert letter.message_id == reaction_message_id(second.pk, anna.pk)
    assert list(letter.left_out) == [rows[0].pk] and letter.left_out[rows[0].pk]


@pytest.mark.parametrize("what", ["removed", "stopped", "withdrawn", "deleted"])
def test_p26_p28_with_nothing_left_there_is_no_mail(what):
    article = make_article()
    anna = follow(article, "anna")
    said = lotte(article)
    rows = rows_for(anna)
    if what == "removed":
        remove(said)
    elif what == "stopped":
        end(anna, how="link")
    elif what == "withdrawn":
        Article.objects.update(status=Article.Status.WITHDRAWN)
    else:
        anna.delete()
    with pytest.raises(NothingToSay) as silence:
        build_news(rows)
    assert str(silence.value)


def test_what_readers_type_cannot_break_out():
    article = make_article(title="Kop <b> & zo")
    anna = follow(article, "anna")
    say(article, "<script>alert(1)</script> {{ settings }}", name="<img src=x onerror=alert(1)>")
    letter = build_news(rows_for(anna))
    assert "<script>alert" not in letter.html and "<img" not in letter.html
    assert "<script>alert(1)</script> {{ settings }}" in letter.text
    assert letter.subject == "Nieuwe reactie op: Kop <b> & zo"


def test_a_mail_costs_three_queries_however_much_it_tells(django_assert_num_queries):
    article, other = make_article(), make_article()
    anna = follow(article, "anna")
    follow(other, "anna")
    opening = say(article)
    reply = say(article, to=opening)
    say(other)
    rows = rows_for(anna)
    with django_assert_num_queries(3):  # subscriptions, reactions, what the first one answers
        build_news([row for row in rows if row.event_id == reply.pk])
    for _ in range(4):
        reply = say(article, to=reply)
    rows = rows_for(anna)
    with django_assert_num_queries(2):
        build_news(rows)
