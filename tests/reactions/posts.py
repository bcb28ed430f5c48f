"""What a reader's browser does: open the form, send it."""

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from articles.models import Article
from forum.reactions.models import Reaction

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def send(client: Client, article: Article, *, headers: dict[str, str] = FROM_OUR_PAGE, **fields: Any) -> HttpResponse:
    fields = {"name": "Sanne Kuipers", "website": "", "email": "", "body": "Dit blijft me bij.", "parent": "", **fields}
    return client.post(f"/articles/{article.slug}/reactions/", fields, headers=headers)


def inputs(page: HttpResponse | str) -> dict[str, str]:
    """Name -> value of the inputs of a page's form, as a browser would send them (no unticked boxes)."""
    page = page if isinstance(page, str) else page.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag, re.DOTALL)
        if name and ("radio" not in tag and "checkbox" not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(words)
    return found


def cookies_of(answer: HttpResponse) -> set[str]:
    """The names of its cookies, save the one of who has just posted: that is sent to a page of its own only."""
    return {name for name, it in answer.cookies.items() if not (name[:4] == "own-" and it["path"] == "/mine/recent/")}


def the_reaction() -> Reaction:
    return Reaction.objects.get()


def text_of(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())
