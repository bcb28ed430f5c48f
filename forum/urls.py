"""The only place where the rooms of the house are mounted."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("articles.urls")),
    path("", include("forum.reactions.urls")),
    path("", include("forum.search.urls")),
    path("", include("forum.reports.urls")),
    path("", include("forum.moderation.urls")),
    path("", include("forum.mine.urls")),
    path("desk/", include("forum.inbound.urls")),
    path("desk/", include("forum.desk.urls")),
    path("accounts/", include("forum.accounts.urls")),
    path("", include("forum.subscriptions.urls")),
    path("", include("forum.outbox.urls")),
    path("", include("forum.ops.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "forum.errors.bad_request"
handler403 = "forum.errors.forbidden"
handler404 = "forum.errors.not_found"
handler500 = "forum.errors.server_error"
