from django.apps import AppConfig


class SpamConfig(AppConfig):
    name = "forum.spam"
