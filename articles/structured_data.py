"""What pages say to machines in schema.org's words (JSON-LD), and the picture that stands for an article elsewhere.

Nothing here asks the database anything: it is made of what the page around it has loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from articles.models import Article, Author, Section
from forum.webaddress import absolute

CONTEXT = "https://schema.org"
SOCIAL_SIZE = (1200, 630)  # pixels of Article.social_image

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    address: str
    width: int
    height: int
    alt: str


def iso_moment(moment: datetime, here: tzinfo | None = None) -> str:
    """Local time with its offset, to the second: what `<time datetime>`, feeds and schema.org take.

    `here`: the time zone, when the caller has many moments to tell.
    """
    return moment.astimezone(here or timezone.get_current_timezone()).isoformat(timespec="seconds")


def social_picture(article: Article) -> Picture | None:
    """The one made from the title, else the largest JPEG of the main picture, when the article came with it."""
    if article.social_image:
        return Picture(absolute(default_storage.url(article.social_image)), *SOCIAL_SIZE, article.title)
    for image in getattr(article, "main_images", []):
        if not image.renditions:  # the worker has not made them yet
            continue
        largest = image.renditions[-1]
        alt = "" if image.decorative else image.alt
        return Picture(absolute(default_storage.url(largest["jpeg"])), largest["width"], largest["height"], alt)
    return None


def article_data(article: Article) -> Data:
    assert article.published_at is not None  # only what is published has a page
    address = absolute(article.get_absolute_url())
    data: Data = {
        "@context": CONTEXT,
        "@type": "Article",
        "@id": f"{address}#article",
        "url": address,
        "mainEntityOfPage": address,
        "headline": article.title,
        "inLanguage": article.language,
        "datePublished": iso_moment(article.published_at),
        "dateModified": iso_moment(article.changed_at),
        "author": [
            {"@type": "Person", "name": name, "url": absolute(reverse("author", args=[slug]))}
            for name, slug in article.byline
        ],
        "publisher": publisher(),
        "articleSection": article.section.name,
        "wordCount": len(article.body.split()),
        "commentCount": article.discussion.visible,
    }
    if article.lead:
        data["description"] = article.lead
    if article.correction:
        data["correction"] = article.correction
    picture = social_picture(article)
    if picture:
        data["image"] = {"@type": "ImageObject", "url": picture.address}
        if picture.alt:
            data["image"]["caption"] = picture.alt
    return data


def publisher() -> Data:
    return {"@type": "Organization", "name": settings.SITE_NAME, "url": absolute(reverse("home"))}


def breadcrumbs(steps: Iterable[tuple[str, str]]) -> Data:
    """`steps`: (name, path) from the page below the front page down to this one."""
    way = [(settings.SITE_NAME, reverse("home")), *steps]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(way, start=1)
        ],
    }


def site_data() -> Data:
    """The whole site, and how it is searched."""
    target = f"{absolute('/search/')}?q={{search_term_string}}"
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": settings.SITE_NAME,
        "url": absolute(reverse("home")),
        "description": gettext("Articles to read in peace. Reactions to answer in peace."),
        "inLanguage": get_language(),
        "publisher": publisher(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def section_data(section: Section) -> Data:
    data: Data = {
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "name": section.name,
        "url": absolute(section.get_absolute_url()),
        "inLanguage": get_language(),
        "isPartOf": {"@type": "WebSite", "name": settings.SITE_NAME, "url": absolute(reverse("home"))},
    }
    if section.description:
        data["description"] = section.description
    return data


def author_data(author: Author) -> Data:
    person: Data = {"@type": "Person", "name": author.name, "url": absolute(author.get_absolute_url())}
    if author.bio:
        person["description"] = author.bio
    if author.photo:
        person["image"] = absolute(author.photo.url)
    if author.website:
        person["sameAs"] = author.website
    return {
        "@context": CONTEXT,
        "@type": "ProfilePage",
        "url": person["url"],
        "inLanguage": get_language(),
        "mainEntity": person,
    }
