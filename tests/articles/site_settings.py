"""For processes that tests start: the tests' settings, and the folder of pictures of the test that started them."""

import os

from tests.settings import *  # noqa: F403

MEDIA_ROOT = os.environ["MEDIA"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT = os.environ["DATA_DIR"]
