"""What is found: the same on both databases."""

import pytest

from forum.search.inflection import forms_of
from forum.search.words import MAX_CHARS, read_query
from tests.factories import make_article
from tests.hostile import STRINGS, UNITS
from tests.reactions.talk import say
from tests.search.asking import articles_with, finds, reactions_with

pytestmark = pytest.mark.django_db

SENTENCE = "De burgemeester van Hallerwaard reed niet naar de brug, maar dronk «koffie» in het café/terras (nr. 12b) – heel naïef!"


@pytest.mark.parametrize(
    "word", ["De", "burgemeester", "van", "Hallerwaard", "reed", "niet", "naar", "de", "brug", "maar"]
)
def test_every_word_that_occurs_is_found_also_the_smallest(word):
    reaction, article = say(make_article(), SENTENCE), make_article(body=SENTENCE)
    for typed in (word, word.upper(), word.lower(), f" {word}, ", f"({word})"):
        assert reactions_with(typed) == [reaction], typed
        assert article in articles_with(typed), typed


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        *(("café", "cafe"), ("cafe", "café"), ("CAFÉ", "café"), ("cafe\u0301", "CAFÉ"), ("naïef", "naief")),
        *(("coördinatie", "coordinatie"), ("Ångström", "angstrom"), ("Tiếng", "tieng"), ("façade", "FACADE")),
        *(("Søren", "SØREN"), ("Straße", "straße"), ("Иван", "иван"), ("ΛΌΓΟΣ", "λόγος"), ("Ĳsland", "ĳsland")),
        *(
            ("日本語", "日本語"),
            ("हिन्दी", "हिन्दी"),
            ("سلام", "سلام"),
            ("12.5", "12.5"),
            ("2026-11-26", "26"),
            ("H2O", "h2o"),
        ),
        *(
            ("foto's", "foto's"),
            ("en/of", "of"),
            ("ja…nee", "nee"),
            ("‘stil’", "stil"),
            ("www.stad.example/pad", "pad"),
        ),
        *(("e-mailadres", "mailadres"), ("a_b", "b"), ("geluids\u00admeting", "geluidsmeting"), ("1e10", "1e10")),
        *(("x²", "x²"), ("½", "½"), ("№5", "№5"), ("één", "een"), ("C++", "c"), ("AT&T", "at&t"), ("50%", "50%")),
    ],
)
def test_with_and_without_accents_whatever_stands_around_it(said, typed):
    reaction, article = say(make_article(), f"Zie {said} hier"), make_article(title=f"Over {said} gesproken")
    assert reactions_with(typed) == [reaction]
    assert article in articles_with(typed)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        *(("fietsen", "fiets"), ("fiets", "fietsen"), ("fietsje", "fiets"), ("fietst", "fietsen"), ("bomen", "boom")),
        *(("boom", "bomen"), ("bedden", "bed"), ("bed", "bedden"), ("brieven", "brief"), ("brief", "brieven")),
        *(("huizen", "huis"), ("huis", "huizen"), ("loopt", "lopen"), ("lopen", "loop"), ("dag", "dagen")),
        *(
            ("gemeenten", "gemeente"),
            ("gemeente", "gemeenten"),
            ("ideeën", "idee"),
            ("stille", "stil"),
            ("foto", "foto"),
        ),
    ],
)
def test_other_forms_of_a_dutch_word_are_found(said, typed):
    reaction = say(make_article(), f"Zie {said} hier")
    assert reactions_with(f"{typed} zie") == [reaction]


@pytest.mark.parametrize(
    ("said", "typed"),
    [("houses", "house"), ("house", "houses"), ("cities", "city"), ("city", "cities"), ("running", "run"),
     ("walked", "walk"), ("walk", "walking"), ("boxes", "box")],
)  # fmt: skip
def test_other_forms_of_an_english_word_are_found(said, typed):
    article = make_article(title=f"About {said} here", language="en")
    assert articles_with(f"{typed} about") == [article]


def test_stems_are_found_in_the_language_of_the_text_where_the_database_knows_them(engine):
    say(make_article(language="en"), "The relational databases")
    assert finds("relation the") == (engine == "postgresql")


def test_the_last_word_may_be_the_beginning_of_one():
    reaction = say(make_article(), "Zij oefent op haar viool in de avondschemering")
    for typed in ("avond", "de avon", "AVONDSCH", "viool avondsche", "oefe"):
        assert reactions_with(typed) == [reaction], typed
    for typed in ("avo", "avond viool", "avon de", '"avon"', "schemering"):
        assert reactions_with(typed) == [], typed


def test_all_words_must_occur_and_those_with_a_minus_may_not():
    both, one = say(make_article(), "een rode brug"), say(make_article(), "een blauwe brug")
    assert reactions_with("brug een") == [one, both]
    assert reactions_with("rode brug") == [both]
    assert reactions_with("brug -rode") == [one]
    assert reactions_with('brug -"rode brug"') == [one]
    assert reactions_with("-rode") == []
    assert reactions_with("rood-blauwe brug") == []


def test_words_between_quotes_stand_in_a_row():
    row = say(make_article(), "hij zag de stille straat liggen")
    apart = say(make_article(), "de straat was een stille getuige")
    assert set(reactions_with("stille straat")) == {row, apart}
    for typed in ('"stille straat"', "“stille straat”", "„STILLE straat”", '"stille straat', 'zag "stille straat" de'):
        assert reactions_with(typed) == [row], typed
    assert reactions_with('"straat stille"') == []


def test_the_name_above_a_reaction_and_the_byline_of_an_article_are_found():
    article = make_article()
    reaction = say(article, "Mooi stuk", name="Zoë Quispel")
    assert reactions_with("zoe quispel") == [reaction]
    assert articles_with(article.author.name) == [article]


@pytest.mark.parametrize(
    "typed", ["x1", "answer", "\ue000x1", "\ue000answer", "§x1", "§answer", "d20261126", "b0", "x"]
)
def test_the_words_that_the_index_keeps_for_itself_cannot_be_typed(typed):
    article = make_article()
    say(article, "Een gewone reactie", author=article.author)
    assert not finds(typed)


def test_who_writes_the_words_of_the_index_comes_into_no_other_list():
    elsewhere = make_article()
    say(make_article(), f"\ue000x{elsewhere.pk} §x{elsewhere.pk} \ue000answer §answer onzin")
    assert len(reactions_with("onzin")) == 1
    assert reactions_with("onzin", only_authors=True) == []
    assert reactions_with("onzin", section=elsewhere.section_id) == []


def test_p05_nothing_typed_breaks_it():
    say(make_article(), "Een fiets")
    operators = ("AND", "OR NOT", "NEAR(a b)", "a AND", "title:fiets", "{title} : x", "^fiets", "fiets*", "fie*ts", "+ -", "a:b",
                 "'fiets':*", "fiets & !brug", "(fiets", "fiets)", "fiets <-> brug", ":*", "\\", "''", '"" ""', '-""', "- -", "!!a",
                 "rowid:1", "rank", "%", "_", "%s", "é" * 10_000, "a " * 60, '"' * 99, "-" * 99, "\u0301" * 99, "a\u0301\u0316" * 40)  # fmt: skip
    for typed in (*STRINGS, *(unit * 30 for unit in UNITS), *operators):
        finds(typed)
    assert finds("fiets OR (") is False and finds('fiets "') is True


@pytest.mark.parametrize("letters", ["abcdefgh", "日本語文字検索室", "𝔞𝔟𝔠𝔡𝔢𝔣𝔤𝔥"])
def test_p05_a_text_of_any_size_can_be_saved_and_its_beginning_is_found(letters):
    words = ("".join(letters[int(digit)] for digit in f"{n:o}") for n in range(60_000))
    article = make_article(body=" ".join(words) + " " + letters * 1_000)
    assert articles_with("".join(letters[int(digit)] for digit in "17")) == [article]


def test_only_the_first_hundred_characters_are_read_and_controls_are_dropped():
    read = read_query("\x00a\x07b\u2028 " + "woord " * 60)
    assert len(read.text) <= MAX_CHARS and read.text.startswith("a b woord")
    assert [term.words for term in read.terms][:3] == [("a",), ("b",), ("woord",)]
    assert read_query("   ").terms == () == read_query("!? -").terms


@pytest.mark.parametrize("word", ["", "de", "ik", "12", "naïef", "日本語", "fiets1"])
def test_what_is_no_plain_word_has_no_other_forms(word):
    assert forms_of(word) == ()


@pytest.mark.parametrize(
    ("word", "never"),
    [
        ("kat", "kas"),
        ("bom", "boom"),
        ("boom", "bommen"),
        ("man", "maan"),
        ("bel", "beel"),
        ("zon", "zoon"),
        ("een", "en"),
    ],
)
def test_forms_of_one_word_are_not_those_of_another(word, never):
    assert never not in forms_of(word)
