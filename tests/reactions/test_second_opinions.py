"""Akismet as an option: asked by the worker, never while somebody posts; moderators keep the last word. A real little server
plays it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from forum.ops.worker import Worker
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import approve, refuse, withdraw
from forum.reactions.models import Reaction
from forum.reactions.second_opinions import RETRY_AFTER, ask_service
from forum.spam.models import ServiceCheck
from tests.factories import make_article
from tests.reactions.posts import send, text_of
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
CANARY = "kanarie@geheim.example"


class Service:
    def __init__(self) -> None:
        self.status, self.says, self.headers = 200, "false", {}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.meanwhile = lambda: None

    @contextmanager
    def open(self) -> Iterator[str]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                service.asked.append((self.path, parse_qs(body, keep_blank_values=True)))
                said = service.says.encode()
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def service(settings) -> Iterator[Service]:
    service = Service()
    with service.open() as address:
        settings.AKISMET_KEY, settings.AKISMET_URL = "a-key", address
        yield service


def fresh(reaction: Reaction) -> Reaction:
    return Reaction.objects.select_related("article").get(pk=reaction.pk)


def test_without_a_key_nothing_is_kept_and_nobody_asked(settings):
    settings.AKISMET_URL = "http://127.0.0.1:9"
    say(make_article())
    assert not ServiceCheck.objects.exists() and ask_service() == 0


def test_p17_p22_it_is_asked_by_the_worker_and_told_neither_address(service, client, settings):
    article = make_article()
    answer = send(client, article, name="Piet", website="piet.example", email=CANARY, body="Koop nu.\nÉcht.")
    assert answer.status_code == 303 and service.asked == []
    reaction = Reaction.objects.get()
    assert ask_service() == 1 and ask_service() == 0
    ((path, said),) = service.asked
    assert path == "/1.1/comment-check"
    assert said == {
        "api_key": ["a-key"],
        "blog": [f"{settings.SITE_URL}/"],
        "blog_charset": ["UTF-8"],
        "blog_lang": ["nl"],
        "user_ip": ["0.0.0.0"],
        "comment_type": ["comment"],
        "comment_author": ["Piet"],
        "comment_author_url": ["https://piet.example/"],
        "comment_content": ["Koop nu.\nÉcht."],
        "permalink": [f"{settings.SITE_URL}/reactions/{reaction.pk}/"],
    }
    assert reaction.status == "published" and not ServiceCheck.objects.exists()


def test_what_it_takes_for_spam_is_held_again_and_moderators_decide(service, client):
    article = make_article()
    spam = say(article, "Koop nu.")
    service.says = "true"
    assert ask_service() == 1
    spam = fresh(spam)
    assert (spam.status, spam.held_because) == ("held", ["akismet"])
    assert "Koop nu." not in text_of(client.get(article.get_absolute_url()))
    approve(spam)
    ServiceCheck.objects.create(subject=spam.pk, due_at=timezone.now())
    assert ask_service() == 1 and len(service.asked) == 1  # somebody decided: it is not asked again
    assert fresh(spam).status == "published"


def test_what_waits_already_gets_one_more_reason(service, settings):
    settings.MODERATION = "before"
    waiting = say(make_article())
    service.says = "true"
    ask_service()
    assert (fresh(waiting).status, fresh(waiting).held_because) == ("held", ["all_are_read", "akismet"])


def test_about_what_was_decided_meanwhile_nobody_is_asked(service, settings):
    settings.MODERATION = "before"
    article = make_article()
    refuse(say(article), as_spam=True)
    withdraw(say(article))
    approve(say(article))
    say(article, author=article.author)
    assert ServiceCheck.objects.count() == 3
    assert ask_service() == 3 and service.asked == []


def test_the_worker_asks_before_it_mails(service, mailoutbox):
    from forum.subscriptions.actions import subscribe

    article = make_article()
    subscribe(email=CANARY, article=article, scope="article", client_key="", proven=True, now=timezone.now())
    service.says = "true"
    say(article, "Koop nu.")
    Worker().work_once()
    assert not OutgoingMail.objects.filter(kind="reaction").exists()


@pytest.mark.parametrize(
    ("status", "says", "headers"),
    [(500, "true", {}), (200, "invalid", {}), (302, "true", {"Location": "http://127.0.0.1:9/"}), (200, "", {})],
)
def test_no_answer_is_no_verdict_and_it_is_asked_again_a_few_times(service, caplog, status, says, headers):
    service.status, service.says, service.headers = status, says, headers
    first, second = say(make_article(), "Geheim één."), say(make_article(), "Geheim twee.")
    for _ in range(len(RETRY_AFTER) + 1):
        before = timezone.now()
        assert ask_service() == 0
        check = ServiceCheck.objects.filter(subject=first.pk).first()
        assert check is None or check.due_at > before + timedelta(seconds=59)
        ServiceCheck.objects.filter(subject=first.pk).update(due_at=before - timedelta(days=1))
    assert not ServiceCheck.objects.filter(subject=first.pk).exists()
    assert fresh(first).status == fresh(second).status == "published"
    assert f"reaction {first.pk}" in caplog.text and "Geheim" not in caplog.text


def test_a_service_that_is_away_holds_up_nobody(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        settings.AKISMET_KEY, settings.AKISMET_URL = "a-key", f"http://127.0.0.1:{taken.getsockname()[1]}"
        reaction = say(make_article())
        assert ask_service() == 0
    assert fresh(reaction).status == "published"
    assert ServiceCheck.objects.get().tries == 1
