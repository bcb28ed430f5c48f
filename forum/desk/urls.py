from django.urls import path, re_path

from articles import house
from forum import converters  # noqa: F401  (registers <number:…>)
from forum.desk.views import arranging, articles

_page = rf"^pages/(?P<kind>{'|'.join(house.KINDS)})/(?P<language>{'|'.join(house.LANGUAGES)})/"

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("sections/", arranging.sections, name="desk_sections"),
    path("sections/new/", arranging.section, name="desk_new_section"),
    path("sections/<number:pk>/", arranging.section, name="desk_section"),
    path("sections/<number:pk>/delete/", arranging.delete_section, name="desk_delete_section"),
    path("authors/", arranging.authors, name="desk_authors"),
    path("authors/new/", arranging.author, name="desk_new_author"),
    path("authors/<number:pk>/", arranging.author, name="desk_author"),
    path("authors/<number:pk>/delete/", arranging.delete_author, name="desk_delete_author"),
    path("pages/", arranging.pages, name="desk_pages"),
    re_path(_page + r"$", arranging.page, name="desk_page"),
    re_path(_page + r"restore/$", arranging.restore_page, name="desk_restore_page"),
]
