"""What belongs to one reader: /mine/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
