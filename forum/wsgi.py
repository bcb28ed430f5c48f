"""The server's door: granian calls `application`."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
# Nobody waits longer for a page (PROMISES section E); the worker and the commands may.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "5")
try:
    django = get_wsgi_application()
    from forum.measures import REGISTRY
    from forum.pagecache import Counted, FinishedPages, finished_pages  # the apps are there by now

    application = finished_pages(django)
    if isinstance(application, FinishedPages):
        REGISTRY.register(Counted(application.counts, application.store, application.published))
    # What is loaded by now stays: not looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
except ImproperlyConfigured as error:
    sys.exit(str(error))  # a sentence about a setting; where it was found helps nobody
