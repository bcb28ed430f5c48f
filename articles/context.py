"""What every page shows: the site's name and its sections. Lazy: a page that does not use it pays nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from articles.models import Section
from forum.prepared import Prepared
from forum.readonly import is_read_only

_SECTIONS = Prepared(lambda: Section.objects.all())


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "CONTACT": settings.CONTACT,
        "sections": SimpleLazyObject(_SECTIONS),
        "is_read_only": is_read_only,
    }
