import pytest


@pytest.fixture(autouse=True)
def test_letters(settings):
    settings.OUTBOX_BUILDERS = {
        "confirmation": "tests.outbox.letters.build",
        "reaction": "tests.outbox.letters.build",
        "question": "tests.outbox.letters.build",
        "article": "tests.outbox.letters.build",
        "digest": "tests.outbox.letters.build",
    }
    settings.EMAIL_TIMEOUT = 10
