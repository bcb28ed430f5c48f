"""The moderators' desk in a browser: by keyboard on a small screen, without script, and every page of it judged."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import log_in, session_of
from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site, running_site, with_demo
from tests.browser.test_every_page import HALLERWAARD, show

Enter = Callable[..., Page]
SITE_IS_SLOW = 15_000  # milliseconds; two cores may be shared by many


@pytest.fixture(scope="module")
def desk(browser_tools, shared_folder, tmp_path_factory) -> Iterator[tuple[Site, dict[str, str]]]:
    folder = with_demo(shared_folder, tmp_path_factory.mktemp("moderation"))
    with running_site(folder, MODERATION="before", REPORTS_HIDE="0") as site:
        yield site, {name: session_of(folder, name, "moderator") for name in ("ruth", "wim")}


def post(site: Site, name: str, body: str, **fields: str) -> str:
    """The page on which it waits."""
    return site.post(HALLERWAARD + "reactions/", name=name, body=body, **fields).headers["Location"]


@pytest.fixture
def enter(desk, new_context) -> Enter:
    site, sessions = desk

    def enter(name: str = "ruth", path: str = "/moderation/", **options: Any) -> Page:
        context = new_context(locale="nl-NL", reduced_motion="reduce", **options)
        page = log_in(context, site, sessions[name]).new_page()
        page.set_default_timeout(SITE_IS_SLOW)
        page.goto(site.url + path)
        return page

    return enter


def item_of(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    expect(page.locator("#item")).to_contain_text(name)


def test_by_keyboard_on_a_small_screen_reactions_are_judged(desk, enter):
    site, _ = desk
    waiting = {name: post(site, name, f"Dit zegt {name}.") for name in ("Aaf", "Bep", "Cor")}
    page = enter(viewport={"width": 360, "height": 740})
    item_of(page, "Aaf")
    expect(page.locator("#item")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_role("status").first).to_have_text("Geplaatst.")
    expect(page.locator("#item")).to_contain_text("Bep")
    expect(page.locator("#item")).to_be_focused()
    page.keyboard.press("z")
    expect(page.get_by_role("status").first).to_have_text("Ongedaan gemaakt.")
    expect(page.locator("#item")).to_contain_text("Aaf")
    page.keyboard.press("j")
    expect(page.locator("#item")).to_contain_text("Bep")
    page.keyboard.press("k")
    expect(page.locator("#item")).to_contain_text("Aaf")
    page.keyboard.press("p")
    expect(page.locator("#item")).to_contain_text("Bep")

    page.keyboard.press("a")
    expect(page.locator("#ground input").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Spaar je woorden.")  # letters that are keys elsewhere
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_have_text("Afgewezen.")
    assert "Spaar je woorden." in site.get(waiting["Bep"]).text
    page.goto(site.url + "/moderation/")
    item_of(page, "Cor")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    page.keyboard.press("s")
    expect(page.get_by_role("status").first).to_have_text("Naar spam.")

    page.goto(site.url + "/moderation/")
    page.get_by_role("button", name="Zet sneltoetsen uit").click()
    expect(page.get_by_text("Sneltoetsen staan uit.")).to_be_visible()
    post(site, "Dik", "Nog een.")
    page.goto(site.url + "/moderation/")
    item_of(page, "Dik")
    page.keyboard.press("s")
    page.reload()
    expect(page.locator("#item")).to_contain_text("Dik")
    page.goto(site.url + "/moderation/")
    page.get_by_role("button", name="Zet sneltoetsen aan").click()
    expect(page.get_by_text("Sneltoetsen staan aan.")).to_be_visible()


def test_without_script_everything_can_be_decided(desk, enter):
    site, _ = desk
    post(site, "Eef", "Zonder script.")
    post(site, "Fem", "Koop nu.")
    page = enter("wim", java_script_enabled=False)
    item_of(page, "Eef")
    page.get_by_role("button", name="Wijs af met deze reden").click()
    expect(page.locator(".errors")).to_contain_text("Kies een reden")
    page.get_by_label("Gaat niet over het artikel").check()
    page.get_by_role("button", name="Wijs af met deze reden").click()
    expect(page.get_by_role("status").first).to_have_text("Afgewezen.")
    page.get_by_role("button", name="Maak ongedaan").click()
    expect(page.get_by_role("status").first).to_have_text("Ongedaan gemaakt.")
    page.goto(site.url + "/moderation/")
    page.get_by_label(re.compile("Vink Fem aan")).check()
    page.get_by_role("button", name="Wat is aangevinkt, is spam").click()
    expect(page.get_by_role("status").first).to_have_text("1 reactie naar spam.")


@pytest.fixture(scope="module")
def moderation_pages(desk, browser) -> dict[str, tuple[str, str]]:
    """Name -> (address, HTML) of every kind of page, also of what only a post leads to."""
    site, sessions = desk
    found: dict[str, tuple[str, str]] = {}
    page = log_in(browser.new_context(java_script_enabled=False, locale="nl-NL"), site, sessions["ruth"]).new_page()
    page.set_default_timeout(SITE_IS_SLOW)
    answers: list[Any] = []
    page.on("response", lambda answer: answer.request.is_navigation_request() and answers.append(answer))

    def keep(title: str, status: int = 200) -> None:
        assert answers[-1].status == status, (title, answers[-1].status)
        found[title] = (page.url.removeprefix(site.url), answers[-1].text())

    opening = re.findall(r'id="reaction-(\d+)"', site.get(HALLERWAARD).text)[0]
    held = [post(site, "Gijs", "Kijk op https://gijs.example/hier en bel 06-12345678.", parent=opening,
                 website="gijs.example") for _ in "x"]  # fmt: skip
    held += [post(site, f"Hannah {n}", f"Hier is reactie {n}.") for n in range(3)]
    for title, path in {"queue": "", "log, empty filter": "decisions/?ground=hate", "search": "search/"}.items():
        page.goto(site.url + "/moderation/" + path)
        keep(title)
    page.goto(site.url + "/moderation/")
    item_of(page, "Gijs")
    keep("one reaction")
    page.get_by_role("button", name="Wijs af met deze reden").click()
    keep("one reaction with errors", 422)
    page.get_by_label("Gegevens van een ander").check()
    page.get_by_label("Toelichting").fill("Het telefoonnummer.")
    page.get_by_role("button", name="Wijs af met deze reden").click()
    keep("the next one, with what can be taken back")
    writer = browser.new_context(java_script_enabled=False, locale="nl-NL").new_page()
    writer.goto(held[0] if held[0].startswith("http") else site.url + held[0])
    found["waiting page with a statement"] = (
        held[0].removeprefix(site.url),
        site.get(held[0].removeprefix(site.url)).text,
    )
    writer.get_by_role("link", name="Vraag een nieuw oordeel").click()
    path = writer.url.removeprefix(site.url).partition("#")[0]
    found["objection form"] = (path, site.get(path).text)
    found["objection with errors"] = (path, site.post(path, body=" ").text)
    assert site.post(path, body="Het was mijn eigen nummer.").status == 303
    found["statement that was objected to"] = (path, site.get(path.replace("/appeal/", "/statement/")).text)
    page.goto(site.url + "/moderation/appeals/")
    keep("objections")
    page.get_by_role("link", name="Bezwaar van Gijs").last.click()
    keep("an objection to one's own decision")
    other = log_in(browser.new_context(java_script_enabled=False, locale="nl-NL"), site, sessions["wim"]).new_page()
    other.goto(page.url)
    found["an objection to judge"] = (page.url.removeprefix(site.url), other.content())
    shown = re.findall(r'id="reaction-(\d+)"', site.get(HALLERWAARD).text)[-1]  # nothing hangs below the last one
    assert site.post(f"/reactions/{shown}/report/", reason="attack", explanation="Kijk zelf.").status in (200, 303)
    page.goto(site.url + "/moderation/reported/")
    keep("reported")
    page.get_by_label("Persoonlijke aanval").check()
    page.get_by_role("button", name="Verwijder met deze reden").click()
    keep("nothing reported")
    page.goto(site.url + "/moderation/decisions/")
    keep("log")
    page.goto(site.url + "/moderation/search/?q=Hannah")
    keep("search with what was found")
    gone = site.get(f"/reactions/{shown}/")
    assert gone.status == 410
    found["what others read of a removed reaction"] = (f"/reactions/{shown}/", gone.text)
    for name, where in {"counts of a year": "/moderation-report/", "house rules": "/house-rules/"}.items():
        found[name] = (where, site.get(where).text)
    return found


def test_every_page_of_moderation_is_valid_html(moderation_pages, tmp_path: Path):
    faults = html_faults({name: html for name, (_path, html) in moderation_pages.items()}, tmp_path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_no_page_of_moderation_holds_a_barrier(moderation_pages, desk, new_context, width: int, scheme: str):
    site, _ = desk
    page = new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    ).new_page()
    faults = []
    for name, (path, html) in moderation_pages.items():
        show(page, site.url + path, html)
        faults += barriers(page, f"{name} {width} {scheme}")
        if is_too_wide(page):
            faults.append(f"{name} {width}: has to be scrolled sideways")
    assert not faults, "\n".join(faults)
