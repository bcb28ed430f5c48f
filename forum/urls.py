"""The only place where the rooms of the house are mounted."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("articles.urls")),
    path("", include("forum.reactions.urls")),
    path("", include("forum.subscriptions.urls")),
    path("", include("forum.outbox.urls")),
    path("", include("forum.ops.urls")),
    path("admin/", admin.site.urls),
]
