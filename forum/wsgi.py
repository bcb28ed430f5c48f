"""The server's door: granian calls `application`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
# Nobody waits longer for a page (PROMISES section E); the worker and the commands may.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "5")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(str(error))  # a sentence about a setting; where it was found helps nobody
