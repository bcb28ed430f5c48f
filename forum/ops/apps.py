from django.apps import AppConfig
from django.core import checks


class OpsConfig(AppConfig):
    name = "forum.ops"

    def ready(self) -> None:
        from forum.ops.checks import pages_dir  # the settings are read by then

        checks.register(pages_dir)
