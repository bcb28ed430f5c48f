from django.urls import path, re_path

from articles import views

urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("preview/<str:token>/", views.shared_preview, name="shared_preview"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("house-rules/", views.house_rules, name="house_rules"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    re_path(r"^media/(?P<folder>articles|authors)/(?P<name>[A-Za-z0-9_.-]{1,100})$", views.media, name="media"),
]
