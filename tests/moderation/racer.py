"""A moderator in a process of his own: reads one JSON command a line, decides, answers one line of JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User

from articles.models import Article
from forum.moderation import actions
from forum.moderation.models import Decision
from forum.reactions.actions import AlreadyDecided
from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from tests.factories import make_article
from tests.reactions.talk import say


def make(names: list[str]) -> Any:
    for name in names:
        User.objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})
    return make_article().pk


def wait(article: int, reported: bool) -> Any:
    """A reaction that waits; or one that is up and reported. And what a moderator sees of it."""
    reaction = say(Article.objects.get(pk=article), honeypot="" if reported else "x")
    if reported:
        file_report(reaction, reason="hate", explanation="x", client_key=str(reaction.pk))
    return [reaction.pk, str(actions.Seen.of(Reaction.objects.get(pk=reaction.pk)))]


def decide(reaction: int, verb: str, seen: str, by: str) -> Any:
    row = Reaction.objects.select_related("article", "parent").get(pk=reaction)
    me = User.objects.get(username=by)
    try:
        decision = actions.decide(row, verb, seen=actions.Seen.read(seen), by=me, ground="attack")
    except AlreadyDecided as error:
        last = Decision.objects.filter(reaction=reaction).select_related("by").latest("pk")
        return {"beaten_by": last.by.username, "state": error.reaction.status}
    return {"won": by, "state": decision.after}


def report(reaction: int) -> Any:
    log = Decision.objects.filter(reaction=reaction).order_by("pk").values_list("by__username", "what")
    return {"log": list(log), "state": Reaction.objects.get(pk=reaction).status}


def main() -> None:
    commands = {command.__name__: command for command in (make, wait, decide, report)}
    for line in sys.stdin:
        command, fields = json.loads(line)
        try:
            answer = commands[command](**fields)
        except Exception as error:  # noqa: BLE001  (the test reads it)
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
