"""What readers and editors write, as HTML: nothing but our own elements, nothing lost, never slow."""

import html
import subprocess
import sys
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.text import article_html, excerpt, joined, reader_html, reader_text
from tests import hostile

READERS_MARKUP = {"p": set(), "br": set(), "blockquote": set(), "a": {"href", "rel"}}
EDITORS_MARKUP = {
    **{tag: set() for tag in ("p", "br", "em", "strong", "ul", "li", "h2", "h3", "hr", "blockquote", "figcaption")},
    "a": {"href", "title"},
    "ol": {"start"},
    "div": {"class"},
    "figure": {"class"},
}
LINK = '<a href="https://voorbeeld.nl/" rel="ugc nofollow noopener">https://voorbeeld.nl</a>'
# Pieces that together make trouble more often than random letters do.
PIECES = st.sampled_from((*hostile.UNITS, *hostile.STRINGS, "https://voorbeeld.nl/", "> ", "\n", "\n\n", "## ", "— "))
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join))
quick = settings(max_examples=150, deadline=None)


class Parsed(HTMLParser):
    """The elements, the links and the visible text of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.odd: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_only(markup: dict[str, set[str]], source: str, starts: tuple[str, ...]) -> Parsed:
    parsed = Parsed(source)
    assert not parsed.odd
    for tag, attributes in parsed.elements:
        assert tag in markup and set(attributes) <= markup[tag], (tag, attributes)
        assert tag != "a" or "href" not in attributes or attributes["href"].lower().startswith(starts)
    return parsed


def assert_readers(source: str) -> Parsed:
    parsed = assert_only(READERS_MARKUP, source, ("http://", "https://"))
    assert all(a["rel"] == "ugc nofollow noopener" for tag, a in parsed.elements if tag == "a")
    return parsed


def letters(text: str) -> str:
    """Without white space, and without the sign of a quotation."""
    return "".join(text.replace(">", "").split())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Mooi stuk.", "<p>Mooi stuk.</p>"),
        ("Een.\n\nTwee.", "<p>Een.</p><p>Twee.</p>"),
        ("Een.\n\n \n\nTwee.", "<p>Een.</p><p>Twee.</p>"),
        ("Een,\ntwee.", "<p>Een,<br>twee.</p>"),
        ("> Jij zei.\nIk zeg.", "<blockquote><p>Jij zei.</p></blockquote><p>Ik zeg.</p>"),
        ("Ik.\n> Jij,\n> en jij.", "<p>Ik.</p><blockquote><p>Jij,<br>en jij.</p></blockquote>"),
        ("> Een.\n>\n> Twee.", "<blockquote><p>Een.</p><p>Twee.</p></blockquote>"),
        ("> > Diep.", "<blockquote><p>&gt; Diep.</p></blockquote>"),
        (">:( Nee.", "<p>&gt;:( Nee.</p>"),
        ("a\n>\nb", "<p>a<br>&gt;<br>b</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("# geen *Markdown* `hier`", "<p># geen *Markdown* `hier`</p>"),
        ("", ""),
    ],
)
def test_a_readers_text_has_paragraphs_lines_and_quotations(body, expected):
    assert reader_html(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("https://voorbeeld.nl", LINK),
        ("Zie https://voorbeeld.nl.", f"Zie {LINK}."),
        ("(https://voorbeeld.nl)", f"({LINK})"),
        ("‘https://voorbeeld.nl’", f"‘{LINK}’"),
        ("https://voorbeeld.nl?!…", f"{LINK}?!…"),
        ("[url=https://voorbeeld.nl]x[/url]", f"[url={LINK}]x[/url]"),
        ("**https://voorbeeld.nl**", f"**{LINK}**"),
    ],
)
def test_an_address_becomes_a_link_without_the_sentence_around_it(body, expected):
    assert reader_html(body) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("https://nl.wikipedia.org/wiki/Rust_(muziek)", "https://nl.wikipedia.org/wiki/Rust_(muziek)"),
        ("HTTPS://Voorbeeld.NL/A?b=1&c=2#d", "https://voorbeeld.nl/A?b=1&c=2#d"),
        ("http://bücher.example/straße", "http://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://voorbeeld.nl:8443/x", "https://voorbeeld.nl:8443/x"),
    ],
)
def test_a_link_shows_what_was_typed_and_leads_to_what_is_safe(address, href):
    [_, (tag, attributes)] = assert_readers(reader_html(f"a {address}")).elements
    assert (tag, attributes["href"]) == ("a", href)
    assert Parsed(reader_html(f"a {address}")).text == f"a {address}"


@pytest.mark.parametrize(
    "body",
    [
        "http://localhost/ http://127.0.0.1/ http://0x7f.1/ http://[::1]/ http://2130706433/",
        "http://gebruiker:geheim@voorbeeld.nl/ https://voorbeeld.nl:0/ https://voorbeeld/",
        "javascript:alert(1) data:text/html,x ftp://voorbeeld.nl mailto:a@voorbeeld.nl www.voorbeeld.nl xhttps://x.nl",
        "https://" + "a" * 3000 + ".nl",
    ],
)
def test_what_is_not_safe_to_link_to_stays_text(body):
    parsed = assert_readers(reader_html(body))
    assert [tag for tag, _ in parsed.elements] == ["p"]
    assert parsed.text == body


def test_p10_no_payload_brings_markup_of_its_own_into_a_readers_text():
    payloads = list(hostile.markup())
    assert len(set(payloads)) >= 8_800
    for payload in payloads:
        made = reader_html(payload)
        parsed = assert_readers(made)
        assert letters(parsed.text) == letters(payload)


def test_p10_a_parser_like_a_browsers_sees_the_same_elements():
    for payload in list(hostile.markup())[::7]:
        made = reader_html(payload)
        kept = nh3.clean(
            made,
            tags=set(READERS_MARKUP),
            attributes={"a": {"href", "rel"}},
            link_rel=None,
            url_schemes={"http", "https"},
        )
        assert html.unescape(kept) == html.unescape(made).replace("\x00", "\ufffd")


def test_p10_no_payload_brings_markup_of_its_own_into_an_article():
    for payload in list(hostile.markup())[::3]:
        assert_editors(article_html(payload, lambda _: "").replace("&nbsp;", " "))


def test_the_check_itself_sees_what_it_should():
    for weak in ("<script>x</script>", "<p onclick=x>", "<a href='javascript:x'>", "<!-- x -->", "<img>"):
        with pytest.raises(AssertionError):
            assert_readers(weak)


@quick
@given(TEXTS)
def test_p10_any_text_is_shown_whole_and_only_in_our_elements(body):
    parsed = assert_readers(reader_html(body))
    assert letters(parsed.text) == letters(body)


@quick
@given(TEXTS)
def test_p10_any_markdown_gives_only_our_elements(markdown):
    assert_editors(article_html(markdown, lambda _: ""))


@quick
@given(TEXTS, st.integers(1, 80))
def test_any_text_can_be_wrapped_and_cut(body, size):
    assert letters(reader_text(body, size)) == letters(body)
    line = excerpt(body, size)
    assert len(line) <= size and "\n" not in line


def test_p11_hostile_text_takes_time_in_proportion_to_its_length():
    """Four million characters in a process that may use 20 seconds; with a scanner that looks back it takes hours."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from forum import cleaning, text\n"
        "from tests.hostile import UNITS\n"
        "for unit in UNITS:\n"
        "    body = (unit * (100_000 // len(unit) + 1))[:100_000]\n"
        "    text.reader_html(body), text.reader_text(body), text.excerpt(body, 200)\n"
        "    for clean in (cleaning.clean_name, cleaning.clean_website, cleaning.clean_email,\n"
        "                  lambda typed: cleaning.clean_body(typed, max_chars=100_000)):\n"
        "        try:\n"
        "            clean(body)\n"
        "        except cleaning.Refused:\n"
        "            pass\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_text_half_of_a_mail_wraps_words_and_keeps_addresses_whole():
    address = "https://voorbeeld.nl/" + "a" * 100
    body = f"{'woord ' * 30}\n> {'jij zei ' * 20}\nZie {address} maar."
    lines = reader_text(body).split("\n")
    assert all(len(line) <= 72 for line in lines if "://" not in line)
    assert address in lines
    assert sum(line.startswith("> ") for line in lines) == 3


@pytest.mark.parametrize(
    ("body", "chars", "expected"),
    [
        ("Kort.", 20, "Kort."),
        ("Precies twintig tek.", 20, "Precies twintig tek."),
        ("Een zin, die langer is dan mag.", 20, "Een zin, die langer…"),
        ("Een zin, die langer is dan mag.", 12, "Een zin…"),
        ("> Jij zei.\n\nIk\nzeg.", 40, "Ik zeg."),
        ("> Alleen geciteerd.", 40, "Alleen geciteerd."),
        ("Hottentottententententoonstelling", 10, "Hottentott"[:9] + "…"),
        ("\u202eomgekeerd\u202c", 40, "omgekeerd"),
        ("", 10, ""),
    ],
)
def test_an_excerpt_is_one_line_of_the_readers_own_words(body, chars, expected):
    assert excerpt(body, chars) == expected


def assert_editors(source: str) -> Parsed:
    parsed = assert_only(EDITORS_MARKUP, source, ("http://", "https://", "mailto:", "/", "#"))
    for tag, attributes in parsed.elements:
        assert attributes.get("class") in (None, "runin" if tag == "div" else "pull")
        assert not (attributes.get("href") or "").startswith(("//", "/\\"))
    return parsed


def article(markdown: str) -> str:
    made = article_html(markdown, lambda n: f"<figure>{n}</figure>" if n < 3 else "")
    return made.replace("\n", "")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Een.\n\nTwee *en* **drie**.", "<p>Een.</p><p>Twee <em>en</em> <strong>drie</strong>.</p>"),
        ("Nul.\n\n## Een.\nTwee.", '<p>Nul.</p><div class="runin"><h2>Een.</h2><p>Twee.</p></div>'),
        (
            "## Een.\nTwee.\n\nDrie.\n\n## Vier.\nVijf.",
            '<div class="runin"><h2>Een.</h2><p>Twee.</p><p>Drie.</p></div>'
            '<div class="runin"><h2>Vier.</h2><p>Vijf.</p></div>',
        ),
        ("## Een\n\n### Onder\n\nTwee.", '<div class="runin"><h2>Een</h2><h3>Onder</h3><p>Twee.</p></div>'),
        ("# Kop\n\nTwee.", '<div class="runin"><h2>Kop</h2><p>Twee.</p></div>'),
        (
            "> ‘Stil.’\n>\n> — Greet Amerling",
            '<figure class="pull"><blockquote><p>‘Stil.’</p></blockquote>'
            "<figcaption>Greet Amerling</figcaption></figure>",
        ),
        (
            "> ‘Stil *nu*.’\n> — Greet",
            '<figure class="pull"><blockquote><p>‘Stil <em>nu</em>.’</p></blockquote>'
            "<figcaption>Greet</figcaption></figure>",
        ),
        ("> ‘Stil.’", '<figure class="pull"><blockquote><p>‘Stil.’</p></blockquote></figure>'),
        ("> — Greet", '<figure class="pull"><blockquote><p>— Greet</p></blockquote></figure>'),
        ("- a\n- b\n\n3. c", '<ul><li>a</li><li>b</li></ul><ol start="3"><li>c</li></ol>'),
        ("a\n\n***\n\nb", "<p>a</p><hr><p>b</p>"),
        ("    vier spaties", "<p>vier spaties</p>"),
        ("<b>ruw</b>", "<p>&lt;b&gt;ruw&lt;/b&gt;</p>"),
        ("", ""),
    ],
)
def test_an_article_has_the_markup_of_the_design(markdown, expected):
    assert article(markdown) == expected


def test_a_picture_stands_alone_on_its_line_and_comes_from_us():
    assert article("Een.\n\n![](image:2)\n\nTwee.") == "<p>Een.</p><figure>2</figure><p>Twee.</p>"
    assert article("![](image:1)\n![](image:2)") == "<figure>1</figure><figure>2</figure>"
    assert article("![](image:9)") == ""
    assert article("Tekst ![](image:1) erbij.") == "<p>Tekst  erbij.</p>"
    assert article("![x](https://elders.example/x.png)") == ""


def test_an_article_links_inside_and_outside_but_not_in_disguise():
    made = article("[a](/articles/x/) [b](#c) [d](mailto:a@b.nl) [e](https://f.nl) https://g.nl")
    assert [a["href"] for tag, a in Parsed(made).elements if tag == "a"] == [
        *("/articles/x/", "#c", "mailto:a@b.nl", "https://f.nl", "https://g.nl")
    ]
    for bad in ("//elders.nl", "javascript:x", "data:,x", "ftp://x.nl", "vbscript:x"):
        assert "<a" not in article(f"[x]({bad}) [x](<{bad}>)"), bad
    assert_editors(article("[x](/\\elders.nl) [x](\\\\elders.nl) [x](/&#92;elders.nl) [x](/&#9;/elders.nl)"))


def test_joined_takes_finished_parts_as_they_are():
    assert joined(["<p>", "a", "</p>"]).__html__() == "<p>a</p>"
