"""What `manage.py check` says of a setting that can be read, but will not do what it is for."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning


def pages_dir(**_: Any) -> list[CheckMessage]:
    if not settings.PAGES_DIR:
        return []
    if settings.DEBUG or not settings.PAGES_MEGABYTES:
        return [
            Warning("PAGES_DIR stays empty with DEBUG=on or PAGES_MEGABYTES=0: no page is kept then.", id="ops.W001")
        ]
    folder = Path(settings.PAGES_DIR)
    made_in = next(place for place in (folder, *folder.parents) if place.exists())
    if not made_in.is_dir() or not os.access(made_in, os.W_OK | os.X_OK):
        return [
            Warning(f"PAGES_DIR is “{folder}”, where nothing can be written: no page will stand there.", id="ops.W002")
        ]
    return []
