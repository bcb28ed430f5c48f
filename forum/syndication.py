"""Atom documents as this site writes them. Source: RFC 4287; RFC 4685 for threads; WebSub, section 4, for the hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.xmlutils import SimplerXMLGenerator

from forum.characters import for_xml

SECONDS_KEPT = 60  # by readers and proxies in between; what was taken away is gone everywhere a minute later (P21)
THREADS = "http://purl.org/syndication/thread/1.0"
Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    uri: str = ""


class AtomFeed(Atom1Feed):
    """`changed`: when what it holds last changed. An entry may have several `people`, one language, and more `links`."""

    def __init__(self, *, title: str, page: str, address: str, language: str, changed: datetime, **more: Any) -> None:
        super().__init__(
            title, page, "", language, feed_url=address, feed_guid=address, author_name=settings.SITE_NAME, **more
        )
        self.changed = changed

    def add_entry(
        self,
        *,
        title: str,
        page: str,
        atom_id: str,
        language: str,
        people: Sequence[Person],
        content: str,
        published: datetime,
        updated: datetime,
        links: Sequence[Attributes] = (),
        in_reply_to: Attributes | None = None,
        summary: str = "",
        categories: Sequence[str] = (),
    ) -> None:
        self.add_item(
            title,
            page,
            None,  # type: ignore[arg-type]  # Django would call it HTML
            unique_id=atom_id,
            pubdate=published.replace(microsecond=0),
            updateddate=updated.replace(microsecond=0),
            categories=categories,
            language=language,
            people=people,
            content=content,
            links=links,
            in_reply_to=in_reply_to,
            summary=summary,
        )

    def latest_post_date(self) -> datetime:
        return self.changed.replace(microsecond=0)

    def root_attributes(self) -> Attributes:
        return {**super().root_attributes(), "xmlns:thr": THREADS}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed.get("hub"):
            handler.addQuickElement("link", "", {"rel": "hub", "href": self.feed["hub"]})

    def item_attributes(self, item: dict[str, Any]) -> Attributes:
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for person in item["people"]:
            handler.startElement("author", {})  # type: ignore[arg-type]  # as Django calls it
            handler.addQuickElement("name", person.name)
            if person.uri:
                handler.addQuickElement("uri", person.uri)
            handler.endElement("author")
        for link in item["links"]:
            handler.addQuickElement("link", "", link)
        if item["in_reply_to"]:
            handler.addQuickElement("thr:in-reply-to", "", item["in_reply_to"])
        if item["summary"]:
            handler.addQuickElement("summary", item["summary"])
        handler.addQuickElement("content", item["content"], {"type": "html"})

    def write(self, outfile: IO[Any], encoding: str) -> None:
        handler = _Generator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        handler.startElement("feed", self.root_attributes())
        self.add_root_elements(handler)
        self.write_items(handler)
        handler.endElement("feed")


class _Generator(SimplerXMLGenerator):
    """Leaves out what XML cannot hold, where Django's raises: one odd character must not cost the whole feed."""

    def characters(self, content: str) -> None:
        super().characters(for_xml(content))

    def startElement(self, name: str, attrs: Any) -> None:
        super().startElement(name, {key: for_xml(value) for key, value in attrs.items()})  # type: ignore[arg-type]


def answer(content: bytes | str, *, content_type: str, changed: datetime | None = None) -> HttpResponse:
    """The same for everybody, session or not; its ETag and 304 come from the middleware."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={SECONDS_KEPT}"
    if changed:
        response["Last-Modified"] = http_date(changed.timestamp())
    return response


def atom_answer(feed: AtomFeed) -> HttpResponse:
    return answer(feed.writeString("utf-8"), content_type=feed.content_type, changed=feed.changed)
