"""Editors of a running site: logged in by a session made behind the login's back, whatever the login looks like.

Nobody else may sign with their names: on the site that all tests share they are not called like the readers there.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.browser.site import ROOT, Site

LOG_IN = """
import sys
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
name, role = {name!r}, {role!r}
user, _ = User.objects.get_or_create(username=name, defaults={{"is_staff": True, "first_name": name.title()}})
user.groups.add(Group.objects.get_or_create(name=role)[0])
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""


@cache
def session_of(data_dir: Path, name: str, role: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    run = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", LOG_IN.format(name=name, role=role)],
        cwd=ROOT, env=environment | {"DATA_DIR": str(data_dir)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.split()[-1]


def log_in(context: BrowserContext, site: Site, session: str) -> BrowserContext:
    context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    return context
