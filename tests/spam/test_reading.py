"""What a text says without its disguise, and where it leads."""

import time

import pytest

from forum.spam.features import MOST_FEATURES, features
from forum.spam.reading import parents, read, skeleton


@pytest.mark.parametrize(
    "typed",
    [
        "casino",
        "Casino",
        "CASINO",
        "cаsinо",
        "c.a.s.i.n.o",
        "c a s i n o",
        "ｃａｓｉｎｏ",
        "cas1no",
        "ca$ino",
        "𝐜𝐚𝐬𝐢𝐧𝐨",
        "cásínó",
    ],
)
def test_a_word_is_read_as_it_is_meant(typed):
    assert read(f"het {typed} daar").words == ["het", "casino", "daar"]


@pytest.mark.parametrize("typed", ["cаsinо", "c.a.s.i.n.o", "cas1no", "𝐜𝐚𝐬𝐢𝐧𝐨"])
def test_a_disguise_is_counted(typed):
    assert read(f"het {typed} daar").disguised == 1


@pytest.mark.parametrize(
    "typed", ["één café", "Привет всем, как дела", "a.u.b. en d.w.z.", "in 2026 om 10.30 uur", "mp3 h2o"]
)
def test_honest_letters_are_no_disguise(typed):
    assert read(typed).disguised == 0


def test_real_cyrillic_stays_cyrillic():
    assert read("Привет, мир").words == ["привет", "мир"]


@pytest.mark.parametrize(
    ("typed", "hosts"),
    [
        ("zie https://www.Example.org/pad?x=1.", ["example.org"]),
        ("op voorbeeld.example niet, op kookt.nl wel", ["kookt.nl"]),
        ("kijk op voorbeeldsite . com vandaag", ["voorbeeldsite.com"]),
        ("kijk op voorbeeldsite dot com vandaag", ["voorbeeldsite.com"]),
        ("hij was klaar.De man ging naar huis.In de auto", []),
        ("dat was het. Net zoals gisteren", []),
        ("[url=http://a.example/x]hier[/url]", ["a.example"]),
        ('<a href="http://b.example">hier</a>', ["b.example"]),
        ("mail naar jan@c.example", []),
    ],
)
def test_hosts_are_found_however_they_are_written(typed, hosts):
    assert read(typed).hosts == hosts


def test_a_host_belongs_to_every_domain_above_it():
    assert parents("a.b.example.org") == ["a.b.example.org", "b.example.org", "example.org"]
    assert parents("localhost") == []


def test_what_looks_alike_at_a_glance_has_one_skeleton():
    assert skeleton("casino") == skeleton("caslno")
    assert skeleton("modern") == skeleton("modem")


def test_c1_no_number_and_no_mail_address_becomes_a_feature():
    found = features("Sanne", "", "Bel 0612345678 of mail sanne.kuipers@privemail.example, code 12345.")
    assert not [word for word in found if any(char.isdigit() for char in word) and not word.startswith("=")]
    assert not [word for word in found if "kuipers" in word or "privemail" in word]


def test_the_features_are_bounded_and_each_stands_once():
    found = features(
        "n " * 60,
        "https://a.example/",
        " ".join(f"woord{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(2000)),
    )
    assert len(found) == len(set(found)) <= MOST_FEATURES
    assert max(map(len, found)) <= 64


@pytest.mark.parametrize(
    "piece",
    [
        "a.",
        "a ",
        "x@",
        "http://",
        "www.",
        ". com ",
        "<a ",
        "[url",
        "&amp;",
        "a- ",
        "$",
        "a$",
        "i",
        "1.1",
        "é",
        "а",
        "\n",
        "@a.b",
    ],
)
def test_reading_takes_time_in_proportion_to_the_length(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = time.process_time()
        read.__wrapped__(text)
        return time.process_time() - began

    seconds(2_000)
    assert seconds(20_000) < 0.5
