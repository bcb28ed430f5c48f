"""Reporting a reaction in a browser, with and without script, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site
from tests.mailserver import text_of

LADDERS = "/articles/de-bibliotheek-leent-nu-ook-ladders/"


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_reports_with_the_keyboard(site: Site, new_context, script: bool):
    page = new_context(java_script_enabled=script, base_url=site.url).new_page()
    page.goto(LADDERS)
    link = page.get_by_role("link", name=re.compile("^Meld de reactie van")).nth(int(script))
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Wat is er aan de hand?")).to_be_visible()
    page.get_by_role("button", name="Verstuur melding").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Je melding is nog niet verstuurd")).to_be_visible()
    page.get_by_role("link", name="Kies wat er aan de hand is.").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reclame of spam").focus()
    page.keyboard.press("Space")
    page.get_by_label("Leg uit waarom").focus()
    page.keyboard.type("Hier wordt iets verkocht.")
    reader = f"melder{int(script)}@lezers.example"
    page.get_by_label("Je e-mailadres").focus()
    page.keyboard.type(reader)
    page.keyboard.press("Enter")
    thanks = page.get_by_role("heading", name=re.compile(r"Dank je\. We kijken ernaar\. Je melding heeft nummer \d+\."))
    expect(thanks).to_be_visible()
    number = re.findall(r"nummer (\d+)", thanks.inner_text())[0]
    site.wait_for_mail(reader)
    assert site.mails.to(reader)[0]["Subject"] == f"Je melding {number}"
    assert "Reclame of spam" in text_of(site.mails.to(reader)[0])
