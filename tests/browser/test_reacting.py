"""Reading and reacting as a person does it: with script, without, by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.test_every_page import HALLERWAARD


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def reader(request, new_context) -> Page:
    return new_context(java_script_enabled=request.param, locale="nl-NL", reduced_motion="reduce").new_page()


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#react [name={name}]").fill(value)


def test_a_reaction_stands_under_its_name_and_website(reader: Page, site: Site, request):
    words = f"Gelezen en onthouden ({request.node.callspec.id})."
    reader.goto(site.url + HALLERWAARD)
    expect(reader.locator("#react .notice")).to_contain_text("Je naam komt boven je reactie te staan.")
    fill(reader, name="Sanne Kuipers", website="www.sannetekent.example", body=words)
    reader.wait_for_timeout(3100)  # a form sent faster than three seconds is held
    reader.get_by_role("button", name="Plaats reactie").click()
    reaction = reader.locator(".reaction", has_text=words)
    expect(reaction).to_be_visible()
    expect(reaction.locator(".name")).to_contain_text("Sanne Kuipers")
    expect(reaction.locator("a.site")).to_have_text("sannetekent.example")
    assert reaction.bounding_box() is not None
    name, body = reaction.locator(".name").bounding_box(), reaction.locator(".words").bounding_box()
    assert name and body and name["y"] < body["y"]


def test_an_answer_says_whom_it_answers(reader: Page, site: Site, request):
    words = f"Dat had ik ook ({request.node.callspec.id})."
    reader.goto(site.url + HALLERWAARD)
    first = reader.locator(".thread > li").first
    asked = first.locator(".name bdi").first.inner_text()
    first.locator(".acts a", has_text="Beantwoord").first.click()
    expect(reader.get_by_role("heading", level=1)).to_contain_text(asked)
    fill(reader, name="Tjeerd", body=words)
    reader.wait_for_timeout(3100)
    reader.get_by_role("button", name="Plaats reactie").click()
    reaction = reader.locator(".reaction", has_text=words)
    expect(reaction).to_be_visible()
    expect(reaction.locator(".nameplate .meta")).to_contain_text(f"in antwoord op {asked}")


def test_an_error_is_said_and_the_text_is_kept(reader: Page, site: Site):
    reader.goto(site.url + HALLERWAARD)
    fill(reader, website="sannetekent punt nl", body="Dit wil ik niet kwijt.")
    reader.get_by_role("button", name="Plaats reactie").click()
    summary = reader.locator(".errors")
    expect(summary).to_contain_text("Vul je naam in.")
    expect(summary).to_contain_text("Dit lijkt geen webadres. Voorbeeld: www.voorbeeld.nl")
    expect(reader.locator("#react [name=body]")).to_have_value("Dit wil ik niet kwijt.")
    expect(summary).to_be_focused()


def test_the_preview_shows_the_nameplate_and_stores_nothing(reader: Page, site: Site, request):
    words = f"Eerst even kijken ({request.node.callspec.id})."
    reader.goto(site.url + HALLERWAARD + "react/")
    fill(reader, name="Sanne Kuipers", website="sannetekent.example", body=words, email="sanne@lezers.example")
    reader.get_by_role("button", name="Bekijk eerst hoe het eruitziet").click()
    expect(reader.locator(".preview .name")).to_have_text("Sanne Kuipers")
    expect(reader.locator(".preview .site")).to_have_text("sannetekent.example")
    assert "sanne@" not in reader.content()
    assert words not in site.get(HALLERWAARD).text
    reader.wait_for_timeout(3100)
    reader.get_by_role("button", name="Plaats reactie").click()
    expect(reader.locator(".reaction", has_text=words)).to_be_visible()
    site.wait_for_mail("sanne@lezers.example")


def test_with_script_the_focus_lands_on_the_new_reaction(new_context, site: Site):
    page = new_context().new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(site.url + HALLERWAARD)
    fill(page, name="Tjeerd", body="Waar blijft mijn focus?")
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Plaats reactie").click()
    reaction = page.locator(".reaction", has_text="Waar blijft mijn focus?")
    expect(reaction).to_be_visible()
    expect(page.locator(".reaction:focus, .reaction :focus")).to_have_count(1)
    assert reaction.evaluate("element => element.contains(document.activeElement)")
    assert not errors


def test_the_permalink_points_at_its_reaction(reader: Page, site: Site):
    reader.goto(site.url + HALLERWAARD)
    link = reader.locator(".reaction .when").nth(9)
    number = re.search(r"/reactions/(\d+)/", link.get_attribute("href") or "")
    assert number
    reader.goto(f"{site.url}/reactions/{number[1]}/")
    assert reader.url.endswith(f"#reaction-{number[1]}")
    expect(reader.locator(f"#reaction-{number[1]}")).to_be_in_viewport()


def test_by_keyboard_alone_a_reader_reaches_the_form_and_posts(new_context, site: Site):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site.url + HALLERWAARD + "react/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("[name=name]").focus()
    page.keyboard.type("Toetsenist")
    page.keyboard.press("Tab")
    expect(page.locator("[name=website]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=body]")).to_be_focused()
    page.keyboard.type("Zonder muis.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # it is a question
    page.keyboard.press("Tab")
    expect(page.locator("[name=email]")).to_be_focused()
    page.wait_for_timeout(3100)
    page.locator("[name=name]").focus()
    page.keyboard.press("Enter")
    asked = page.locator(".reaction", has_text="Zonder muis.")
    expect(asked).to_be_visible()
    expect(asked.locator(".asks")).to_have_text("Vraag aan de auteur")


def test_a_reader_is_told_confirms_and_leaves_in_the_browser(reader: Page, site: Site, request):
    from tests.mailserver import links_in

    address = f"{'ja' if 'with ' in request.node.callspec.id else 'nee'}@lezers.example"
    reader.goto(site.url + HALLERWAARD + "react/")
    fill(reader, name="Mieke", body=f"Houd mij op de hoogte via {request.node.callspec.id}.", email=address)
    reader.wait_for_timeout(3100)
    reader.get_by_role("button", name="Plaats reactie").click()
    site.wait_for_mail(address)
    (confirm,) = links_in(site.mails.to(address)[0])
    reader.goto(confirm)
    reader.get_by_role("button", name="Ja, stuur mij bericht").click()
    expect(reader.get_by_role("heading", level=1)).to_be_visible()
    site.post(HALLERWAARD + "reactions/", name="Lotte", body=f"Een antwoord voor {address.split('@')[0]}.")
    site.wait_for_mail(address, 2)
    (stop,) = [link for link in links_in(site.mails.to(address)[1]) if "unsubscribe" in link]
    reader.goto(stop)
    reader.get_by_role("button", name="Stop met deze meldingen").click()
    expect(reader.locator("main")).to_contain_text("Gestopt.")


def test_who_is_faster_than_people_waits_or_lets_his_browser_do_a_sum(reader: Page, site: Site, request):
    words = f"Vlug gezegd ({request.node.callspec.id})."
    reader.goto(site.url + HALLERWAARD + "react/")
    fill(reader, name="Vera Vlug", body=words)
    reader.get_by_role("button", name="Plaats reactie").click()
    if "without" in request.node.callspec.id:
        expect(reader.locator("main")).to_contain_text("Je reactie wacht op beoordeling.")
        expect(reader.locator("[data-sum-line]")).to_be_hidden()
    else:
        expect(reader).to_have_url(re.compile(r"#reaction-\d+$"), timeout=20_000)
        expect(reader.locator(".reaction", has_text=words)).to_be_visible()
