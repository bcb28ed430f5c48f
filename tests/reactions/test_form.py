"""The form: its words, its order, its labels; the same for everybody on the article's page."""

import re
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from forum.reactions.models import Reaction
from tests.factories import make_article, make_author
from tests.reactions.posts import inputs, send, text_of
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db


def form_under(article, request=None) -> str:
    request = request or RequestFactory().get("/")
    with translation.override(article.language):
        return Template("{% load react %}{% react_form article %}").render(
            Context({"request": request, "article": article})
        )


class Outline(HTMLParser):
    """The fields and headings of a form, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("h1", "h2", "h3", "legend", "fieldset"):
            self.seen.append(tag)
        elif attrs.get("name") and attrs.get("type") != "hidden":
            self.seen.append(attrs["name"])
        elif "notice" in attrs.get("class", ""):
            self.seen.append("notice")


def outline(page: str) -> list[str]:
    parser = Outline()
    parser.feed(page)
    return parser.seen


def test_the_notice_stands_before_every_field():
    assert outline(form_under(make_article())) == [
        *("h2", "notice", "h3"),
        *("fieldset", "legend", "name", "website", "body", "question"),
        *("fieldset", "legend", "email", "fieldset", "legend", "notify", "notify"),
        *("remember", "subject", "preview"),
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nl",
            [
                "Let op",
                "Je naam komt boven je reactie te staan. Vul je een website in, dan staat die er ook bij.",
                "Zichtbaar voor iedereen",
                "Maximaal 5.000 tekens. Een lege regel begint een nieuwe alinea.",
                "Blijft privé",
                "Alleen antwoorden op mijn reactie",
                "Onthoud mijn gegevens op dit apparaat",
                "Alleen je naam en website",
                "Plaats reactie",
                "Bekijk eerst hoe het eruitziet",
            ],
        ),
        (
            "en",
            [
                "Please note",
                "Your name is shown above your reaction. If you enter a website, it is shown there too.",
                "Visible to everyone",
                "At most 5,000 characters. An empty line starts a new paragraph.",
                "Stays private",
                "Only answers to my reaction",
                "Remember my details on this device",
                "Only your name and website",
                "Post reaction",
                "See first how it looks",
            ],
        ),
    ],
)
def test_the_form_speaks_the_language_of_the_article(language, words):
    page = form_under(make_article(language=language))
    places = [page.find(sentence) for sentence in words]
    assert places == sorted(places) and places[0] > 0


def test_the_limit_on_the_form_is_the_setting(settings):
    settings.MAX_BODY_CHARS = 12_000
    assert "Maximaal 12.000 tekens." in form_under(make_article())


def test_every_field_has_a_label_and_the_trap_is_out_of_the_way():
    page = form_under(make_article())
    for name in ("name", "website", "body", "email", "subject"):
        assert f'<label for="id_{name}">' in page
    trap = re.search(r'<div class="vh">(.*?)</div>\s*</div>', page, re.DOTALL)
    assert trap and "Laat dit veld leeg" in trap[1] and 'tabindex="-1"' in trap[1] and 'autocomplete="off"' in trap[1]
    assert "placeholder" not in page and " novalidate" in page
    assert 'href="/house-rules/"' in page and 'href="/privacy/"' in page


def test_p15_the_form_under_an_article_is_the_same_for_everybody_and_holds_no_key():
    article = make_article()
    request = RequestFactory().get("/")
    request.COOKIES["reader"] = "whatever"
    assert form_under(article) == form_under(article, request)
    sent = inputs(form_under(article))
    assert (sent["form_key"], sent["opened"], sent["sealed"], sent["name"]) == ("", "", "", "")


def test_a_page_of_its_own_has_one_h1_a_key_and_a_stamp(client):
    article = make_article()
    answer = client.get(f"/articles/{article.slug}/react/")
    page = text_of(answer)
    assert page.count("<h1") == 1 and '<h1 id="react-title">Reageer</h1>' in page
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,64}", inputs(answer)["form_key"]) and inputs(answer)["opened"]
    assert 'content="noindex"' in page and answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_it_quotes_what_is_answered(client, publish_at_once):
    article = make_article()
    first = say(article, "Stilte is ook geluid.", name="سميرة حدّاد", website="https://samira.example/over")
    answer = client.get(f"/articles/{article.slug}/react/?parent={first.pk}")
    page = text_of(answer)
    assert '<h1 id="react-title">Antwoord <bdi>سميرة حدّاد</bdi></h1>' in page
    quote = page[page.index("Je antwoordt op") : page.index("<form")]
    assert quote.index("سميرة حدّاد") < quote.index("samira.example") < quote.index("Stilte is ook geluid.")
    assert inputs(answer)["parent"] == str(first.pk)


@pytest.mark.parametrize("parent", ["0", "x", "-1", "9" * 19, "9" * 30, "１２", "of another article", "waiting"])
def test_when_what_is_answered_is_not_there_it_says_so_and_offers_the_article(client, settings, parent):
    settings.MODERATION = "after"
    article = make_article()
    if parent == "of another article":
        parent = str(say(make_article()).pk)
    if parent == "waiting":
        settings.MODERATION = "before"
        parent = str(say(article).pk)
    answer = client.get(f"/articles/{article.slug}/react/?parent={parent}")
    assert answer.status_code == 200
    assert "De reactie waarop je wilt antwoorden is er niet meer." in text_of(answer)
    assert inputs(answer)["parent"] == ""


def test_a_closed_article_has_no_form(client):
    article = make_article(discussion={"state": "closed"})
    page = text_of(client.get(f"/articles/{article.slug}/react/"))
    assert "Bij dit artikel kun je niet reageren." in page and "<form" not in page


def test_p23_an_article_that_is_not_public_has_no_form(client):
    article = make_article(status="draft")
    for door in ("react/", "reactions/"):
        address = f"/articles/{article.slug}/{door}"
        answer = client.get(address) if door == "react/" else send(client, article)
        assert answer.status_code == 404
    assert not Reaction.objects.exists()


def test_the_reader_s_own_things_come_in_a_small_second_answer(client):
    answer = client.get(f"/articles/{make_article().slug}/reader/")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies
    assert set(answer.json()) == {"form_key", "opened", "name", "website", "remember"}
    assert answer.json()["name"] == ""


def test_the_author_answers_as_author(client, django_user_model, settings):
    settings.MODERATION = "before"
    writer = django_user_model.objects.create_user("noor", password="x")
    article = make_article(author=make_author(name="Noor Terbeek", user=writer))
    client.force_login(writer)
    answer = client.get(f"/articles/{article.slug}/react/")
    page = text_of(answer)
    assert inputs(answer)["name"] == "Noor Terbeek" and "Je antwoordt als auteur van dit artikel." in page
    send(client, article, name="Iemand anders", body="Die had ik graag als kop gehad.")
    said = Reaction.objects.get()
    assert (said.name, said.by_author, said.status) == ("Noor Terbeek", True, "published")


def test_another_author_is_a_reader_like_any_other(client, django_user_model):
    other = django_user_model.objects.create_user("karim", password="x")
    make_author(user=other)
    article = make_article(author=make_author(name="Noor Terbeek"))
    client.force_login(other)
    assert inputs(client.get(f"/articles/{article.slug}/react/"))["name"] == ""
    send(client, article)
    assert not Reaction.objects.get().by_author


def test_p13_without_proof_that_it_came_from_our_page_the_author_is_a_reader(client, django_user_model, settings):
    settings.MODERATION = "after"
    writer = django_user_model.objects.create_user("noor", password="x")
    article = make_article(author=make_author(user=writer))
    client.force_login(writer)
    send(client, article, headers={})
    said = Reaction.objects.get()
    assert (said.by_author, said.status) == (False, "held")


def test_the_form_costs_two_queries_and_three_with_an_answer(client, publish_at_once, django_assert_num_queries):
    article = make_article()
    first = say(article)
    with django_assert_num_queries(2):  # the article, the sections in the masthead
        client.get(f"/articles/{article.slug}/react/")
    with django_assert_num_queries(3):
        client.get(f"/articles/{article.slug}/react/?parent={first.pk}")
    with django_assert_num_queries(0):
        client.get(f"/articles/{article.slug}/reader/")
    with django_assert_num_queries(0):
        form_under(article)
