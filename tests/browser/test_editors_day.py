"""From an empty site to a withdrawn article, as a new editor does it: in a browser, on a phone, by keyboard alone."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.articles.pictures import picture_bytes
from tests.browser.site import ROOT, Site, running_site
from tests.browser.test_login import log_in_by_code

ADDRESS = "karim@redactie.example"
MOST_TABS = 150
APPEARS_WITHIN_SECONDS = 300  # up to two minutes to wait for, and a busy machine


@pytest.fixture(scope="module")
def empty_site(browser_tools, migrated, tmp_path_factory) -> Iterator[Site]:
    """With its first administrator and nothing else: no demo is added to somebody's own site."""
    folder = tmp_path_factory.mktemp("empty")
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    migrated.copy(folder / "db.sqlite3")
    subprocess.run([sys.executable, "manage.py", "create_administrator", "Karim Belhadj", ADDRESS], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL, env=environment | {"DATA_DIR": str(folder)})  # fmt: skip
    with running_site(folder, TIME_ZONE="UTC") as site:
        yield site


class ByMouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def type(self, what: Locator, words: str) -> None:
        what.fill(words)

    def choose(self, what: Locator, option: str) -> None:
        what.select_option(label=option)

    def hand_over(self, what: Locator, files: list[Path]) -> None:
        what.set_input_files(files)


class ByKeyboard(ByMouse):
    """Tab, letters, Enter and Space; the pointer is never used."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        # Listening from the start: asked for only when a key is pressed, the key may arrive before the browser knows
        # that we choose the files, and then its own chooser stays open for good.
        page.on("filechooser", lambda _: None)

    def press(self, what: Locator) -> None:
        self._go_to(what)
        self.page.keyboard.press("Enter")

    def type(self, what: Locator, words: str) -> None:
        self._go_to(what)
        self.page.keyboard.press("Control+A")
        if what.get_attribute("type") == "datetime-local":
            what.fill(words)  # which part the keys go to depends on the browser's language
        else:
            self.page.keyboard.insert_text(words)

    def choose(self, what: Locator, option: str) -> None:
        self._go_to(what)
        self.page.keyboard.type(option)

    def hand_over(self, what: Locator, files: list[Path]) -> None:
        self._go_to(what)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(files)

    def _go_to(self, what: Locator) -> None:
        expect(what).to_be_visible()
        for _ in range(MOST_TABS):
            if what.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {what}")


@pytest.mark.parametrize(
    ("way", "width"), [(ByMouse, 360), (ByKeyboard, 1280)], ids=["on a phone", "by keyboard alone"]
)
def test_a_new_editor_makes_everything_and_it_appears_by_itself(
    empty_site: Site, new_context, tmp_path: Path, way: Callable[[Page], ByMouse], width: int
):
    page = new_context(viewport={"width": width, "height": 900}, locale="nl-NL", reduced_motion="reduce").new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    hand = way(page)
    log_in_by_code(page, empty_site, f"http://localhost:{empty_site.port}", ADDRESS)
    section, author, title = f"Stad {width}", f"Noor Terbeek {width}", f"Drie beelden {width}"

    hand.press(page.get_by_role("link", name="Rubrieken"))
    hand.press(page.get_by_role("link", name="Nieuwe rubriek"))
    hand.type(page.get_by_label("Naam", exact=True), section)
    hand.press(page.get_by_role("button", name="Bewaar"))
    hand.press(page.get_by_role("link", name="Auteurs"))
    hand.press(page.get_by_role("link", name="Nieuwe auteur"))
    hand.type(page.get_by_label("Naam", exact=True), author)
    hand.press(page.get_by_role("button", name="Bewaar"))

    hand.press(page.get_by_role("link", name="Artikelen"))
    if not page.get_by_label("Kop", exact=True).is_visible():
        hand.press(page.locator("summary", has_text="Nieuw artikel"))
    hand.type(page.get_by_label("Kop", exact=True), title)
    hand.choose(page.get_by_label("Rubriek", exact=True), section)
    hand.choose(page.get_by_label("Auteur", exact=True), author)
    hand.press(page.get_by_role("button", name="Begin"))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    editor = page.url

    files = []
    for number, colour in enumerate(("#0b4f40", "#8b2318", "#e3bd4d"), start=1):
        files.append(tmp_path / f"{number}.jpg")
        files[-1].write_bytes(picture_bytes(size=(1200, 800), colour=colour))
    hand.hand_over(page.get_by_label("Voeg beelden toe"), files)
    if page.locator("#picture-3").count() == 0 and page.get_by_role("button", name="Upload").is_visible():
        hand.press(page.get_by_role("button", name="Upload"))
    expect(page.locator("#picture-3")).to_be_visible()
    for number in (1, 2, 3):
        hand.press(page.locator(f"#picture-{number}").get_by_role("link", name="Beschrijf"))
        hand.type(page.get_by_label("Beschrijf het beeld"), f"Een vlak van één kleur, nummer {number}.")
        hand.press(page.get_by_role("button", name="Bewaar"))
        expect(page.locator("[data-pictures]")).to_be_visible()
        page.goto(editor)

    hand.type(page.get_by_label("Lead", exact=True), "Wat je ziet als er drie beelden staan.")
    hand.type(
        page.get_by_label("Tekst", exact=True),
        "Eerste alinea.\n\n![](image:2)\n\n## Een kop\n\nTweede alinea.\n\n![](image:3)",
    )
    moment = datetime.now(UTC) + timedelta(seconds=100)  # the field knows minutes: 40 to 100 seconds from now
    hand.type(page.get_by_label("Publiceer op"), moment.strftime("%Y-%m-%dT%H:%M"))
    hand.press(page.get_by_role("button", name="Plan in"))
    expect(page.locator(".status").first).to_contain_text("Ingepland voor")

    slug = title.lower().replace(" ", "-")
    assert empty_site.get(f"/articles/{slug}/").status == 404
    shown = _once_it_is_there(empty_site, slug)
    assert f'<h1 id="headline" class="p-name">{title}</h1>' in shown
    pictures = re.findall(r'<img[^>]* src="(/media/articles/[^"]+)"[^>]* alt="Een vlak[^"]*"', shown)
    assert len(pictures) == 3
    assert [page.request.get(empty_site.url + path).status for path in pictures] == [200, 200, 200]

    page.goto(editor)
    hand.type(page.get_by_label("Correctie"), "Het derde beeld was eerst het tweede.")
    hand.press(page.get_by_role("button", name="Werk bij"))
    expect(page.get_by_role("status").first).to_have_text("Bijgewerkt. Lezers zien het zo.")
    assert "Het derde beeld was eerst het tweede." in empty_site.get(f"/articles/{slug}/").text
    hand.press(page.get_by_role("button", name="Trek terug"))
    expect(page.locator(".status").first).to_contain_text("Teruggetrokken")
    gone = empty_site.get(f"/articles/{slug}/")
    assert gone.status == 410 and title not in gone.text


def _once_it_is_there(site: Site, slug: str) -> str:
    """The page of a scheduled article, when the worker has published it and made its pictures."""
    for _ in range(APPEARS_WITHIN_SECONDS):
        answer = site.get(f"/articles/{slug}/")
        if answer.status == 200 and answer.text.count("/media/articles/") >= 3:
            return answer.text
        time.sleep(1)
    raise AssertionError("the article did not appear")
