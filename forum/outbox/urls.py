from django.urls import path

from forum import converters  # noqa: F401  (makes <number:…> known)
from forum.outbox import views

urlpatterns = [
    path("mail/events/<slug:service>/", views.mail_events, name="mail_events"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<number:pk>/", views.mail, name="mail"),
    path("mailbox/<number:pk>/html/", views.mail_html, name="mail_html"),
]
