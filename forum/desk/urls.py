from django.urls import path, re_path

from articles import house
from forum import converters  # noqa: F401  (makes <number:…> known)
from forum.desk.views import arranging, articles, copies, editor, history, links, numbers, people, pictures, questions

_page = rf"^pages/(?P<kind>{'|'.join(house.KINDS)})/(?P<language>{'|'.join(house.LANGUAGES)})/"

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("people/", people.listing, name="desk_people"),
    path("people/new/", people.invite, name="desk_person_new"),
    path("people/<number:pk>/", people.person, name="desk_person"),
    path("people/<number:pk>/mail/", people.mail_again, name="desk_person_mail"),
    path("people/<number:pk>/forget-devices/", people.forget_devices, name="desk_person_forget_devices"),
    path("people/<number:pk>/block/", people.block, name="desk_person_block"),
    path("people/<number:pk>/let-in/", people.let_in, name="desk_person_let_in"),
    path("questions/", questions.listing, name="desk_questions"),
    path("questions/mail/", questions.choose_mail, name="desk_question_mail"),
    path("questions/<number:pk>/", questions.question, name="desk_question"),
    path("numbers/", numbers.listing, name="desk_numbers"),
    path("articles/<number:pk>/numbers/", numbers.article, name="desk_article_numbers"),
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
    path("articles/<number:pk>/pictures/", pictures.pictures, name="desk_pictures"),
    path("articles/<number:pk>/pictures/<number:number>/", pictures.picture, name="desk_picture"),
    path("articles/<number:pk>/pictures/<number:number>/main/", pictures.make_main, name="desk_picture_main"),
    path("articles/<number:pk>/pictures/<number:number>/again/", pictures.try_again, name="desk_picture_again"),
    path("articles/<number:pk>/pictures/<number:number>/delete/", pictures.delete, name="desk_picture_delete"),
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
