import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    """Tests share this process's memory, where allauth counts who tried how often."""
    cache.clear()
    yield
    cache.clear()
