import pytest


@pytest.fixture
def publish_at_once(settings):
    settings.MODERATION = "after"


@pytest.fixture
def short_pages(monkeypatch):
    """Few reactions make a long article, so that paging can be walked."""
    from forum.reactions import threads

    for name, limit in {
        "INLINE_LIMIT": 6,
        "INLINE_ROWS": 12,
        "OPENINGS_PER_PAGE": 3,
        "REPLIES_SHOWN": 2,
        "CONVERSATION_PAGE": 4,
    }.items():
        monkeypatch.setattr(threads, name, limit)
