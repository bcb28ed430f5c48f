"""`manage.py inbound` as a process of its own, on a database that the test shares with it."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings as site


def inbound(*words: str, database: str, url: str, data_dir: Path) -> subprocess.Popen:
    ours = {"DATABASE_URL": database, "SECRET_KEY": site.SECRET_KEY, "INBOUND_URL": url, "DATA_DIR": str(data_dir)}
    ours |= {"MAIL_FROM": site.MAIL_FROM, "SITE_NAME": site.SITE_NAME, "MODERATION": "after"}
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = (sys.executable, "manage.py", "inbound", *words)
    return subprocess.Popen(command, cwd=site.BASE_DIR, env=kept | ours, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
