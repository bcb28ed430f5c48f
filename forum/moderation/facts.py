"""What a moderator should know of a reaction before he decides. A fixed number of queries, each bounded by an index."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from forum.moderation.models import Decision
from forum.reactions.models import Reaction
from forum.reports.models import Report
from forum.spam.reasons import in_words
from forum.webaddress import find_links, shown_host

LOOKED_BACK = 200  # earlier reactions under one name or from one address
HOSTS_SHOWN = 10
REPORTS_SHOWN = 50
DECISIONS_SHOWN = 20
Status = Reaction.Status


@dataclass(frozen=True)
class Before:
    """How often this name, or this address, was met before."""

    published: int
    refused: int

    @property
    def nothing(self) -> bool:
        return not (self.published or self.refused)


@dataclass(frozen=True)
class Facts:
    why: list[str]
    of_reader: Before | None  # None: he gave no address
    of_name: Before
    links: int
    hosts: list[str]
    website_seen: bool | None  # None: there is none
    reports: list[Report]
    decisions: list[Decision]


def facts_of(reaction: Reaction) -> Facts:
    """Six queries at most."""
    others = Reaction.objects.filter(pk__lt=reaction.pk)
    hosts = _hosts(reaction.body)
    return Facts(
        why=[in_words(reason) for reason in reaction.held_because] if reaction.status != Status.PUBLISHED else [],
        of_reader=_before(others.filter(reader_key=reaction.reader_key).exclude(reader_key=""))
        if reaction.reader_key
        else None,
        of_name=_before(others.filter(name=reaction.name)),
        links=len(hosts),
        hosts=list(dict.fromkeys(hosts))[:HOSTS_SHOWN],
        website_seen=_was_seen(reaction, others),
        reports=list(Report.objects.open().filter(reaction=reaction).order_by("pk")[:REPORTS_SHOWN]),
        decisions=decisions_of(reaction),
    )


def decisions_of(reaction: Reaction) -> list[Decision]:
    return list(
        Decision.objects.filter(reaction=reaction).select_related("by", "exhibit").order_by("-pk")[:DECISIONS_SHOWN]
    )


def last_decision(reaction: Reaction) -> Decision | None:
    return Decision.objects.filter(reaction=reaction).select_related("by").order_by("-pk").first()


def _before(rows: QuerySet[Reaction]) -> Before:
    states = Counter(rows.order_by("-pk").values_list("status", flat=True)[:LOOKED_BACK])
    return Before(states[Status.PUBLISHED], states[Status.REFUSED] + states[Status.REMOVED] + states[Status.SPAM])


def _was_seen(reaction: Reaction, others: QuerySet[Reaction]) -> bool | None:
    if not reaction.website:
        return None
    return others.filter(website=reaction.website).exclude(website="").exists()


def _hosts(body: str) -> list[str]:
    return [shown_host(address) for _start, _end, address in find_links(body) if address]
