"""The street of gables: facts in, one picture out."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.skyline import MAX_HOUSES, draw, house

houses = st.builds(house, words=st.integers(0, 5000), depth=st.integers(0, 40), by_author=st.booleans())


def test_without_reactions_there_is_no_street():
    assert draw("") == ""


def test_longer_reactions_make_taller_houses_up_to_a_limit():
    codes = [house(words=words, depth=0, by_author=False) for words in (0, 4, 9, 20, 60)]
    assert len(set(codes)) == 5
    assert house(words=60, depth=0, by_author=False) == house(words=900, depth=0, by_author=False)


@pytest.mark.parametrize(("depth", "mark"), [(0, "h3.2"), (1, "L7.5"), (2, "q.3"), (3, "h14.4"), (9, "h14.4")])
def test_the_shape_tells_the_depth(depth, mark):
    assert mark in draw(house(words=9, depth=depth, by_author=False))


def test_the_author_lives_in_full_green():
    reader, author = (house(words=9, depth=0, by_author=by_author) for by_author in (False, True))
    assert 'class="a"' not in draw(reader)
    assert 'class="a"' in draw(author)


def test_a_small_street_leaves_out_the_windows():
    street = house(words=30, depth=0, by_author=False)
    assert 'class="w"' not in draw(street)
    assert 'class="w"' in draw(street, windows=True, height=62)


@given(st.lists(houses, min_size=1, max_size=2 * MAX_HOUSES), st.booleans())
def test_any_street_is_one_well_formed_picture_within_its_canvas(codes, windows):
    assert all(len(code) == 2 and code.isascii() for code in codes)
    drawn = ElementTree.fromstring(draw("".join(codes), windows=windows))
    count = min(len(codes), MAX_HOUSES)
    assert drawn.get("viewBox") == f"0 0 {2 + 13 * count} 40"
    assert drawn.get("aria-hidden") == "true"
    assert len(drawn) <= 4
    outlines = [part for path in drawn if path.get("class") != "w" for part in path.get("d").split("M")[1:]]
    assert sorted(int(part.split()[0]) for part in outlines) == [1 + 13 * n for n in range(count)]
    assert not re.search(r"\d\.\d{3}|e-|nan", ElementTree.tostring(drawn).decode())
    assert all(0 <= float(part.split("V")[1].split("h")[0].split("q")[0].split("L")[0]) <= 40 for part in outlines)
