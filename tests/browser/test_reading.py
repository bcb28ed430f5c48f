"""Reading with a browser: copying the address, printing, large letters; and arranging the house by keyboard."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import log_in as enter
from tests.browser.desk import session_of
from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site
from tests.browser.test_every_page import HALLERWAARD

READERS = (HALLERWAARD, "/articles/de-bibliotheek-leent-nu-ook-ladders/", "/", "/archive/", "/privacy/", "/reactions/")
DESK = ("sections/", "sections/new/", "sections/1/", "sections/1/delete/", "authors/", "authors/new/", "authors/1/")
DESK += ("authors/1/delete/", "pages/", "pages/about/nl/", "pages/about/nl/restore/")


def log_in(context: BrowserContext, site: Site) -> Page:
    return enter(context, site, session_of(site.data_dir, "mieke", "editor")).new_page()


def test_the_address_of_an_article_is_copied(new_context, site: Site):
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(site.url + HALLERWAARD)
    page.get_by_text("Deel dit artikel").click()
    page.get_by_role("button", name="Kopieer het adres").click()
    expect(page.locator("[data-share] [role=status]")).to_have_text("Gekopieerd")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#address").input_value()
    assert page.locator("#address").input_value().endswith(HALLERWAARD)


def test_on_paper_stand_the_article_and_every_reaction_and_nothing_to_press(new_context, site: Site):
    page = new_context(color_scheme="dark").new_page()
    page.goto(site.url + HALLERWAARD)
    page.evaluate("document.querySelectorAll('details.branch').forEach(branch => branch.open = false)")
    folded = page.locator(".replies .reaction").first
    expect(folded).not_to_be_visible()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    assert page.locator(".replies .reaction").evaluate_all("all => all.every(one => one.checkVisibility())")
    for what in ("#react", ".masthead nav", ".tools", ".foot", ".share", ".related", ".beside", ".acts", ".order"):
        assert not page.locator(what).evaluate_all("all => all.some(one => one.checkVisibility())"), what
    colours = "element => [getComputedStyle(element).color, getComputedStyle(document.documentElement).backgroundColor]"
    assert page.locator(".prose").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_letters_of_twice_the_size_fit(new_context, site: Site):
    page = new_context(viewport={"width": 640, "height": 900}).new_page()
    for path in READERS:
        page.goto(site.url + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not is_too_wide(page), path


def test_the_desk_is_valid_html_without_barriers_and_fits_a_telephone(new_context, site: Site, tmp_path: Path):
    faults: list[str] = []
    seen: dict[str, str] = {}
    for width, scheme in ((1280, "light"), (360, "dark")):
        context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
        page = log_in(context, site)
        for path in DESK:
            answer = page.goto(f"{site.url}/desk/{path}")
            assert answer and answer.status == 200, path
            seen[path] = answer.text()
            if is_too_wide(page):
                faults.append(f"{path} {width}: too wide")
            faults += barriers(page, f"{path} {width} {scheme}")
    faults += html_faults(seen, tmp_path)
    assert not faults, "\n".join(faults)


def test_by_keyboard_alone_an_editor_writes_a_page_of_the_house_and_puts_it_back(new_context, site: Site):
    page = log_in(new_context(java_script_enabled=False), site)
    page.goto(f"{site.url}/desk/pages/contact/en/")
    page.locator("[name=title]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Write to us")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("‘Write to us’ is bewaard.")
    assert "<h1>Write to us</h1>" in site.get("/en/contact/").text
    page.goto(f"{site.url}/desk/pages/contact/en/restore/")
    page.get_by_role("button", name="Zet terug").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("‘Contact’ is weer zoals meegeleverd.")
    assert "<h1>Contact</h1>" in site.get("/en/contact/").text
