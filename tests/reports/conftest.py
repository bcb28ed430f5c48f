import pytest


@pytest.fixture(autouse=True)
def publish_at_once(settings):
    settings.MODERATION = "after"
