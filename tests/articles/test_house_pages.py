"""The pages of the house: what came with the software, what the editors made of it, in two languages."""

import re

import pytest

from articles.actions import restore_house_page, save_house_page
from articles.house import KINDS, LANGUAGES, ChangedMeanwhile, address_of, default_page, house_page
from articles.models import StaticPage
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_texts_say_the_same_in_two_languages(client, kind):
    dutch, english = (client.get(address_of(kind, language)).text for language in ("nl", "en"))
    assert '<html lang="nl">' in dutch and re.search(r"\b[Jj]e\b", dutch)
    assert '<html lang="en">' in english and re.search(r"\byou\b", english)
    for element in ("<h1>", "<h2>", "<li>", "<p>", "<strong>"):
        assert dutch.count(element) == english.count(element), element
    assert "style=" not in dutch + english


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_has_an_address_in_both_languages_that_names_the_other(client, settings, kind):
    settings.SITE_URL = "https://luisterkamer.example"
    for path in (f"/{kind}/", f"/en/{kind}/"):
        html = client.get(path).text
        assert f'<link rel="canonical" href="https://luisterkamer.example{path}">' in html
        assert f'hreflang="nl" href="https://luisterkamer.example/{kind}/"' in html
        assert f'hreflang="en" href="https://luisterkamer.example/en/{kind}/"' in html
        assert f'hreflang="x-default" href="https://luisterkamer.example/{kind}/"' in html
    assert f'<a href="/en/{kind}/" lang="en" hreflang="en">English</a>' in client.get(f"/{kind}/").text
    assert f'<a href="/{kind}/" lang="nl" hreflang="nl">Nederlands</a>' in client.get(f"/en/{kind}/").text


def test_the_page_on_privacy_tells_of_the_service_that_was_chosen(client, settings):
    assert "Akismet" not in client.get("/privacy/").text + client.get("/en/privacy/").text
    settings.AKISMET_KEY = "a-key"
    for path, others, ask in (
        ("/privacy/", "Anderen", "Wat je kunt vragen"),
        ("/en/privacy/", "Others", "What you can ask"),
    ):
        page = client.get(path).text
        assert page.index(others) < page.index("Akismet") < page.index(ask)
        assert page.count("<h2>") == client.get("/en/privacy/").text.count("<h2>")


def test_the_address_with_the_language_of_the_site_leads_to_the_short_one(client):
    answer = client.get("/nl/privacy/")
    assert (answer.status_code, answer["Location"]) == (301, "/privacy/")
    assert client.get("/nl/")["Location"] == "/"
    for path in ("/de/privacy/", "/en/nowhere/", "/fr/"):
        assert client.get(path).status_code == 404


def test_every_link_in_a_default_text_leads_somewhere(client):
    for kind in KINDS:
        for language in LANGUAGES:
            for href in re.findall(r'href="([^"]+)"', default_page(kind, language).html):
                assert client.get(href, follow=True).status_code == 200, (kind, language, href)


def test_the_foot_of_a_page_leads_to_the_pages_of_the_house_in_its_language(client):
    make_article(slug="stil")
    make_article(slug="quiet", language="en")
    for kind in KINDS:
        assert f'<a href="/{kind}/">' in client.get("/articles/stil/").text.rpartition("<footer")[2]
        assert f'<a href="/en/{kind}/">' in client.get("/articles/quiet/").text.rpartition("<footer")[2]


def test_contact_shows_the_address_of_the_settings_and_says_so_when_there_is_none(client, settings):
    assert "Hier is nog geen adres bekend." in client.get("/contact/").text
    settings.CONTACT = "mailto:redactie@luisterkamer.example"
    html = client.get("/contact/").text
    assert '<a class="btn" href="mailto:redactie@luisterkamer.example">' in html
    assert ">redactie@luisterkamer.example<" in html and "Hier is nog geen adres bekend." not in html


def test_what_the_editors_saved_takes_the_place_of_the_default_in_that_language_only(client):
    began = house_page("about", "nl").fingerprint
    save_house_page(
        "about", "nl", title="Wie wij zijn", body="Een <b>clubje</b>.\n\n## Deel\n\nTekst.", began_from=began
    )
    html = client.get("/about/").text
    assert "<h1>Wie wij zijn</h1>" in html and "&lt;b&gt;" in html and "<b>" not in html
    assert "About us</h1>" in client.get("/en/about/").text
    restore_house_page("about", "nl", began_from=house_page("about", "nl").fingerprint)
    assert "<h1>Over ons</h1>" in client.get("/about/").text
    assert not StaticPage.objects.exists()


def test_saving_over_what_somebody_else_saved_is_refused_with_the_text_of_the_other():
    began = house_page("about", "nl").fingerprint
    save_house_page("about", "nl", title="Eerste", body="Van Karim.", began_from=began)
    with pytest.raises(ChangedMeanwhile) as refused:
        save_house_page("about", "nl", title="Tweede", body="Van Noor.", began_from=began)
    assert (refused.value.page.title, refused.value.page.body) == ("Eerste", "Van Karim.")
    with pytest.raises(ChangedMeanwhile):
        restore_house_page("about", "nl", began_from=began)
    row = StaticPage.objects.get()
    assert (row.title, row.version) == ("Eerste", 1)


def test_a_way_back_and_a_new_text_do_not_look_like_what_one_began_from():
    save_house_page("about", "nl", title="Eerste", body="A.", began_from=house_page("about", "nl").fingerprint)
    began = house_page("about", "nl").fingerprint
    restore_house_page("about", "nl", began_from=began)
    save_house_page("about", "nl", title="Andere", body="B.", began_from=house_page("about", "nl").fingerprint)
    assert StaticPage.objects.get().version == 1
    with pytest.raises(ChangedMeanwhile):
        save_house_page("about", "nl", title="Late", body="C.", began_from=began)


def test_a_page_of_the_house_costs_two_queries(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/privacy/")


def test_who_reads_the_other_language_finds_what_was_written_in_it(client):
    make_article(title="Stil stuk.")
    make_article(title="Quiet piece.", language="en")
    html = client.get("/en/").text
    assert '<html lang="en">' in html and "<h1>Articles in English</h1>" in html
    assert "Quiet piece." in html and "Stil stuk." not in html
    home = client.get("/").text
    assert '<a href="/en/" lang="en" hreflang="en">English</a>' in home
    for page in (html, home):
        assert re.findall(r'hreflang="([a-z-]+)" href="http[^"]+?(/[a-z/]*)"', page) == [
            ("nl", "/"),
            ("en", "/en/"),
            ("x-default", "/"),
        ]
