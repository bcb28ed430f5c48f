from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "forum.search"

    def ready(self) -> None:
        from forum.search import checks  # noqa: F401  (registers them)
