from django.urls import path

from forum.search import views

urlpatterns = [
    path("search/", views.found, name="search"),
    path("opensearch.xml", views.description, name="opensearch"),
]
