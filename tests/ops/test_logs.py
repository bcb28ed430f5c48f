"""A line of the log: which request, which route, and nothing of a reader."""

import json
import logging

import pytest
from django.test import Client

from forum.logs import JsonLine, Line, request_id
from tests.factories import make_article

pytestmark = pytest.mark.django_db
CANARY = "kanarie@lezers.example"


@pytest.fixture
def lines():
    """What the log would say in JSON, while a test runs."""
    written = []
    handler = logging.Handler()
    handler.emit = lambda record: written.append(json.loads(JsonLine().format(record)))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_a_request_has_a_line_with_its_route_status_and_number(client, settings, lines, caplog):
    caplog.set_level(logging.INFO)
    settings.LOG_REQUESTS = True
    slug = make_article().slug
    answer = client.post(
        f"/articles/{slug}/reactions/",
        {"name": "Sanne", "email": CANARY, "body": "zeldzaamwoord"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    [line] = [line for line in lines if line["logger"] == "forum.requests"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "post_reaction", 303)
    assert len(line["request"]) == 16 and line["milliseconds"] > 0 and "X-Request-ID" not in answer
    everything = json.dumps(lines)
    assert not [word for word in (slug, CANARY, "zeldzaamwoord", "Sanne") if word in everything]


def test_pages_are_not_logged_unless_asked_and_carry_no_number(client, lines, caplog):
    caplog.set_level(logging.INFO)
    answer = client.get("/")
    assert "X-Request-ID" not in answer and not lines


def test_a_number_is_taken_over_from_a_listed_proxy_only_and_stands_on_a_fault(settings):
    settings.ROOT_URLCONF = "tests.failing_urls"

    def number(given: str) -> str:
        client = Client(raise_request_exception=False)
        return client.get("/broken/", headers={"X-Request-ID": given})["X-Request-ID"]

    assert number("proxy-number-17") != "proxy-number-17"
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert number("proxy-number-17") == "proxy-number-17"
    for strange in ("kort", "met spatie erin", "a" * 65, "regel\nbreuk"):
        assert len(number(strange)) == 16 and number(strange) != strange


@pytest.mark.parametrize("formatter", [Line("{request_id} {message}", style="{"), JsonLine()], ids=["text", "json"])
def test_no_line_holds_an_address_and_each_says_its_request(formatter):
    token = request_id.set("abc123abc123")
    try:
        raise ValueError(f"nobody called {CANARY}")
    except ValueError as fault:
        info = (ValueError, fault, fault.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "mail to %s", (CANARY,), info)
        said = formatter.format(record)
    finally:
        request_id.reset(token)
    assert CANARY not in said and said.count("<address>") >= 2
    assert "abc123abc123" in said and "Traceback" in said
