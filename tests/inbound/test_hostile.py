"""Mail that is made to hurt: it is read in bounded time (the slowest of these took 1.5 s) or laid aside, and nothing breaks."""

import random
from itertools import islice

import pytest

from forum.inbound.actions import receive_mail
from forum.inbound.models import InboundMail
from forum.outbox.envelope import bounce_address
from forum.reactions.actions import approve
from forum.reactions.models import Reaction
from tests import hostile
from tests.inbound import clients
from tests.inbound.answers import SANNE, told
from tests.test_hostile_matrix import assert_names_come_first, check_page

pytestmark = pytest.mark.django_db
HEAD = "Delivered-To: {to}\nFrom: {sender}\nTo: {to}\nMessage-ID: <{id}@x.example>\n"


def nested(levels: int, kind: str = "mixed") -> str:
    opened = "".join(f'Content-Type: multipart/{kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(levels))
    return opened + "Content-Type: text/plain\n\nhallo\n" + "".join(f"--b{n}--\n" for n in reversed(range(levels)))


BOMBS = {
    "40 parts in one another": nested(40),
    "1,000 parts in one another": nested(1_000),
    "10,000 parts in one another": nested(10_000),
    "1,000 messages in one another": "Content-Type: message/rfc822\n\n" * 1_000 + "\nhallo",
    "1,000 parts": 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\nContent-Type: text/plain\n\nx\n" * 1_000 + "--b--\n",
    "50,000 empty parts": 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\n" * 50_000,
    "a megabyte of subject": "Subject: " + "=?utf-8?q?a?= " * 60_000 + "\n\nhallo",
    "a header of brackets": "Subject: x\nReply-To: " + "(" * 400_000 + "\n\nhallo",
    "20,000 headers": "X-A: b\n" * 20_000 + "\nhallo",
    "20,000 receivers": "Cc: " + ", ".join(f"a{n}@b.example" for n in range(20_000)) + "\n\nhallo",
    "5,000 of our own seals": "Cc: " + ", ".join(f"bounce+{n}.aaaaaaaaaa@luisterkamer.example" for n in range(5_000)) + "\n\nx",
    "a boundary that is a pattern": 'Content-Type: multipart/mixed; boundary="(a+)+$"\n\n--(a+)+$\n\n' + "a" * 100_000,
    "parameters without end": "Content-Type: text/plain; " + "a*0*=utf-8''x; " * 20_000 + "\n\nhallo",
    "an alphabet that unpacks": "Content-Type: text/plain; charset=bz2\nContent-Transfer-Encoding: base64\n\nQlpo\n",
    "an alphabet of a square": "Content-Type: text/plain; charset=punycode\n\n" + "a-" * 200_000,
    "nothing but NUL": "\n" + "\0" * 500_000,
    "one line of a megabyte": "\n" + "a" * 900_000,
    "HTML in HTML": "Content-Type: text/html\n\n" + "<blockquote>" * 60_000,
    "HTML of one attribute": "Content-Type: text/html\n\n<a " + "x=y " * 200_000 + ">hallo</a>",
    "an entity bomb": 'Content-Type: text/html\n\n<!DOCTYPE x [<!ENTITY a "aaaa">' + '<!ENTITY b "&a;&a;">' * 10_000 + "]>&b;",
    "a quote that never begins": "\n" + ("Op een dag " * 40 + "schreef\n") * 2_000,
    "a report without end": "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    "Content-Type: message/delivery-status\n\n" + "Action: failed\nStatus: 5.0.0\n\n" * 25_000 + "\n--b--\n",
    "a complaint about nothing": "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
    "Content-Type: message/feedback-report\n\n" + "Original-Mail-From: <bounce+1.aaaaaaaaaa@luisterkamer.example>\n" * 9_000,
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_survived_and_leaves_a_note(bomb):
    news = told()
    for number, address in enumerate((news.to, bounce_address(news.row.pk)), 1):
        head = clients.fill(HEAD.encode(), to=address, sender=SANNE)
        row = receive_mail(head + BOMBS[bomb].replace("\n", "\r\n").encode())
        assert InboundMail.objects.count() == number and row.outcome
    assert not any("\0" in body for body in Reaction.objects.values_list("body", flat=True))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_p10_what_comes_by_mail_does_nothing_on_the_page(kind, client):
    news = told()
    payloads = list(islice(hostile.markup(), 0, None, 400))
    for number in range(0, len(payloads), 3):  # one after another; as much in a mail as may be said in an hour
        body = "\n\n".join(payloads[number : number + 3])
        receive_mail(
            clients.fill(clients.mail(body=body, kind=kind), to=news.to, sender=SANNE, message_id=f"p{number}")
        )
    Reaction.objects.filter(status="held").update(held_because=[])
    for reaction in Reaction.objects.filter(status="held"):
        approve(reaction)
    assert Reaction.objects.filter(status="published").count() > 5
    page = check_page(client.get(f"/articles/{news.article.slug}/").content.decode())
    assert assert_names_come_first(page) == Reaction.objects.filter(status="published").count()


def test_more_than_a_megabyte_is_not_even_read():
    row = receive_mail(b"Subject: x\r\n\r\n" + b"a" * 1_000_001)
    assert (row.outcome, row.reason) == ("unclear", "too_large")


def test_what_is_cut_or_bent_anywhere_is_survived():
    news = told()
    whole = [
        clients.sample(name, to=news.to, sender=SANNE, message_id=f"m{n}") for n, name in enumerate(clients.SAMPLES)
    ]
    seed = random.Random(20261126)
    for _ in range(150):
        raw = bytearray(seed.choice(whole))
        for _ in range(seed.randrange(1, 30)):
            raw[seed.randrange(len(raw))] = seed.randrange(256)
        receive_mail(bytes(raw[: seed.randrange(len(raw))]))
    assert InboundMail.objects.count() > 50
    bodies = Reaction.objects.values_list("body", flat=True)
    assert not [body for body in bodies if "reply+" in body or "/subscriptions/" in body]
