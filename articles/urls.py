from django.urls import path, re_path

from articles import feeds, sitemaps, views
from forum import converters  # noqa: F401  (registers <number:…>)

urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("feeds/articles.atom", feeds.articles, name="articles_feed"),
    path("feeds/articles.json", feeds.articles_json, name="articles_json"),
    path("sections/<slug:slug>/articles.atom", feeds.section, name="section_feed"),
    path("authors/<slug:slug>/articles.atom", feeds.author, name="author_feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/news.xml", sitemaps.news, name="sitemap_news"),
    path("sitemaps/pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemaps/articles-<number:number>.xml", sitemaps.articles, name="sitemap_articles"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("house-rules/", views.house_rules, name="house_rules"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    re_path(r"^media/(?P<folder>articles|authors)/(?P<name>[A-Za-z0-9_.-]{1,100})$", views.media, name="media"),
]
