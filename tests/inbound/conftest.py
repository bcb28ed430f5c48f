import pytest

from forum.mail_source import LocalSocket


@pytest.fixture(autouse=True)
def mail_comes_in(settings):
    settings.INBOUND = LocalSocket("/nowhere")
    settings.MODERATION = "after"
    settings.SITE_NAME = "Luisterkamer"
    settings.SITE_URL = "https://luisterkamer.example"
    settings.MAIL_DOMAIN = "luisterkamer.example"
    settings.MAIL_FROM = "reacties@luisterkamer.example"
