"""The hub hears of every change once it is there, and holds up nothing while it is not. A real little server plays the hub."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.actions import publish_article, save_article, withdraw_article
from articles.models import Article, HubPing
from articles.websub import RETRY_AFTER, tell_hub
from forum.ops.worker import Worker
from tests.factories import make_article, make_author, make_section
from tests.feeds import atom, json_feed

pytestmark = pytest.mark.django_db
HOME = "https://luisterkamer.example"


class Hub:
    def __init__(self) -> None:
        self.status, self.headers = 204, {}
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []

    @property
    def topics(self) -> set[str]:
        return {said["hub.url"][0] for _, _, said in self.asked}

    @contextmanager
    def open(self) -> Iterator[str]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hub.asked.append((self.path, self.headers["Content-Type"], parse_qs(body)))
                self.send_response(hub.status)
                for name, value in hub.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/push?key=a"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def hub(settings) -> Iterator[Hub]:
    hub = Hub()
    settings.SITE_URL = HOME
    with hub.open() as settings.WEBSUB_HUB:
        yield hub


@pytest.fixture
def no_hub(settings) -> None:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.WEBSUB_HUB = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        yield


def draft() -> Article:
    noor, karim = make_author(slug="noor"), make_author(slug="karim")
    fields = {"status": Article.Status.DRAFT, "published_at": None, "section": make_section(slug="stad")}
    return make_article(authors=[noor, karim], **fields)


def due() -> int:
    return HubPing.objects.filter(due_at__isnull=False).count()


def test_the_hub_hears_of_every_feed_that_an_article_stands_in(hub):
    article = save_article(draft())
    assert due() == 0
    publish_article(article)
    assert tell_hub() == 5
    assert {(path, kind) for path, kind, _ in hub.asked} == {("/push?key=a", "application/x-www-form-urlencoded")}
    assert all(said["hub.mode"] == ["publish"] for _, _, said in hub.asked)
    feeds = ("feeds/articles.atom", "feeds/articles.json", "sections/stad/articles.atom")
    assert hub.topics == {
        f"{HOME}/{path}" for path in (*feeds, "authors/noor/articles.atom", "authors/karim/articles.atom")
    }
    assert (due(), tell_hub(), len(hub.asked)) == (0, 0, 5)


def test_it_hears_of_corrections_and_of_what_is_withdrawn_once_for_many_changes(hub):
    article = publish_article(draft())
    tell_hub()
    for change in (save_article, withdraw_article):
        hub.asked.clear()
        change(article)
        change(article)
        assert tell_hub() == len(hub.topics) == len(hub.asked) == 5
    save_article(article)
    assert due() == 0


def test_the_worker_tells_it(hub):
    publish_article(draft())
    Worker().run_until_idle()
    assert len(hub.topics) == 5


def test_what_becomes_public_later_is_told_then(hub, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    publish_article(draft(), at=now + timedelta(hours=1))
    assert tell_hub() == 0
    time_machine.move_to(now + timedelta(hours=1), tick=False)
    assert tell_hub() == 5


def test_a_hub_that_is_away_holds_up_nothing_and_hears_of_it_later(no_hub, settings, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    article = publish_article(draft())
    assert article.is_public and due() == 5
    assert tell_hub() == 0
    assert due() == 5
    hub = Hub()
    with hub.open() as settings.WEBSUB_HUB:
        time_machine.move_to(now + RETRY_AFTER[0], tick=False)
        assert tell_hub() == 5
    assert due() == 0


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_it_is_tried_again_five_times_and_no_redirect_is_followed(hub, time_machine, caplog, status):
    hub.status, hub.headers = status, {"Location": "/elsewhere"}
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    publish_article(draft())
    HubPing.objects.exclude(topic="/feeds/articles.atom").update(due_at=None)
    for wait in (*RETRY_AFTER, timedelta(days=9)):
        assert (tell_hub(), tell_hub()) == (0, 0)
        now += wait
        time_machine.move_to(now, tick=False)
    assert (tell_hub(), due()) == (0, 0)
    assert len(hub.asked) == len(RETRY_AFTER) + 1 and {path for path, _, _ in hub.asked} == {"/push?key=a"}
    assert f"it answered {status}" in caplog.text
    save_article(Article.objects.get())
    hub.status = 202
    assert tell_hub() == 5


def test_a_change_while_the_hub_is_being_told_is_told_as_well(hub):
    article = publish_article(draft())
    HubPing.objects.exclude(topic="/feeds/articles.atom").delete()
    (ping,) = HubPing.objects.all()
    HubPing.objects.update(due_at=timezone.now() + timedelta(minutes=1))  # another worker is at it
    assert tell_hub() == 0
    save_article(article)
    assert HubPing.objects.get(pk=ping.pk).due_at <= timezone.now()
    assert tell_hub() == 5


def test_feeds_of_articles_name_the_hub(hub, client, settings):
    article = publish_article(draft())
    paths = ("/feeds/articles.atom", "/sections/stad/articles.atom", "/authors/noor/articles.atom")
    for path in paths:
        document = atom(client.get(path).content)
        hubs = [link.get("href") for link in document.findall("{*}link") if link.get("rel") == "hub"]
        assert hubs == [settings.WEBSUB_HUB]
    assert json_feed(client.get("/feeds/articles.json").content)["hubs"] == [
        {"type": "WebSub", "url": settings.WEBSUB_HUB}
    ]
    assert 'rel="hub"' not in client.get(f"{article.get_absolute_url()}reactions.atom").text


def test_without_a_hub_nothing_is_noted_told_or_named(client, settings):
    settings.WEBSUB_HUB = ""
    publish_article(draft())
    with CaptureQueriesContext(connection) as asked:
        assert tell_hub() == 0
    assert not asked.captured_queries and not HubPing.objects.exists()
    assert 'rel="hub"' not in client.get("/feeds/articles.atom").text
    assert "hubs" not in json_feed(client.get("/feeds/articles.json").content)
