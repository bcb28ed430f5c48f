"""A process of its own, for races: reads one JSON command a line, obeys, answers one line of JSON.

post: the keywords of post_reaction, and as_author; decide, edit, claim: what two may do at once; report: every reaction and the counters of an article.
"""

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection
from django.utils import timezone

from articles.models import Article, Discussion
from forum.outbox.models import OutgoingMail
from forum.reactions import actions
from forum.reactions.editing import edit_reaction
from forum.reactions.models import Reaction
from forum.reactions.naming import NameTaken, claim_name
from forum.reactions.owning import reader_key
from tests.factories import make_article


def make() -> Any:
    return make_article().pk


def post(article: int, **fields: Any) -> Any:
    begun = time.monotonic()
    under = Article.objects.select_related("author").get(pk=article)
    author = under.author if fields.pop("as_author", False) else None
    try:
        reaction = actions.post_reaction(under, author=author, **fields)
    except actions.AlreadyPosted as error:
        return {"again": error.reaction.pk}
    except actions.TooMany as error:
        return {"wait": error.wait.total_seconds()}
    except actions.ParentGone:
        return {"gone": fields["parent_id"]}
    return {"posted": reaction.pk, "status": reaction.status, "seconds": time.monotonic() - begun}


def post_many(article: int, name: str, count: int) -> Any:
    """By turns an opening and an answer to it."""
    said = []
    for n in range(count):
        parent_id = said[-1]["posted"] if n % 2 else None
        said.append(post(article, name=name, website="", body=f"{name} zegt {n}.", parent_id=parent_id))
    return said


def decide(reaction: int, verb: str, seen: str = "") -> Any:
    """`seen`: the state that this moderator had before him; without it, the state as it is when he gets to it."""
    row = Reaction.objects.get(pk=reaction)
    row.status = seen or row.status
    try:
        return {"decided": getattr(actions, verb)(row).status}
    except actions.AlreadyDecided as error:
        return {"already": error.reaction.status}


def edit(reaction: int, body: str) -> Any:
    row = Reaction.objects.select_related("article", "parent").get(pk=reaction)
    try:
        return {"edited": edit_reaction(row, website="", body=body).body}
    except actions.AlreadyDecided as error:
        return {"already": error.reaction.status}


def claim(email: str, name: str) -> Any:
    try:
        return {"claimed": claim_name(reader_key(email), name, now=timezone.now()).owner}
    except NameTaken:
        return {"taken": name}


def report(article: int) -> Any:
    rows = Reaction.objects.filter(article=article)
    return {
        "reactions": list(
            rows.values(
                *("pk", "parent_id", "thread_no", "reply_no", "status", "replies", "last_reply_no"),
                *("is_question", "by_author", "answers_id", "answered_by_id"),
            )
        ),
        "discussion": Discussion.objects.values("visible", "last_thread_no", "version", "questions", "answered").get(
            pk=article
        ),
        "mails": OutgoingMail.objects.filter(kind="confirmation").count(),
    }


def main() -> None:
    commands = {command.__name__: command for command in (make, post, post_many, decide, edit, claim, report)}
    for line in sys.stdin:
        command, fields = json.loads(line)
        try:
            answer = commands[command](**fields)
        except Exception as error:  # noqa: BLE001  (the test reads it)
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)
    connection.close()


if __name__ == "__main__":
    main()
