"""The desk as editors use it: with script, without, by keyboard, two at once; and every page of it judged."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import log_in, session_of
from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site, running_site, with_demo
from tests.browser.test_every_page import show

Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def desk(browser_tools, shared_folder, tmp_path_factory) -> Iterator[tuple[Site, dict[str, str]]]:
    """A site of its own, with the sessions of two editors and an author."""
    folder = with_demo(shared_folder, tmp_path_factory.mktemp("desk"))
    with running_site(folder, TIME_ZONE="UTC") as site:
        people = {"karim": "editor", "mieke": "editor"}
        yield site, {name: session_of(folder, name, role) for name, role in people.items()}


@pytest.fixture
def enter(desk, new_context) -> Enter:
    """A page at the desk, of one of the editors."""
    site, sessions = desk

    def enter(name: str = "karim", **options: Any) -> Page:
        context: BrowserContext = new_context(locale="nl-NL", reduced_motion="reduce", **options)
        page = log_in(context, site, sessions[name]).new_page()
        page.goto(site.url + "/desk/")
        return page

    return enter


def begin(page: Page, title: str) -> str:
    """Make an article by hand; its address at the desk."""
    page.get_by_text("Nieuw artikel", exact=True).click()
    page.get_by_label("Kop", exact=True).fill(title)
    page.get_by_label("Rubriek", exact=True).select_option(index=1)
    page.get_by_label("Auteur", exact=True).select_option(index=1)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_editor_writes_looks_schedules_corrects_and_withdraws(enter, desk, script: bool):
    site, _ = desk
    page = enter(java_script_enabled=script, viewport={"width": 360, "height": 800})
    address = begin(page, f"Van begin tot eind {script}")
    page.get_by_label("Lead", exact=True).fill("Een lead.")
    page.get_by_label("Tekst", exact=True).fill("Eerste alinea.\n\n## Een kop.\n\nTweede alinea.")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Bekijk als lezer").click()
    expect(popup.value.get_by_role("heading", level=1)).to_have_text(f"Van begin tot eind {script}")
    expect(popup.value.locator(".prose")).to_contain_text("Tweede alinea.")
    soon = datetime.now(UTC) + timedelta(minutes=2)  # the clock of this site
    page.get_by_label("Publiceer op").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Plan in").click()
    expect(page.get_by_role("status").first).to_have_text("Ingepland. Het verschijnt vanzelf.")
    expect(page.locator(".status").first).to_contain_text("Ingepland voor")
    assert page.url == address
    page.get_by_role("button", name="Publiceer nu").click()
    expect(page.get_by_role("status").first).to_have_text("Gepubliceerd. Iedereen kan het nu lezen.")
    public = page.get_by_role("link", name="Het artikel op de site").get_attribute("href") or ""
    assert "Tweede alinea." in site.get(public).text
    page.get_by_label("Correctie").fill("In een eerdere versie stond een fout.")
    page.get_by_role("button", name="Werk bij").click()
    expect(page.get_by_role("status").first).to_have_text("Bijgewerkt. Lezers zien het zo.")
    assert "In een eerdere versie stond een fout." in site.get(public).text
    page.get_by_role("button", name="Trek terug").click()
    expect(page.get_by_role("status").first).to_contain_text("Teruggetrokken.")
    assert site.get(public).status == 410


def test_what_is_typed_is_kept_shown_and_listed_by_itself(enter):
    page = enter(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    begin(page, "Vanzelf bewaard")
    expect(page.locator("[data-todo]")).to_contain_text("de tekst is leeg")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Bekijk als lezer").click()
    page.get_by_label("Tekst", exact=True).fill("Getypt en *niet* bewaard.")
    expect(page.locator("[data-kept]")).to_contain_text("Nog niet bewaard")
    expect(page.locator("[data-kept]")).to_contain_text(re.compile(r"Bewaard om \d\d:\d\d"))
    expect(page.locator("[data-live-page] .prose em")).to_have_text("niet")
    expect(page.locator("[data-todo]")).not_to_contain_text("de tekst is leeg")
    expect(popup.value.locator(".prose em")).to_have_text("niet")  # the other window followed
    page.reload()
    expect(page.get_by_label("Tekst", exact=True)).to_have_value("Getypt en *niet* bewaard.")
    expect(page.locator(".notice").filter(has_text="Dit is wat je tot")).to_be_visible()
    assert not faults


def test_without_a_connection_it_says_so_and_keeps_as_soon_as_there_is_one(enter):
    page = enter()
    begin(page, "In de trein")
    page.context.set_offline(True)
    page.get_by_label("Tekst", exact=True).fill("Zonder verbinding.")
    expect(page.locator("[data-kept]")).to_have_text("Niet bewaard: geen verbinding", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator("[data-kept]")).to_contain_text("Bewaard om", timeout=10_000)


def test_by_keyboard_alone_an_article_is_begun_and_saved(enter):
    page = enter()
    page.locator("summary", has_text="Nieuw artikel").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Zonder muis")
    for letter in ("S", "N"):  # a section, an author
        page.keyboard.press("Tab")
        page.keyboard.type(letter)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zonder muis")
    page.get_by_label("Kop", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.type("Een lead zonder muis.")
    page.keyboard.press("Tab")
    page.keyboard.type("Een tekst zonder muis.")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").first).to_have_text("Bewaard in het artikel.")
    expect(page.locator("#id_body")).to_have_value("Een tekst zonder muis.")


def test_two_editors_see_each_other_and_lose_nothing(enter):
    karim, mieke = enter("karim"), enter("mieke")
    address = begin(karim, "Samen")
    mieke.goto(address)
    karim.get_by_label("Tekst", exact=True).fill("Van Karim.")
    expect(karim.locator("[data-kept]")).to_contain_text("Bewaard om")
    mieke.get_by_label("Tekst", exact=True).fill("Van Mieke.")
    expect(mieke.locator("[data-others]")).to_contain_text("Karim werkt ook in dit artikel sinds")
    karim.locator("[data-save]").click()
    expect(karim.get_by_role("status").first).to_have_text("Bewaard in het artikel.")
    mieke.locator("[data-save]").click()
    expect(mieke.get_by_role("heading", level=1)).to_have_text("Iemand anders bewaarde dit artikel ook")
    expect(mieke.locator(".errors")).to_be_focused()
    expect(mieke.locator(".clash del")).to_contain_text("Karim")
    expect(mieke.locator(".clash ins")).to_contain_text("Mieke")
    expect(mieke.locator("#id_body")).to_have_value("Van Mieke.")
    mieke.get_by_role("button", name="Bewaar deze tekst eroverheen").click()
    expect(mieke.get_by_role("status").first).to_have_text("Bewaard in het artikel.")
    mieke.get_by_role("link", name="Alle versies, en wat er wijzigde").click()
    mieke.get_by_role("button", name="Toon wat er wijzigde").click()
    expect(mieke.locator("del")).to_have_count(2)  # the key, and the change


@pytest.fixture(scope="module")
def desk_pages(desk, browser) -> dict[str, tuple[str, str]]:
    """Name -> (address, HTML) of every kind of page at the desk, also of what only a post leads to."""
    site, sessions = desk
    found: dict[str, tuple[str, str]] = {}
    contexts = {name: log_in(browser.new_context(java_script_enabled=False), site, sessions[name]) for name in sessions}
    page = contexts["karim"].new_page()

    def keep(title: str, status: int = 200) -> None:
        response = responses[-1]
        assert response.status == status, (title, response.status)
        found[title] = (page.url.removeprefix(site.url), page.content() if response.status == 0 else response.text())

    responses: list[Any] = []
    page.on("response", lambda answer: answer.request.is_navigation_request() and responses.append(answer))
    page.goto(site.url + "/desk/")
    keep("list")
    page.goto(site.url + "/desk/?q=nergens")
    keep("list, nothing found")
    page.get_by_text("Nieuw artikel", exact=True).click()
    page.get_by_role("button", name="Begin").click()
    keep("list with errors", 422)
    page.goto(site.url + "/desk/")
    address = begin(page, "Om naar te kijken")
    keep("editor, draft")
    page.get_by_label("Tekst", exact=True).fill("Tekst.\n\n## Leeg\n\n![](image:9) [x]()")
    page.locator("#id_slug").fill("geen adres")
    page.locator("[data-save]").click()
    keep("editor with errors", 422)
    page.goto(address)
    keep("editor with a working copy")
    page.locator("#id_slug").fill("om-naar-te-kijken")
    other = contexts["mieke"].new_page()
    other.goto(address)
    other.get_by_label("Tekst", exact=True).fill("Van een ander.")
    other.locator("[data-save]").click()
    page.locator("[data-save]").click()
    keep("conflict", 409)
    page.locator("[data-save]").click()
    page.goto(address + "revisions/")
    keep("revisions")
    page.get_by_role("button", name="Toon wat er wijzigde").click()
    keep("difference")
    page.goto(address)
    page.get_by_role("button", name="Maak een link").click()
    keep("link")
    shared = page.locator("#link").input_value()
    page.goto(address)
    keep("editor with a link")
    page.goto(address + "preview/")
    keep("preview")
    page.goto(shared)
    keep("shared preview")
    page.goto(site.url + "/preview/onbekend/")
    keep("no preview", 404)
    page.goto(site.url + "/desk/?state=published")
    page.locator(".rows a").first.click()
    keep("editor, published")
    for context in contexts.values():
        context.close()
    return found


def test_every_page_of_the_desk_is_valid_html(desk_pages, tmp_path: Path):
    faults = html_faults({name: html for name, (_path, html) in desk_pages.items()}, tmp_path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_no_page_of_the_desk_holds_a_barrier(desk_pages, desk, new_context, width: int, scheme: str):
    site, _ = desk
    page = new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    ).new_page()
    page.route("**/keep/", lambda route: route.abort())
    faults = []
    for name, (path, html) in desk_pages.items():
        show(page, site.url + path, html)
        faults += barriers(page, f"{name} {width} {scheme}")
        if is_too_wide(page):
            faults.append(f"{name} {width}: has to be scrolled sideways")
    assert not faults, "\n".join(faults)
