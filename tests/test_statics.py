"""Our style sheets are handed out smaller, and say the same."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from forum.statics import SmallerStaticFiles, smaller_css


@pytest.mark.parametrize(
    ("css", "smaller"),
    [
        ("/* who */ a { color: red; }\n\nb , i > u { margin: 0 auto }", "a{color:red}b,i>u{margin:0 auto}"),
        ("a :hover { width: calc(1px + 2 * 3px) }", "a :hover{width:calc(1px + 2 * 3px)}"),
        ("a::before { content: '/* { not ; this */  '; }", "a::before{content:'/* { not ; this */  '}"),
        ('a { content: "it\'s  \\"so\\" ; "; }', 'a{content:"it\'s  \\"so\\" ; "}'),
        ("@media (min-width: 4rem) and (hover) { a { b: url(x y.png) } }", "@media (min-width:4rem) and (hover){a{b:url(x y.png)}}"),
        ("a { } /* one */ /* two */ b { }", "a{}b{}"),
        (":root { --gap: ; --list: a,\n b }", ":root{--gap:;--list:a,b}"),
    ],
)  # fmt: skip
def test_what_says_nothing_goes(css: str, smaller: str):
    assert smaller_css(css) == smaller + "\n"
    assert smaller_css(smaller_css(css)) == smaller_css(css)


@pytest.mark.parametrize("name", ["luisterkamer.css", "desk.css"])
def test_our_own_lose_their_comments_and_nothing_else(name: str):
    css = (Path(settings.BASE_DIR) / "static" / name).read_text()
    smaller = smaller_css(css)
    assert "/*" not in smaller and len(smaller) < len(css)
    for mark in "{}()":
        assert smaller.count(mark) >= css.count(mark) - 2 * css.count("/*")  # some stood in comments
    assert smaller.count("{") == smaller.count("}")


def test_only_what_lies_at_the_top_is_changed(tmp_path):
    storage = SmallerStaticFiles(location=tmp_path, base_url="/static/")
    for name in ("own.css", "admin/theirs.css"):
        storage.save(name, ContentFile(b"a { b: c; } /* said */\n"))
    assert (tmp_path / "own.css").read_bytes() == b"a{b:c}\n"
    assert (tmp_path / "admin/theirs.css").read_bytes() == b"a { b: c; } /* said */\n"
