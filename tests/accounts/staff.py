"""Somebody of the staff, and the mail that is sent after an answer."""

import re
import threading
from itertools import count

from django.contrib.auth.models import User

from forum.accounts.actions import invite_person
from forum.accounts.roles import Role
from forum.outbox.urgent import THREAD_NAME

PASSWORD = "een lang wachtwoord"
_number = count(1)


def make_person(*roles: Role, name: str = "", email: str = "") -> User:
    """An administrator unless roles are given."""
    n = next(_number)
    return invite_person(
        name=name or f"Karim Adjei {n}",
        email=email or f"karim{n}@redactie.example",
        roles=roles or (Role.ADMINISTRATOR,),
        by=None,
    )


def wait_for_mail() -> None:
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join()


def code_in(text: str) -> str:
    found = re.search(r"\b\d{4}-\d{4}\b", text)
    assert found
    return found[0]
