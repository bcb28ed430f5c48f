from django.urls import path

from forum import converters  # noqa: F401  (registers <number:…>)
from forum.desk.views import articles, copies, editor, history, links

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("articles/new/", articles.new, name="desk_new_article"),
    path("articles/<number:pk>/", editor.editor, name="desk_article"),
    path("articles/<number:pk>/keep/", copies.keep, name="desk_keep"),
    path("articles/<number:pk>/discard/", copies.discard, name="desk_discard"),
    path("articles/<number:pk>/preview/", copies.preview, name="desk_preview"),
    path("articles/<number:pk>/revisions/", history.revisions, name="desk_revisions"),
    path("articles/<number:pk>/revisions/difference/", history.difference, name="desk_difference"),
    path("articles/<number:pk>/revisions/<number:number>/restore/", history.restore, name="desk_restore"),
    path("articles/<number:pk>/links/", links.make, name="desk_make_link"),
    path("articles/<number:pk>/links/<number:link>/revoke/", links.revoke, name="desk_revoke_link"),
]
