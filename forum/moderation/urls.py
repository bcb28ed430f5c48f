"""The moderators' desk, decisions, appeals: /moderation/ and what hangs on it."""

from django.urls import path

from forum import converters  # noqa: F401  (makes <number:…> known)
from forum.moderation.views import appeals, desk, log, public

urlpatterns = [
    path("moderation/", desk.waiting, name="moderation"),
    path("moderation/reported/", desk.reported, name="moderation_reported"),
    path("moderation/reactions/<number:pk>/", desk.item, name="moderation_item"),
    path("moderation/spam/", desk.many, name="moderation_spam"),
    path("moderation/undo/", desk.undo, name="moderation_undo"),
    path("moderation/wishes/", desk.prefer, name="moderation_wishes"),
    path("moderation/appeals/", appeals.listing, name="moderation_appeals"),
    path("moderation/appeals/<number:pk>/", appeals.appeal, name="moderation_appeal"),
    path("moderation/decisions/", log.decisions, name="moderation_decisions"),
    path("moderation/search/", log.search, name="moderation_search"),
    path("reactions/<number:pk>/statement/<str:token>/", public.statement, name="statement"),
    path("reactions/<number:pk>/appeal/<str:token>/", public.appeal, name="appeal"),
    path("moderation-report/", public.report, name="moderation_report"),
    path("moderation-report/<number:year>/", public.report, name="moderation_report_of"),
]
