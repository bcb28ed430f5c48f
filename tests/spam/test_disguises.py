"""What people try to get past the rules with, and what only looks like it. Every line of the first kind was tried by hand."""

import random

import pytest

from forum.cleaning import clean_body
from forum.spam.disguises import hosts_named
from forum.spam.memory import places_of, said_by, stands_in
from forum.spam.models import BlockedTerm
from forum.spam.names import is_borrowed
from forum.spam.personal import personal_data
from forum.spam.reading import read

PROTECTED = ["Noor Terbeek", "Daan Verhoeven", "piet", "Özge Åström-Łukasz"]
BORROWED = """
Redactie|REDACTIE|De redactie|Rédactie|Rеdасtіе|Ｒｅｄａｃｔｉｅ|R3dact1e|Redaktie|R e d a c t i e|R.e.d.a.c.t.i.e|Redactie ✓|[Redactie] Noor
Ꭱedactie|ꓣedactie|Ɍedactie|Rɘdactie|ℛedactie|🅁🄴🄳🄰🄲🅃🄸🄴|Redactîe|Redact\u0131e|Re\u00addactie|Moderator|Mоdеratоr|M0derator|Moder@tor
ᴍᴏᴅᴇʀᴀᴛᴏʀ|𝐌𝐨𝐝𝐞𝐫𝐚𝐭𝐨𝐫|Ⓜⓞⓓⓔⓡⓐⓣⓞⓡ|Μοderatοr|Ꮇoderator|Moderator Jan|Luisterkamer|Lu1sterkamer|Iuisterkamer|Luisterkarner|ꓡuisterkamer
Team Luisterkamer|Luister kamer|Noor Terbeek|noor terbeek|N00r Terbeek|NoorTerbeek|Noor-Terbeek|Noor Terbeek (auteur)|Nооr Tеrbееk
Noor Térbęęk|Dr. Noor Terbeek|Noor Τerbeek|Noor Terbee𝗄|Daan Vеrhoeven|Ozge Astrom Lukasz|piet|PIET|Pıet|Site-admin|Hoofdredacteur
"""
OWN_NAMES = """
Noor Jansen|Noor|Piet Jansen|Sanne|Redouan|Admiraal|Moderne Truus|Karim|J. M. Ståhl|Terbeek|Het Kamerlid|Staffan|Adm. de Ruyter
Мария|Ελένη|山田|Mo|Ada Minnen|Luister|Editha
"""


def cut(names: str) -> list[str]:
    return [name for line in names.strip().splitlines() for name in line.split("|")]


def test_protected_names_hold_in_any_disguise():
    assert [name for name in cut(BORROWED) + ["Redactie|Noor"] if not is_borrowed(name, PROTECTED)] == []


def test_names_that_are_one_s_own_pass():
    assert [name for name in cut(OWN_NAMES) if is_borrowed(name, PROTECTED)] == []


# Blocked terms and domains


def is_blocked(term: str, body: str) -> bool:
    blocked = BlockedTerm(term=term)
    blocked.prepare()
    body = clean_body(body, max_chars=5000)
    said, places = said_by(read(body), name="Piet"), places_of(body, website="", email="")
    return blocked.key in {*said, *places} and stands_in(blocked.reads, said, places)


@pytest.mark.parametrize(
    "body",
    [
        *("https://www.gok-paleis.example/x", "http://a.b.gok-paleis.example", "HTTPS://GOK-PALEIS.EXAMPLE", "(gok-paleis.example)"),
        *("gok-paleis．example", "gok-paleis。example/x", "https://gok-paleis．example", "gоk-paleis.example", "https://gоk-paleis.example/"),
        *("gok-paleis[.]example", "gok-paleis (dot) example", "gok-paleis punt example", "gok-paleis .example", "gok-paleis. example"),
        *("//gok-paleis.example/x", "gok-paleis.example:8080", "x@gok-paleis.example", "http://gok-paleis.example./x", "hxxp://gok-paleis.example"),
        *("https://gok%2dpaleis.example/", "https://gok-paleis%2eexample/", "https://t.example/?u=https://gok-paleis.example/"),
        *("https://ik@gok-paleis.example/", "https://gok-paleis.example@t.example/", "<a href='//gok-paleis.example'>x</a>"),
        *("[url=gok-paleis.example]x[/url]", "gok\u2011paleis.example", "𝐠𝐨𝐤-𝐩𝐚𝐥𝐞𝐢𝐬.𝐞𝐱𝐚𝐦𝐩𝐥𝐞", "gok-pal\u00adeis.example", "gok-pa\u200bleis.example"),
        *("https://xn--gk-paleis-02h.example/", "_gok-paleis.example_", "http:\\\\gok-paleis.example", "gok-paleis.example."),
    ],
)  # fmt: skip
def test_a_blocked_domain_holds_in_any_disguise(body):
    assert is_blocked("gok-paleis.example", body)


@pytest.mark.parametrize(
    "body",
    ["https://nietgok-paleis.example", "https://gok-paleis.example.org", "https://paleis.example", "een gok. Paleis Soestdijk", "gok paleis"],
)  # fmt: skip
def test_another_domain_or_none_does_not(body):
    assert not is_blocked("gok-paleis.example", body)


@pytest.mark.parametrize(
    "word",
    [
        *("g0ktent", "g.o.k.t.e.n.t", "g o k t e n t", "gоктеnt", "ｇｏｋｔｅｎｔ", "gok\u00adtent", "gok\u200btent", "g\u2060oktent", "göktent"),
        *("gokt€nt", "go-ktent", "go.kt.ent", "gok‑tent", "gok'tent", "g_o_k_t_e_n_t", "goktentttt", "𝗀𝗈𝗄𝗍𝖾𝗇𝗍", "ⓖⓞⓚⓣⓔⓝⓣ", "🄶🄾🄺🅃🄴🄽🅃", "#goktent"),
    ],
)  # fmt: skip
def test_a_blocked_word_holds_in_any_disguise(word):
    assert is_blocked("goktent", f"Kom naar de {word} vandaag")


@pytest.mark.parametrize(
    "hostile", ["a." * 2500, "a-" * 2500, " " * 4990 + "x", "(dot" * 1250, "xn--a." * 800, "%2e" * 1600]
)
def test_looking_for_hosts_is_bounded(hostile):
    assert len(hosts_named(hostile)) <= 200


# Personal data

PERSONAL = {
    "phone": "06 12345678|06-12 34 56 78|06.12.34.56.78|+31 (0)6 12345678|(06) 12345678|020-1234567|0513-612345|+32 470 12 34 56"
    "|0470 12 34 56|02 123 45 67|02/123.45.67|+49 170 1234567|0170 1234567|0049 30 1234567|0032 470 123456|+44 20 7946 0958|06 – 12345678|o6 12345678"
    "|nul zes 12345678|０６ １２３４５６７８|06\u00a012345678|06\u200b12345678|tel:0612345678|06_12345678|0 6 1 2 3 4 5 6 7 8|app 31612345678|050 - 312 34 56",
    "email": "sanne@voorbeeld.nl|sanne [at] voorbeeld.nl|sanne(at)voorbeeld.nl|sanne at voorbeeld dot nl|sanne apenstaartje voorbeeld punt nl"
    "|sanne@voorbeeld punt nl|sanne @ voorbeeld.nl|sanne＠voorbeeld.nl|sanne {at} voorbeeld {dot} nl|sanne.kuipers at gmail.com|sanne<at>voorbeeld.nl"
    "|sanne*at*voorbeeld.nl|sanne_at_voorbeeld.nl|sanne -at- voorbeeld.nl|sanne&#64;voorbeeld.nl|sanne@münchen.de|sanne(a)voorbeeld.nl"
    "|sanne[@]voorbeeld[.]nl|sanne\u200b@voorbeeld.nl|sanne (apestaart) voorbeeld.nl",
    "iban": "NL91ABNA0417164300|NL91 ABNA 0417 1643 00|nl91abna0417164300|BE68 5390 0754 7034|DE89 3704 0044 0532 0130 00|NL91  ABNA  0417  1643  00"
    "|FR14 2004 1010 0505 0001 3M02 606|GB29 NWBK 6016 1331 9268 19|ES91 2100 0418 4502 0005 1332|CH93 0076 2011 6238 5295 7|NL91-ABNA-0417-1643-00"
    "|NL91\u00a0ABNA\u00a00417\u00a01643\u00a000|LU28 0019 4006 4475 0000|PL61 1090 1014 0000 0712 1981 2874|ＮＬ９１ＡＢＮＡ０４１７１６４３００|rekeningNL91ABNA0417164300"
    "|NL91/ABNA/0417164300|NL91\nABNA0417164300|NL91ABNA 0417164300 t.n.v. S. Kuipers",
    "bsn": "BSN 111222333|bsn: 1234.56.782|burgerservicenummer 123456782|123456782 (BSN)|B.S.N. 123456782|sofi-nummer 123456782"
    "|Rijksregisternummer 85.07.30-033.28",
}  # fmt: skip
NOT_PERSONAL = """
Het boek kostte 12,95 en had 345 pagina's.|ISBN 978-90-274-3964-2|In 1945-1950 was het stil.|KvK 12345678|KvK-nummer 30123456|btw NL123456789B01
Ordernummer 123456782|bestelnr 0612345678|Factuur 2024-0612345|10.000.000 euro|6-3 6-4 7-6|om 14:30 uur, 06:30|1 000 000 000 mensen|€ 1.234.567,89
123456782 mensen|op 06 12 1978 geboren|2024-06-12 13:45:00|06-12-2024|12-06-2024 en 06-07-2024|tellen: 0123456789|een getal als 3,1415926535
we at the pub. nl is mooi|Ik keek at 5 punt nu|@sanne op twitter|hij at bij ons. de rest ook|aan het eind at hij punt en uit|a@b is geen adres|10 @ 5 euro per stuk.
NL91 is een weg|FR14 en DE89 zijn wegen|Psalm 119:105-112|Vlucht KL0612 van 06:12|IP 192.168.100.101|het BSN bestaat uit 9 cijfers|bsn is privé, 123456789 is geen echt nummer
0 - 6 1 2 verloren|uitslag 0-6, 1-2, 3-4, 5-6, 7-8|1.234.567 tegen 0.612.345|Kijk op https://a.example/06-12345678/|nr. 1234567890123|meer info at www.site.nl
"""


@pytest.mark.parametrize("kind", PERSONAL)
def test_c7_personal_data_is_found_in_any_disguise(kind):
    found = {
        said: personal_data(clean_body(f"Hoi, {said} groeten", max_chars=500)) for said in PERSONAL[kind].split("|")
    }
    assert {said: what for said, what in found.items() if what != kind} == {}


def test_c7_what_only_looks_like_it_is_not_held():
    assert [said for said in cut(NOT_PERSONAL) if personal_data(said)] == []


def test_c7_ordinary_numbers_are_not_taken_for_personal_ones():
    chance = random.Random(4)
    for _ in range(2000):
        number = chance.choice(
            [
                f"KvK {chance.randint(10**7, 10**8 - 1)}",
                f"order {chance.randint(10**8, 10**9 - 1)}",
                f"nummer {chance.randint(10**8, 10**9 - 1)}",
                f"{chance.randint(1, 999)}.{chance.randint(100, 999)}.{chance.randint(100, 999)},{chance.randint(10, 99)}",
                f"978-{chance.randint(10, 99)}-{chance.randint(100, 999)}-{chance.randint(1000, 9999)}-{chance.randint(0, 9)}",
            ]
        )
        assert personal_data(f"Zie {number} op de doos.") == "", number
