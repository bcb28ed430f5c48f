"""Faults of mail: workers that are killed, mail servers that misbehave, a clock that jumps."""

import email
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.rehearsal.faults import NotHere, Seen, from_the_suite, rehearse, site
from bench.rehearsal.place import Place, program, wait_until
from tests.outbox.scripted import Scripted

MAILS = int(os.environ.get("REHEARSE_MAILS", "150"))  # PROMISES P24 asks for 1,000
KILLS = int(os.environ.get("REHEARSE_WORKER_KILLS", "6"))  # and for 40
FOLLOWERS = """
from django.utils import timezone
from articles.models import Article
from forum.outbox.models import Address
from forum.subscriptions import tokens
from forum.subscriptions.models import Subscription
article = Article.objects.get()
now = timezone.now()
for number in range({count}):
    email = f"lezer{{number}}@lezers.example"
    address = Address.objects.create(email=email, key=email, confirmed_at=now)
    nonce = tokens.new_nonce()
    Subscription.objects.create(address=address, article=article, nonce=nonce, confirmed_at=now,
                                token_hash=tokens.hashed(tokens.subscription_token(nonce)))
"""
STATES = """
from collections import Counter
from forum.outbox.models import OutgoingMail
print(*(f"{state} {count}" for state, count in
        sorted(Counter(OutgoingMail.objects.values_list("status", flat=True)).items())), sep=", ")
"""


@contextmanager
def mail_server(**answers: str) -> Iterator[Scripted]:
    with Scripted() as server:
        server.answers.update(answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


@contextmanager
def with_followers(folder: Path, server: Scripted, count: int, **settings: str) -> Iterator[Place]:
    """A site with a published reaction that `count` readers want to hear of."""
    settings = {"EMAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}", "MAIL_LEASE_SECONDS": "3", **settings}
    with site(folder, **settings) as place:
        place.manage(code=FOLLOWERS.format(count=count))
        place.start_web()
        assert place.post("Wie hoort dit?").status == 303
        yield place


def receivers(server: Scripted) -> Counter[str]:
    """Mails per receiver; and each receiver's copies must be one mail."""
    return Counter(_one(body)["To"] for body in server.mails)


def _one(body: bytes) -> email.message.Message:
    return email.message_from_bytes(body)


def _different(server: Scripted) -> int:
    """Receivers whose copies do not all have the same Message-ID."""
    ids: dict[str, set[str]] = {}
    for body in server.mails:
        mail = _one(body)
        ids.setdefault(mail["To"], set()).add(mail["Message-ID"])
    return sum(len(found) > 1 for found in ids.values())


def _all_sent(place: Place, count: int) -> bool:
    return place.manage(code=STATES).strip() == f"sent {count}"


@rehearse("kill -9 of the worker in a batch", "0 lost, at most one extra per kill, same Message-ID")
def worker_killed(folder: Path) -> Seen:
    with mail_server() as server, with_followers(folder, server, MAILS) as place:
        server.pause = 0.01
        for _ in range(KILLS):
            before = len(server.mails)
            place.start_worker()
            wait_until(lambda before=before: len(server.mails) >= before + 5, "no mail comes")
            place.kill("worker")
        place.start_worker()
        wait_until(lambda: len(receivers(server)) == MAILS, "mails are missing", seconds=300)
        wait_until(lambda: _all_sent(place, MAILS), "not every row is sent")
        extra = len(server.mails) - MAILS
        words = f"{KILLS} kills, {MAILS} mails: {MAILS - len(receivers(server))} missing, {extra} extra, {_different(server)} of another id"
        return Seen(words, extra <= KILLS and not _different(server))


@rehearse("two workers, one queue", "0 extra")
def two_workers(folder: Path) -> Seen:
    with mail_server() as server, with_followers(folder, server, MAILS) as place:
        place.start_worker("one")
        place.start_worker("two")
        wait_until(lambda: _all_sent(place, MAILS), "not every row is sent", seconds=300)
        extra = len(server.mails) - MAILS
        return Seen(f"{MAILS} mails: {extra} extra", extra == 0 and len(receivers(server)) == MAILS)


@rehearse("the clock jumps a day, to and fro", "0 mails twice, 0 lost")
def clock_jumps(folder: Path) -> Seen:
    faketime = program("faketime")
    if not faketime:
        raise NotHere("needs faketime")
    count = 30
    with mail_server() as server, with_followers(folder, server, count) as place:
        server.pause = 0.1
        place.start_worker("later", (faketime, "-f", "+1d"))
        place.start_worker("earlier", (faketime, "-f", "-1d"))
        wait_until(lambda: len(receivers(server)) == count, "mails are missing", seconds=180)
        wait_until(lambda: _all_sent(place, count), "not every row is sent")
        return Seen(f"{count} mails: {len(server.mails) - count} extra", len(server.mails) == count)


@rehearse("the mail server is away", "posting goes on; delivered after it comes back")
def mail_server_away(folder: Path) -> Seen:
    count = 5
    with mail_server(hello="421 later") as server, with_followers(folder, server, count) as place:
        place.start_worker()
        wait_until(lambda: server.connections > 0, "nobody calls")
        posted = [place.post(f"Intussen {n}.").status for n in range(5)]
        server.answers["hello"] = "220 ready"
        place.manage(code="from forum.outbox.models import OutgoingMail as M; from django.db.models.functions import Now;"
                          "M.objects.filter(status='queued').update(due_at=Now())")  # fmt: skip
        wait_until(lambda: len(receivers(server)) == count, "mails are missing", seconds=180)
        return Seen(f"posts {sorted(set(posted))}, then {count} of {count} told", set(posted) == {303})


OUTCOMES = "tests/outbox/test_outcomes.py"
rehearse("SMTP: 4xx, closed during DATA, closed after the dot", "tried again, same Message-ID")(
    from_the_suite(f"{OUTCOMES}::test_a_refusal_for_now_is_tried_again_with_the_same_message_id")
)
rehearse("SMTP: 5xx for one receiver", "the others are not delayed")(
    from_the_suite(f"{OUTCOMES}::test_one_refused_receiver_does_not_delay_the_others")
)
rehearse("SMTP: silent", "the next mail is tried")(
    from_the_suite(f"{OUTCOMES}::test_a_silent_mail_server_is_left_and_the_next_mail_tried")
)
rehearse("a mail that cannot be built", "failed with its reason; the others at once")(
    from_the_suite(f"{OUTCOMES}::test_a_mail_that_cannot_be_built_fails_at_once_and_the_others_go_on")
)
