"""Reporting a reaction: /reactions/<id>/report/."""

from django.urls import path

from forum import converters  # noqa: F401  (registers <number:…>)
from forum.reports import views

urlpatterns = [
    path("reactions/<number:pk>/report/", views.report, name="report"),
    path("reactions/<number:pk>/report/<str:token>/", views.received, name="report_received"),
]
