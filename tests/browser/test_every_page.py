"""Every page of the site: valid HTML (vnu), no barrier that axe can find, nothing to scroll sideways to."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site

HALLERWAARD = "/articles/het-stille-uur-van-hallerwaard/"


@pytest.fixture(scope="session")
def pages(site: Site) -> dict[str, tuple[str, str]]:
    """Name -> (address, HTML) of every kind of page, also of those that only a post or a mail leads to."""
    found: dict[str, tuple[str, str]] = {}

    def keep(title: str, path: str, expected: int = 200, **fields: str) -> str:
        answer = site.post(path, **fields) if fields else site.get(path)
        assert answer.status == expected, (title, path, answer.status)
        found[title] = (path, answer.text)
        return answer.text

    home = keep("home", "/")
    keep("list", "/articles/")
    keep("section", re.findall(r'href="(/sections/[^"]+)"', home)[0])
    article = keep("article with every state", HALLERWAARD)
    keep("article, newest first", HALLERWAARD + "?order=newest")
    keep("author", re.findall(r'href="(/authors/[^"]+)"', article)[0])
    sizes = {}
    for slug in set(re.findall(r'href="(/articles/[a-z0-9-]+/)"', home + site.get("/articles/").text)):
        sizes[slug] = len(re.findall('id="reaction-', site.get(slug).text))
    empty, longest = min(sizes, key=lambda slug: sizes[slug]), max(sizes, key=lambda slug: sizes[slug])
    assert sizes[empty] == 0
    keep("article without reactions", empty)
    keep("long thread", longest)
    long = found["long thread"][1]
    keep("long thread, next page", re.findall(r'href="(/articles/[a-z0-9-]+/\?after=\d+)', long)[0])
    keep("conversation", re.findall(r'href="(/articles/[a-z0-9-]+/conversations/\d+/)', long)[0])
    for name in ("house-rules", "privacy", "accessibility", "about", "contact"):
        keep(name, f"/{name}/")
    keep("house page in the other language", "/en/about/")
    keep("front page in the other language", "/en/")
    keep("article in two languages", "/articles/four-minutes-late-in-wickering-sound/")
    keep("article by two authors", "/articles/de-bibliotheek-leent-nu-ook-ladders/")
    months = re.findall(r'href="(/archive/[0-9]{4}/[0-9]{2}/)"', keep("archive", "/archive/"))
    keep("month", months[0])
    keep("recent reactions", "/reactions/")
    keep("search", "/search/")
    keep("search, both kinds", "/search/?q=de")
    keep("search, one kind, narrowed", "/search/?q=de&kind=reactions&period=year&page=2")
    keep("search, nothing found", "/search/?q=qqxz&period=week")
    keep("not found", "/nowhere/", expected=404)
    keep("form alone", HALLERWAARD + "react/")
    parent = re.findall(r'id="reaction-(\d+)"', article)[0]
    keep("form that answers", f"{HALLERWAARD}react/?parent={parent}")
    reactions = HALLERWAARD + "reactions/"
    keep("form with errors", reactions, expected=422, name="", website="nee nee", email="nee", body="", parent="")
    keep("preview", reactions, name="Karim", website="karim.example", body="Zo?", parent=parent, preview="1")
    held = site.post(reactions, name="Karim", website="karim.example", body="Wacht.", parent=parent,
                     **{_honeypot(article): "gevuld"})  # fmt: skip
    assert held.status == 303 and "waiting" in held.headers["Location"]
    keep("waiting", held.headers["Location"])
    report = f"/reactions/{parent}/report/"
    keep("report", report)
    keep("report with errors", report, expected=422, reason="unlawful", explanation="", name="", email="nee")
    filed = site.post(report, reason="other", explanation="Kijk hier eens naar.", email="melder@lezers.example")
    assert filed.status == 303
    keep("report received", filed.headers["Location"])
    keep("report, a second time", report, expected=409, reason="other", explanation="Nog eens.")
    hasty = "192.0.2.7"
    for number in re.findall(r'href="/reactions/(\d+)/report/', long)[:6]:
        many = site.post_from(hasty, f"/reactions/{number}/report/", reason="spam", explanation="Reclame.")
    assert many.status == 429
    found["report, too many"] = (report, many.text)
    site.post(reactions, name="Karim", body="Met bericht.", email="karim@lezers.example")
    site.wait_for_mail("karim@lezers.example")
    confirm = _link(site, "karim@lezers.example", "confirm")
    keep("confirm", confirm)
    keep("confirmed", confirm, scope="article")
    keep("confirm again", confirm)
    site.post(reactions, name="Lotte", body="Voor Karim.")
    site.wait_for_mail("karim@lezers.example", 2)
    stop = _link(site, "karim@lezers.example", "unsubscribe")
    keep("manage", stop.removesuffix("unsubscribe/"))
    keep("unsubscribe", stop)
    _keep_own_pages(keep, site)
    keep("unsubscribed", stop, everything="")
    keep("unknown token", "/subscriptions/onbekend-onbekend-onbekend/unsubscribe/")
    keep(
        "expired confirmation",
        "/subscriptions/confirm/onbekend/",
        expected=site.get("/subscriptions/confirm/onbekend/").status,
    )
    section = found["section"][0]
    keep("follow an article", HALLERWAARD + "follow/")
    keep("follow an author", found["author"][0] + "follow/")
    keep("follow a section", section + "follow/")
    keep("follow with an error", section + "follow/", expected=422, email="nee nee")
    keep("follow, once more", section + "follow/", expected=422, email="a@b.example", subject="gevuld")
    assert site.post(section + "follow/", email="noor@lezers.example").status == 303
    keep("follow, asked", section + "follow/sent/")
    site.wait_for_mail("noor@lezers.example")
    of_section = _link(site, "noor@lezers.example", "confirm")
    keep("confirm a section", of_section)
    followed = keep("confirmed a section", of_section, frequency="daily")
    keep("manage a section", re.findall(r'href="(/subscriptions/[^"]+/)"', followed)[0])
    return found


def _keep_own_pages(keep: Callable[..., str], site: Site) -> None:
    """The reader's own: Karim, who has confirmed his address."""
    keep("ask for my page", "/mine/")
    keep("ask with an error", "/mine/", expected=422, email="nee")
    keep("asked for my page", "/mine/asked/")
    keep("link that works no more", "/mine/onbekend/", expected=410)
    keep("just posted, nothing", "/mine/recent/")
    site.post("/mine/", email="karim@lezers.example")
    site.wait_for_mail("karim@lezers.example", 3)
    own = _link(site, "karim@lezers.example", "/mine/")
    edit = re.findall(r'href="(/mine/[^"]+/edit/)"', keep("my page", own))[0]
    keep("change", edit)
    keep("change with errors", edit, expected=422, body="", website="nee nee")
    keep("change, preview", edit, body="Zo dan?", website="karim.example", preview="1")
    keep("change, refused", edit, expected=409, body="Zo dan?", website="", seen="iets anders")
    keep("withdraw", edit.replace("/edit/", "/withdraw/"))
    keep("erase", f"{own}erase/")
    keep("erase, unsure", f"{own}erase/", expected=422, words="erase")
    assert site.post(own, what="claim", name="Karim").status == 303
    keep("my page with a name", f"{own}?done=claimed")


def _honeypot(html: str) -> str:
    label = re.search(r'<label for="([^"]+)"[^>]*>\s*(?:Laat dit veld leeg|Leave this field empty)', html)
    assert label
    field = re.search(rf'<input[^>]*id="{label[1]}"[^>]*>', html)
    assert field
    name = re.search(r'name="([^"]+)"', field[0])
    assert name
    return name[1]


def _link(site: Site, receiver: str, word: str) -> str:
    from tests.mailserver import links_in

    links = [link for link in links_in(site.mails.to(receiver)[-1]) if word in link]
    return links[0].removeprefix(site.url)


def show(page: Page, address: str, html: str) -> None:
    """As if the browser had asked for it itself: also what only a post leads to, with our styles and without a second post."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(address, answer)
    page.goto(address)
    page.unroute(address)


def test_every_page_is_valid_html(pages, tmp_path: Path):
    faults = html_faults({name: html for name, (_path, html) in pages.items()}, tmp_path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_no_page_holds_a_barrier(pages, site: Site, new_context, width: int, scheme: str):
    context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    for name, (path, html) in pages.items():
        show(page, site.url + path, html)
        # What is far from the screen is not laid out yet; its sizes are judged as they will be.
        page.evaluate("document.querySelectorAll('.long > li').forEach(li => li.style.contentVisibility = 'visible')")
        faults += barriers(page, f"{name} {width} {scheme}")
    assert not faults, "\n".join(faults)


def test_axe_reports_a_weak_page(new_context):
    page = new_context().new_page()
    page.set_content("<html><body><img src='x.png'><p style='color:#ccc'>bleek</p></body></html>")
    assert barriers(page, "weak")


WIDTHS = (320, 360, 768, 1280)
ONCE_AS_WIDE = """width => new Promise(done => {
    const look = () => innerWidth === width ? done() : requestAnimationFrame(look);
    look();
})"""


@pytest.fixture(scope="session")
def too_wide(pages, site: Site, browser: Browser) -> set[tuple[int, str]]:
    """(width, name) of what has to be scrolled sideways: each page shown once, in a window that is made wider."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    found = set()
    for name, (path, html) in pages.items():
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        show(page, site.url + path, html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(ONCE_AS_WIDE, width)
            if is_too_wide(page):
                found.add((width, name))
    page.context.close()
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_has_to_be_scrolled_sideways(too_wide, width: int):
    assert not [name for at, name in too_wide if at == width]
