"""The words of what we mail to the staff: a code to log in with, an invitation, a change in how one logs in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from forum.outbox.letterhead import halves, link
from forum.outbox.letters import Letter


def login_code(code: str, *, language: str) -> Callable[[], Letter]:
    minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
    return lambda: _letter("login_code", language, {"code": code, "minutes": minutes})


def invitation(*, name: str, invited_by: str, language: str) -> Callable[[], Letter]:
    context = {"name": name, "invited_by": invited_by, "link": link("account_login")}
    return lambda: _letter("invitation", language, context)


def login_changed(what: str, *, language: str) -> Callable[[], Letter]:
    return lambda: _letter("login_changed", language, {"what": what, "link": link("account")})


def _letter(kind: str, language: str, context: dict[str, Any]) -> Letter:
    subject, text, html = halves(kind, language, context)
    return Letter(subject=subject, text=text, html=html, message_id="")  # forum.outbox.urgent gives it
