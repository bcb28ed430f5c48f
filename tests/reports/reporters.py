"""What readers do who report: send the form, from an address of their own."""

from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client

from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from forum.reports.models import Report
from tests.reactions.posts import FROM_OUR_PAGE

_number = count(1)


def send_report(
    client: Client,
    reaction: Reaction,
    *,
    host: str = "192.0.2.1",
    headers: dict[str, str] = FROM_OUR_PAGE,
    **fields: Any,
) -> HttpResponse:
    fields = {"reason": "attack", "explanation": "‘Sukkel’ is geen argument.", "name": "", "email": "", **fields}
    return client.post(f"/reactions/{reaction.pk}/report/", fields, headers=headers, REMOTE_ADDR=host)


def report(reaction: Reaction, **fields: Any) -> Report:
    """Through the action, by a client of its own unless one is named."""
    fields = {"reason": "attack", "explanation": "Lelijk.", "client_key": f"client-{next(_number)}", **fields}
    return file_report(reaction, **fields)
