"""Addresses that fail, to see what a visitor is told."""

from django.db import OperationalError
from django.http import HttpRequest
from django.urls import path

from forum.urls import handler400, handler403, handler404, handler500
from forum.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def broken(request: HttpRequest) -> None:
    raise RuntimeError("geheim")


def paused(request: HttpRequest) -> None:
    raise OperationalError("geheim: database sanne@lezers.example")


urlpatterns = [path("broken/", broken), path("paused/", paused), *real]  # type: ignore[arg-type]
