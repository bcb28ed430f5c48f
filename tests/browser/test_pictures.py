"""Pictures at the desk with script: several at once, dropped, pasted; what did not arrive is not lost."""

import base64

import pytest
from playwright.sync_api import Page, expect

from tests.articles.pictures import picture_bytes
from tests.browser.desk import log_in, session_of
from tests.browser.judges import barriers, html_faults, is_too_wide
from tests.browser.site import Site

# Files as the browser hands them over
HAND_OVER = """([kind, where, name, content]) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type: 'image/jpeg' }));
    const target = document.querySelector(where);
    target.dispatchEvent(kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true })
        : new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
}"""

ADDRESSES = ("", "1/", "1/delete/")


@pytest.fixture
def desk(site: Site, page: Page) -> Page:
    """The pictures of an article, opened by an editor; complaints about the Content-Security-Policy fail the test."""
    expect.set_options(timeout=30_000)  # an upload starts a process of its own, a list waits for the worker
    log_in(page.context, site, session_of(site.data_dir, "mieke", "editor"))
    page.goto(f"{site.url}/desk/articles/2/pictures/")
    expect(page.locator("[data-pictures]")).to_be_visible()
    return page


def handed(kind: str, where: str, name: str, content: bytes) -> list[str]:
    return [kind, where, name, base64.b64encode(content).decode()]


def test_pictures_are_chosen_dropped_pasted_and_put_in_the_text(desk: Page):
    complaints: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    first = desk.locator("[id^=picture-]").count()
    file = {"name": "brug.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes(size=(600, 400))}
    desk.set_input_files("#id_pictures", [file, file | {"name": "nee.jpg", "buffer": b"no picture"}])
    desk.click("[data-upload] button")
    expect(desk.locator(f"#picture-{first + 1}")).to_be_visible()
    expect(desk.locator("[data-complaints]")).to_contain_text("nee.jpg: Dit is geen beeld dat we kunnen lezen.")

    desk.evaluate(HAND_OVER, handed("drop", "#pictures", "sloot.jpg", picture_bytes(size=(60, 40))))
    expect(desk.locator(f"#picture-{first + 2}")).to_be_visible()
    expect(desk.locator("[data-pending]")).to_have_count(0, timeout=60_000)  # the worker made them; the list asked
    expect(desk.locator(f"#picture-{first + 1} img")).to_be_visible()
    assert complaints == []


def test_a_picture_pasted_in_the_text_stands_at_the_caret(site: Site, desk: Page):
    desk.route("**/desk/articles/2/pictures/", lambda route: route.fulfill(
        response=(answer := route.fetch()),
        body=answer.text().replace('<section id="pictures"', '<textarea id="id_body">Begin.\n\nEind.</textarea>'
                                   '<section id="pictures"') if "text/html" in answer.headers["content-type"] else None,
    ))  # fmt: skip
    desk.reload()
    before = desk.locator("[id^=picture-]").count()
    desk.evaluate("document.querySelector('#id_body').setSelectionRange(6, 6)")
    desk.evaluate(HAND_OVER, handed("paste", "#id_body", "image.png", picture_bytes(size=(60, 40))))
    expect(desk.locator(f"#picture-{before + 1}")).to_be_visible()
    assert desk.input_value("#id_body") == f"Begin.\n\n![](image:{before + 1})\n\nEind."
    desk.click("#picture-1 [data-insert]")
    assert "![](image:1)" in desk.input_value("#id_body")


def test_what_did_not_arrive_is_kept_and_sent_again(desk: Page):
    before = desk.locator("[id^=picture-]").count()
    desk.route("**/desk/articles/2/pictures/", lambda route: route.abort())
    desk.evaluate(HAND_OVER, handed("drop", "#pictures", "haven.jpg", picture_bytes(size=(60, 40))))
    expect(desk.locator("[data-complaints]")).to_contain_text("haven.jpg: Het kwam niet aan")
    desk.unroute("**/desk/articles/2/pictures/")
    desk.click("[data-complaints] .btn")
    expect(desk.locator(f"#picture-{before + 1}")).to_be_visible()
    expect(desk.locator("[data-complaints] .errors")).to_have_count(0)


def test_the_focal_point_is_chosen_with_the_mouse_and_with_the_keys(desk: Page):
    desk.click("#picture-1 a >> nth=0")
    box = desk.locator(".focus-box img")
    expect(box).to_be_visible()
    size = box.bounding_box()
    assert size
    box.click(position={"x": size["width"] / 4, "y": size["height"] / 2})
    assert desk.input_value("#id_focal_x") == "25"
    desk.press(".focus-ring", "ArrowRight")
    desk.press(".focus-ring", "Shift+ArrowDown")
    assert (desk.input_value("#id_focal_x"), desk.input_value("#id_focal_y")) == ("30", "51")
    desk.click("main form [type=submit]")
    desk.click("#picture-1 a >> nth=0")
    assert desk.input_value("#id_focal_x") == "30"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_pages_for_pictures_are_sound(site: Site, desk: Page, address: str, scheme: str):
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.emulate_media(color_scheme=scheme)
    desk.goto(f"{site.url}/desk/articles/2/pictures/{address}")
    assert not is_too_wide(desk)
    assert not barriers(desk, address)


def test_the_pages_for_pictures_are_valid_html(site: Site, desk: Page, tmp_path):
    pages = (f"{site.url}/desk/articles/2/pictures/{address}" for address in ADDRESSES)
    assert not html_faults({page: desk.context.request.get(page).text() for page in pages}, tmp_path)
