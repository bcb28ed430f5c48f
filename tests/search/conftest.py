import pytest


@pytest.fixture(autouse=True)
def published(settings):
    """Reactions are shown at once; what is held, a test holds itself."""
    settings.MODERATION = "after"
