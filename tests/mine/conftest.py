import pytest


@pytest.fixture
def publish_at_once(settings):
    settings.MODERATION = "after"
