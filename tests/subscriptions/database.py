"""What is in the database, as one text."""

import json
from typing import Any

from django.apps import apps

OURS = ("articles", "reactions", "subscriptions", "outbox", "spam", "reports")


def everything() -> str:
    """Every row of every table: staff, sessions and what joins two tables too."""
    return _rows(apps.get_models(include_auto_created=True))


def everything_stored() -> str:
    return _rows(model for label in OURS for model in apps.get_app_config(label).get_models())


def _rows(models: Any) -> str:
    rows = {
        model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models if model._meta.managed
    }
    return json.dumps(rows, sort_keys=True, default=_said)


def _said(value: Any) -> str:
    """A moment, a number that is no float; or bytes."""
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
