"""Logging in as an editor does: with a code, a passkey (Chromium's virtual authenticator), an app and a recovery code.

A passkey belongs to a name, so the site is asked for as localhost here: an address of numbers is none.
"""

import base64
import hashlib
import hmac
import re
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site
from tests.mailserver import text_of

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def here(site: Site) -> str:
    return f"http://localhost:{site.port}"


@pytest.fixture
def context(new_context) -> BrowserContext:
    return new_context(locale="nl-NL", reduced_motion="reduce")


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def code_of_mail(site: Site, address: str, after: int) -> str:
    site.wait_for_mail(address, after + 1)
    found = re.search(r"\d{4}-\d{4}", text_of(site.mails.to(address)[-1]))
    assert found
    return found[0]


def log_in_by_code(page: Page, site: Site, here: str, address: str) -> None:
    before = len(site.mails.to(address))
    page.goto(here + "/accounts/login/")
    page.get_by_label("Je e-mailadres").fill(address)
    page.get_by_role("button", name="Mail me een code").click()
    expect(page.locator("h1")).to_have_text("Kijk in je mail")
    page.get_by_label("De code uit de mail").fill(code_of_mail(site, address, before))
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log uit").click()


def invite(page: Page, site: Site, here: str, name: str, address: str, *roles: str) -> None:
    page.goto(here + "/accounts/login/")
    page.get_by_label("Naam of e-mailadres").fill("redactie")
    page.get_by_label("Wachtwoord").fill(site.password("redactie"))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Mensen").click()
    page.get_by_role("link", name="Nodig iemand uit").click()
    page.get_by_label("Naam", exact=True).fill(name)
    page.get_by_label("E-mailadres").fill(address)
    for role in roles:
        page.get_by_label(f"{role}:").check()
    page.get_by_role("button", name="Nodig uit").click()
    expect(page.locator("main")).to_contain_text(f"{name} is per mail uitgenodigd.")
    log_out(page)


def code_of_app(secret: str, *, steps: int = 0) -> str:
    """Source: RFC 6238. `steps`: of so many half minutes later."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_who_is_invited_logs_in_with_a_code_and_sees_the_desk(site: Site, here: str, new_context, script: bool):
    page = new_context(java_script_enabled=script, locale="nl-NL").new_page()
    address = f"lotte{int(script)}@redactie.example"
    invite(page, site, here, "Lotte de Wit", address, "Auteur")
    log_in_by_code(page, site, here, address)
    expect(page.locator("h1")).to_have_text("Artikelen")
    expect(page.locator(".staffbar")).to_contain_text("Lotte de Wit")
    expect(page.locator(".staffbar")).not_to_contain_text("Mensen")
    log_out(page)
    page.goto(here + "/desk/")
    expect(page.locator("h1")).to_have_text("Log in")


def test_a_passkey_is_added_and_lets_in_alone_and_after_a_code(page: Page, context, site: Site, here: str):
    address = "sanne@redactie.example"
    invite(page, site, here, "Mieke Aldershof", address, "Redacteur")
    log_in_by_code(page, site, here, address)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(here + "/accounts/")
    page.get_by_role("link", name="Voeg een passkey toe").click()
    page.get_by_label("Naam").fill("telefoon")
    page.get_by_role("button", name="Voeg de passkey toe").click()
    expect(page.locator("h1")).to_have_text("Herstelcodes")
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="Terug naar mijn account").click()
    expect(page.locator("main")).to_contain_text("telefoon")

    log_out(page)
    page.goto(here + "/accounts/login/?next=/accounts/")
    page.get_by_role("button", name="Log in met een passkey").click()
    expect(page.locator("h1")).to_have_text("Mijn account")

    log_out(page)
    log_in_by_code(page, site, here, address)
    expect(page.locator("h1")).to_have_text("Nog één stap")
    page.get_by_role("button", name="Gebruik mijn passkey").click()
    expect(page.locator("h1")).to_have_text("Artikelen")

    # Renamed and removed only after the passkey was shown once more.
    page.goto(here + "/accounts/")
    page.get_by_role("link", name="Hernoem telefoon").click()
    expect(page.locator("h1")).to_have_text("Ben jij het?")
    page.get_by_role("link", name="met je passkey").click()
    page.get_by_role("button", name="Gebruik mijn passkey").click()
    page.get_by_label("Naam").fill("oude telefoon")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.locator("h1")).to_have_text("Mijn account")
    page.get_by_role("link", name="Verwijder oude telefoon").click()
    page.get_by_role("button", name="Verwijder de passkey").click()
    expect(page.locator("h1")).to_have_text("Mijn account")
    expect(page.locator("main")).not_to_contain_text("oude telefoon")
    log_out(page)
    page.goto(here + "/accounts/login/")
    page.get_by_role("button", name="Log in met een passkey").click()  # the device still has it; we do not know it
    expect(page.locator("h1")).to_have_text("Log in")
    expect(page.locator("main")).to_contain_text("Dat lukte niet.")


def test_where_no_passkey_can_be_it_says_why(page: Page, site: Site, here: str):
    page.goto(site.url + "/accounts/login/")
    page.get_by_role("button", name="Log in met een passkey").click()
    expect(page.locator("#passkey-trouble")).to_contain_text("Passkeys werken niet op een adres van cijfers.")


def test_an_app_is_added_and_its_code_or_a_recovery_code_is_asked_for(page: Page, site: Site, here: str):
    address = "bas@redactie.example"
    invite(page, site, here, "Bas Oldekamp", address, "Moderator")
    log_in_by_code(page, site, here, address)
    page.goto(here + "/accounts/")
    page.get_by_role("link", name="Voeg een app met codes toe").click()
    picture = page.locator("svg.qr").bounding_box()
    assert picture and picture["width"] > 150
    secret = page.locator(".secret").inner_text()
    page.get_by_label("De code die je app nu laat zien").fill(code_of_app(secret))
    page.get_by_role("button", name="Voeg de app toe").click()
    expect(page.locator("h1")).to_have_text("Herstelcodes")
    recovery = page.locator(".codes li").first.inner_text()

    log_out(page)
    log_in_by_code(page, site, here, address)
    expect(page.locator("h1")).to_have_text("Nog één stap")
    page.get_by_label("Code van je app").fill("000000")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("main")).to_contain_text("Dat lukte niet.")
    page.get_by_label("Code van je app").fill(code_of_app(secret, steps=1))
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("navigation", name="Moderatie")).to_be_visible()  # where a moderator begins

    page.goto(here + "/accounts/")
    log_out(page)
    log_in_by_code(page, site, here, address)
    page.get_by_label("Code van je app").fill(recovery)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.goto(here + "/accounts/")
    expect(page.locator("main")).to_contain_text("Je hebt nog 9 codes")


def test_the_pages_of_the_staff_are_valid_and_hold_no_barrier(page: Page, site: Site, here: str, tmp_path: Path):
    address = "ward@redactie.example"
    faults: list[str] = []
    seen: dict[str, str] = {}

    def look(name: str) -> None:
        for width, scheme in ((1280, "light"), (360, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            faults.extend(barriers(page, f"{name} {width}"))
            if is_too_wide(page):
                faults.append(f"{name} {width}: wide")
        seen[name] = page.request.get(page.url).text()

    page.goto(here + "/accounts/login/")
    look("login")
    page.get_by_label("Naam of e-mailadres").fill("iemand")
    page.get_by_label("Wachtwoord").fill("iets")
    page.get_by_role("button", name="Log in", exact=True).click()
    look("login-wrong")
    page.goto(here + "/accounts/login/code/")
    look("ask-for-code")
    page.get_by_label("Je e-mailadres").fill("niemand@redactie.example")
    page.get_by_role("button", name="Mail me een code").click()
    look("code")
    page.get_by_label("De code uit de mail").fill("1")
    page.get_by_role("button", name="Log in").click()
    look("code-wrong")
    page.get_by_role("button", name="Begin opnieuw").click()
    invite(page, site, here, "Ward Everaers", address, "Beheerder")
    log_in_by_code(page, site, here, address)
    for name, path in {
        "account": "/accounts/",
        "passkey": "/accounts/2fa/webauthn/add/",
        "app": "/accounts/2fa/totp/activate/",
        "log-out": "/accounts/logout/",
        "people": "/desk/people/",
        "invite": "/desk/people/new/",
        "incoming-mail": "/desk/inbound/",
        "deliveries": "/desk/deliveries/",
        "stopped-addresses": "/desk/suppressions/",
    }.items():
        page.goto(here + path)
        look(name)
    page.goto(here + "/desk/people/")
    page.locator("main").get_by_role("link", name="Ward Everaers").click()
    look("person")
    page.goto(here + "/accounts/2fa/totp/activate/")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("De code die je app nu laat zien").fill(code_of_app(secret))
    page.get_by_role("button", name="Voeg de app toe").click()
    look("recovery-codes")
    page.goto(here + "/accounts/2fa/recovery-codes/generate/")
    look("is-it-you")
    assert len(seen) == 17
    faults += html_faults(seen, tmp_path)
    assert not faults, "\n".join(faults)
