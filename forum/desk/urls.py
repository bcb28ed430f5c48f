from django.urls import path

from forum.desk.views import articles

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
]
