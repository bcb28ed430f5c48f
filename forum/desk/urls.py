from django.urls import path

from forum import converters  # noqa: F401  "number"
from forum.desk.views import articles, pictures

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("articles/<number:pk>/pictures/", pictures.pictures, name="desk_pictures"),
    path("articles/<number:pk>/pictures/<number:number>/", pictures.picture, name="desk_picture"),
    path("articles/<number:pk>/pictures/<number:number>/main/", pictures.make_main, name="desk_picture_main"),
    path("articles/<number:pk>/pictures/<number:number>/again/", pictures.try_again, name="desk_picture_again"),
    path("articles/<number:pk>/pictures/<number:number>/delete/", pictures.delete, name="desk_picture_delete"),
]
