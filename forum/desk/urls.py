from django.urls import path

from forum import converters  # noqa: F401  (registers <number:…>)
from forum.desk.views import articles, numbers, questions

urlpatterns = [
    path("", articles.listing, name="desk_articles"),
    path("questions/", questions.listing, name="desk_questions"),
    path("questions/mail/", questions.choose_mail, name="desk_question_mail"),
    path("questions/<number:pk>/", questions.question, name="desk_question"),
    path("numbers/", numbers.listing, name="desk_numbers"),
    path("articles/<number:pk>/numbers/", numbers.article, name="desk_article_numbers"),
]
