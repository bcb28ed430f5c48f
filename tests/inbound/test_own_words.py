"""What is left of an answer: what its writer wrote, and no more."""

from email import message_from_bytes

import pytest

from forum.inbound.incoming import Unreadable
from forum.inbound.quotes import own_words
from forum.inbound.words import words_of
from tests.inbound import clients

OURS = ["Luisterkamer", "reacties@luisterkamer.example", "reply+a.b.c@luisterkamer.example"]


def said(raw: bytes) -> str:
    filled = clients.fill(raw, to=OURS[2], sender="sanne@voorbeeld.example")
    return own_words(words_of(message_from_bytes(filled)), ours=OURS)


@pytest.mark.parametrize("program", clients.SAMPLES)
def test_of_every_mail_program_the_writers_words_are_left(program):
    assert said(clients.SAMPLES[program]) == clients.SAYS


def test_answers_between_the_lines_of_a_quote_are_all_his():
    body = f"Hoi,\n\nOp 26-11-2026 om 10:02 schreef Luisterkamer:\n{clients.marked('Hangt het er nog?')}\nJazeker.\n"
    body += f"{clients.marked('En hoor je het?')}\nElke dag.\n"
    assert said(clients.mail(body=body)) == "Hoi,\n\nJazeker.\nElke dag."


@pytest.mark.parametrize(
    "words",
    [
        "Op zondag schreef ik dit aan mijn zus:\n\nhet blijft stil.",
        "Ik citeer:\n\n> Dit is mooi\n\nDaar ben ik het mee eens.",
        "Van: dat soort zinnen word ik moe.\n\nJij ook?",
        "Van: Luisterkamer leer ik veel.\n\nJij ook?",
        "Mail naar reacties@luisterkamer.example komt nooit aan.",
        "Drie dingen:\n- een\n- twee\n- drie",
        "Bedankt, dat wist ik niet.\n\nBedankt, nog eens. En nu verder.",
        "Het hangt --\n\nzoals ze zeggen -- aan een draad.",
    ],
)
def test_what_only_looks_like_a_quote_or_a_signature_stays(words):
    assert said(clients.mail(body=words)) == words


def test_lines_that_the_program_broke_are_whole_again():
    broken = "\n".join(
        [clients.LONG[:73].rsplit(" ", 1)[0], clients.LONG[len(clients.LONG[:73].rsplit(" ", 1)[0]) + 1 :]]
    )
    assert "\n" in broken
    assert said(clients.mail(body=broken)) == clients.LONG


def test_short_lines_stay_as_they_were_typed():
    poem = "De stad legt haar lawaai\nneer, elke woensdag,\ntot het licht wordt."
    assert said(clients.mail(body=poem)) == poem


def test_what_is_attached_is_not_said():
    body = "\n".join(["--x", "Content-Type: text/plain", "", "Eens.", "--x", 'Content-Type: text/plain; name="bijlage.txt"',
                      "Content-Disposition: attachment", "", "Geheim.", "--x", "Content-Type: message/rfc822", "",
                      "Subject: doorgestuurd", "", "Ook geheim.", "--x--", ""])  # fmt: skip
    assert said(clients.mail('Content-Type: multipart/mixed; boundary="x"', body=body)) == "Eens."


def test_of_html_nothing_runs_and_nothing_hides():
    page = (
        "<style>p{color:red}</style><script>alert(1)</script><!-- stil --><p>Eens &amp; <b>&lt;b&gt;</b>.</p><p>Ja.</p>"
    )
    assert said(clients.mail(body=page, kind="html")) == "Eens & <b>.\n\nJa."


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0" * 1000, b"From", b"\xff\xfe" * 500, b"Content-Type: multipart/mixed; boundary=\n\n--\n--\n",
        b"Content-Type: text/plain; charset=unicode_escape\n\n\\U0001f600\\",
        b"Content-Type: text/plain; charset=zlib\nContent-Transfer-Encoding: base64\n\neJw=\n",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n=====\n",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 666 x\nM!!!\n",
        b"Content-Type: text/html\n\n" + b"<div>" * 50_000,
        b"Content-Type: text/html\n\n<![CDATA[" + b"<?x" * 20_000,
        b"Content-Type: text/plain\n\n" + b"Op een dag schreef " * 20_000,
        b"Content-Type: text/plain\n\n" + b"On a day wrote:\n" * 20_000,
        b"Content-Type: text/plain\n\n" + b"> " * 100_000,
        b"Content-Type: text/plain\n\n" + b"-" * 300_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 100_000,
    ],
)  # fmt: skip
def test_nonsense_gives_words_or_is_said_to_be_unreadable(raw):
    try:
        assert isinstance(said(raw), str)
    except Unreadable:
        pass
