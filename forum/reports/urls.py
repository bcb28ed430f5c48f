"""Reporting a reaction: /reactions/<id>/report/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
