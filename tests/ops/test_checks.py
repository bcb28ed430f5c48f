"""What `manage.py check` says of a folder for pages."""

from pathlib import Path

import pytest
from django.core import checks


def said(settings, folder: Path | str, **others: object) -> list[str]:
    settings.PAGES_DIR = str(folder)
    for name, value in others.items():
        setattr(settings, name, value)
    return [message.id for message in checks.run_checks() if message.id and message.id.startswith("ops.")]


def test_a_folder_that_is_there_or_can_be_made_is_well(settings, tmp_path: Path):
    assert said(settings, "") == said(settings, tmp_path) == said(settings, tmp_path / "deep" / "pages") == []


def test_where_nothing_can_be_written_is_said(settings, tmp_path: Path):
    (tmp_path / "file").touch()
    assert said(settings, tmp_path / "file" / "pages") == ["ops.W002"]


@pytest.mark.parametrize("others", [{"DEBUG": True}, {"PAGES_MEGABYTES": 0}])
def test_a_folder_that_will_stay_empty_is_said(settings, tmp_path: Path, others):
    assert said(settings, tmp_path, **others) == ["ops.W001"]
