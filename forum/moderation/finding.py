"""Search at the desk: by number, name, website and words, also in what readers do not see."""

from forum.converters import number_in_query
from forum.moderation.queues import PER_PAGE, light, unpublished_with
from forum.reactions.models import Reaction
from forum.search.searching import search
from forum.webaddress import safe_address

MAX_CHARS = 100
Status = Reaction.Status


def find(typed: str, *, state: str = "") -> list[Reaction]:
    """At most PER_PAGE, the newest first; what has exactly this number, name or website before the others."""
    typed = " ".join(typed.replace("\0", "").split())[:MAX_CHARS]
    if not typed:
        return []
    found: dict[int, Reaction] = {}
    number = number_in_query(typed.removeprefix("#"))
    if number is not None:
        found |= light().in_bulk([number])
    for rows in (_named(typed), _with_website(typed)):
        found |= {row.pk: row for row in rows if row.pk not in found}
    if state in ("", Status.PUBLISHED):
        hits = search(typed, kind="reactions", order="newest", count=PER_PAGE).reactions.hits
        numbers = [hit.reaction.pk for hit in hits if hasattr(hit, "reaction")]
        found |= {pk: row for pk, row in light().in_bulk(numbers).items() if pk not in found}
    if state != Status.PUBLISHED:
        found |= {row.pk: row for row in unpublished_with(typed.split()[:5], state=state) if row.pk not in found}
    fitting = [row for row in found.values() if not state or row.status == state]
    exact = [row for row in fitting if row.pk == number or row.name == typed]
    rest = sorted((row for row in fitting if row not in exact), key=lambda row: -row.pk)
    return [*exact, *rest][:PER_PAGE]


def _named(name: str) -> list[Reaction]:
    return list(light().filter(name=name[:60]).order_by("-pk")[:PER_PAGE])


def _with_website(typed: str) -> list[Reaction]:
    """`www.example.org`, with or without what comes before it."""
    address = safe_address(typed)
    if address is None or "." not in typed:
        return []
    same = {address, address.replace("https://", "http://", 1), address.replace("http://", "https://", 1)}
    return list(light().filter(website__in=same).exclude(website="").order_by("-pk")[:PER_PAGE])
