from django.urls import path

from forum import converters  # noqa: F401  (makes <number:…> known)
from forum.desk.views import articles, people

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("people/", people.listing, name="desk_people"),
    path("people/new/", people.invite, name="desk_person_new"),
    path("people/<number:pk>/", people.person, name="desk_person"),
    path("people/<number:pk>/mail/", people.mail_again, name="desk_person_mail"),
    path("people/<number:pk>/forget-devices/", people.forget_devices, name="desk_person_forget_devices"),
    path("people/<number:pk>/block/", people.block, name="desk_person_block"),
    path("people/<number:pk>/let-in/", people.let_in, name="desk_person_let_in"),
]
