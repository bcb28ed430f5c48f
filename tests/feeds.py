"""Reads feeds, sitemaps and JSON-LD as strangers do, and says what is wrong with them."""

import json
from datetime import datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
THREADS = "{http://purl.org/syndication/thread/1.0}"
GRAMMARS = Path(__file__).with_name("grammars")
# What HTML inside a feed may be made of, whoever wrote it.
ELSEWHERE = {
    **{tag: set() for tag in ("p", "br", "em", "strong", "ul", "li", "h2", "h3", "hr", "blockquote", "figure")},
    **{"figcaption": set(), "ol": {"start"}, "a": {"href", "title", "rel"}, "img": {"src", "alt", "width", "height"}},
}


@cache
def grammar(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(GRAMMARS / f"{name}.rng"))


def sitemap(content: bytes) -> etree._Element:
    """Parsed, when it is valid."""
    document = etree.fromstring(content)
    grammar("sitemap").assertValid(document)
    return document


def places(document: etree._Element) -> list[str]:
    return [loc.text for loc in document.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def atom(content: bytes) -> etree._Element:
    """Parsed, when it is valid in every way; also that feedparser has nothing to say about it."""
    document = etree.fromstring(content)
    grammar("atom").assertValid(document)
    # What appendix B of RFC 4287 leaves to Schematron, and what its text asks besides.
    feed_has_author = document.find(f"{ATOM}author") is not None
    entries = document.findall(f"{ATOM}entry")
    for entry in entries:
        assert feed_has_author or entry.find(f"{ATOM}author") is not None
        alternates = [link.get("hreflang") for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1 and entry.find(f"{ATOM}content") is not None
        assert_harmless(entry.find(f"{ATOM}content").text or "")
    ids = [element.text for element in document.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    for element in document.iter(f"{ATOM}id", f"{ATOM}uri"):
        assert urlsplit(element.text).scheme in ("http", "https", "tag"), element.text
    for link in document.iter(f"{ATOM}link"):
        assert urlsplit(link.get("href")).scheme in ("http", "https"), link.get("href")
    updated = [datetime.fromisoformat(element.text) for element in document.iter(f"{ATOM}updated")]
    assert updated[0] == max(updated)  # the feed's own
    read = feedparser.parse(content)
    assert not read.bozo and read.version == "atom10" and len(read.entries) == len(entries)
    return document


def entries(document: etree._Element) -> list[dict[str, Any]]:
    """What an entry says, in plain words."""
    return [
        {
            "title": entry.findtext(f"{ATOM}title"),
            "id": entry.findtext(f"{ATOM}id"),
            "page": entry.find(f"{ATOM}link[@rel='alternate']").get("href"),
            "language": entry.get("{http://www.w3.org/XML/1998/namespace}lang"),
            "people": [(a.findtext(f"{ATOM}name"), a.findtext(f"{ATOM}uri")) for a in entry.findall(f"{ATOM}author")],
            "published": datetime.fromisoformat(entry.findtext(f"{ATOM}published")),
            "updated": datetime.fromisoformat(entry.findtext(f"{ATOM}updated")),
            "content": entry.findtext(f"{ATOM}content"),
            "summary": entry.findtext(f"{ATOM}summary"),
            "in_reply_to": dict(found.attrib) if (found := entry.find(f"{THREADS}in-reply-to")) is not None else None,
            "replies": dict(found.attrib) if (found := entry.find(f"{ATOM}link[@rel='replies']")) is not None else None,
        }
        for entry in document.findall(f"{ATOM}entry")
    ]


def links(document: etree._Element) -> dict[str, str]:
    """Of the feed itself, by what they are."""
    return {link.get("rel"): link.get("href") for link in document.findall(f"{ATOM}link")}


def json_feed(content: bytes) -> dict[str, Any]:
    """Parsed, when it keeps the rules of version 1.1. Source: jsonfeed.org/version/1.1"""
    feed = json.loads(content.decode())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] and isinstance(feed["items"], list)
    allowed = {"version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon"}
    assert set(feed) <= allowed | {"favicon", "authors", "language", "expired", "hubs", "items"}
    for name in ("home_page_url", "feed_url"):
        assert urlsplit(feed[name]).scheme in ("http", "https")
    for hub in feed.get("hubs", []):
        assert hub["type"] and urlsplit(hub["url"]).scheme in ("http", "https")
    ids = [item["id"] for item in feed["items"]]
    assert all(isinstance(one, str) and one for one in ids) and len(ids) == len(set(ids))
    for item in feed["items"]:
        assert set(item) <= {
            *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"),
            *("date_published", "date_modified", "authors", "tags", "language", "attachments"),
        }
        assert item.get("content_html") or item.get("content_text")
        assert_harmless(item["content_html"])
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo
        for name in ("url", "image"):
            assert name not in item or urlsplit(item[name]).scheme in ("http", "https")
        assert all(author.get("name") or author.get("url") for author in item["authors"])
        assert all(isinstance(tag, str) for tag in item["tags"])
    return feed


class _Harmless(HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in ELSEWHERE, tag
        assert {name for name, _ in attrs} <= ELSEWHERE[tag], (tag, attrs)
        for name, value in attrs:
            if name in ("href", "src"):
                assert urlsplit(value).scheme in ("http", "https", *(("mailto",) if tag == "a" else ())), value

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html: str) -> None:
    parser = _Harmless(convert_charrefs=True)
    parser.feed(html)
    parser.close()


class _Blocks(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.within = tag == "script" and dict(attrs).get("type") == "application/ld+json"
        if self.within:
            self.found.append("")

    def handle_data(self, data):
        if self.within:
            self.found[-1] += data

    def handle_endtag(self, tag):
        self.within = False


def json_ld(page: str) -> dict[str, dict[str, Any]]:
    """What a page's blocks say, by type; each type stands once."""
    blocks = [json.loads(block) for block in _Blocks(page).found]
    kinds = {block["@type"]: block for block in blocks}
    assert len(kinds) == len(blocks)
    return kinds


def comments(data: dict[str, Any]) -> list[dict[str, Any]]:
    """All comments below, in reading order."""
    return [one for comment in data.get("comment", []) for one in (comment, *comments(comment))]
