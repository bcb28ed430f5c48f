"""What an article lacks, and what changed between two texts."""

import time

import pytest
from django.utils import translation

from articles.actions import NotReady, publish_article
from articles.differences import merge, pieces
from articles.illustrating import save_image
from articles.models import Article, ArticleImage
from articles.todo import essentials, still_to_do
from tests.articles.pictures import make_image, picture_bytes
from tests.factories import make_article


def article(**fields) -> Article:
    fields = {"title": "Kop", "lead": "Lead.", "body": "Tekst.", "section_id": 1, "author_id": 1, **fields}
    return Article(**fields)


def said(article: Article, *images: ArticleImage) -> list[str]:
    return [str(todo.sentence) for todo in still_to_do(article, images)]


def test_an_article_that_is_done_has_nothing_to_do():
    done = article(body="Tekst met [een link](https://x.example).\n\n## Kop.\n\nDaaronder.\n\n![](image:2)")
    assert said(done, ArticleImage(number=2, alt="Een gracht."), ArticleImage(number=3, decorative=True)) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": " "}, "de kop is leeg"),
        ({"body": "\n"}, "de tekst is leeg"),
        ({"section_id": None}, "de rubriek ontbreekt"),
        ({"author_id": None}, "de auteur ontbreekt"),
    ],
)
def test_what_is_essential_comes_first(fields, sentence):
    assert said(article(**fields))[0] == sentence
    assert [str(todo.sentence) for todo in essentials(article(**fields))] == [sentence]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lead": ""}, "de lead is leeg"),
        ({"title": "a" * 91}, "de kop is langer dan 90 tekens"),
        ({"body": "Tekst.\n\n## Leeg ##\n\n## Vol\n\nJa."}, "de tussenkop ‘Leeg’ staat zonder tekst"),
        ({"body": "Tekst.\n\n### Aan het eind"}, "de tussenkop ‘Aan het eind’ staat zonder tekst"),
        ({"body": "![](image:7)\n\n![x](image:7)"}, "de tekst toont beeld 7, en dat is er niet"),
        ({"body": "Zie [hier]()."}, "een link gaat nergens heen: [hier]()"),
        ({"body": "Zie [](https://x.example)."}, "een link gaat nergens heen: [](https://x.example)"),
    ],
)
def test_of_the_rest_it_only_warns(fields, sentence):
    assert said(article(**fields)) == [sentence]
    assert essentials(article(**fields)) == []


@pytest.mark.django_db
def test_a_picture_is_described_or_decoration_before_readers_see_it():
    draft = make_article(status=Article.Status.DRAFT, published_at=None)
    picture = make_image(picture_bytes(size=(64, 64)), article=draft, alt="", made=False)
    with translation.override("nl"):
        assert [str(todo.sentence) for todo in essentials(draft)] == ["beeld 1 mist een beschrijving"]
    with pytest.raises(NotReady):
        publish_article(draft)
    picture.decorative = True
    save_image(picture)
    assert essentials(draft) == [] and publish_article(draft).is_public


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "#" * 100_000,
        "![](image:1" * 9_000,
        "[](" * 30_000,
        "# \n" * 30_000,
        "![" * 50_000,
        "[](" + " " * 100_000,
    ],
)
def test_hostile_text_costs_no_more_than_its_length(body):
    begun = time.process_time()
    said(article(body=body))
    assert time.process_time() - begun < 2


def rebuilt(found, *kinds) -> str:
    return "".join(piece.text for piece in found if piece.kind in kinds)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Een warme dag.", "Een koude dag."),
        ("Eén.\n\nTwee.\n", "Eén.\n\nDrie.\n\nTwee."),
        ("", "Nieuw."),
        ("Weg.", ""),
        ("Zelfde.", "Zelfde."),
        ("a b c d", "a x c y"),
        ("  ", "\n"),
        ("woord " * 5000 + "einde", "ander " * 5000 + "einde"),
    ],
)
def test_the_pieces_make_both_texts_again(before, after):
    found = pieces(before, after)
    if all(piece.kind != "cut" for piece in found):
        assert rebuilt(found, "same", "new") == after and rebuilt(found, "same", "gone") == before


def test_long_stretches_that_are_the_same_are_cut_and_what_changed_never_is():
    found = pieces("woord " * 500 + "warm" + " slot" * 500, "woord " * 500 + "koud" + " slot" * 500)
    assert [piece.kind for piece in found] == ["cut", "same", "gone", "new", "same", "cut"]
    assert rebuilt(found, "gone").strip() == "warm" and rebuilt(found, "new").strip() == "koud"


def test_who_alone_changed_a_field_gets_it():
    base = {"title": "a", "lead": "a", "body": "a", "slug": "a"}
    merged = merge(base, base | {"title": "mine", "body": "mine"}, base | {"lead": "theirs", "body": "theirs"})
    assert merged.fields == {"title": "mine", "lead": "theirs", "body": "mine", "slug": "a"}
    assert merged.clashes == ["body"]
    unknown = merge({}, {"title": "mine"}, {"title": "theirs"})
    assert unknown.fields == {"title": "mine"} and unknown.clashes == ["title"]
