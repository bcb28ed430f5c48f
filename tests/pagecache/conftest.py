from collections.abc import Iterator

import pytest

from forum.pagecache import FinishedPages
from tests.pagecache.visit import keeper


@pytest.fixture
def pages(transactional_db, settings) -> Iterator[FinishedPages]:
    """In front of Django, with connections of their own: what they see is stored for good."""
    settings.MODERATION = "after"
    kept = keeper()
    yield kept
    kept.versions.close()
