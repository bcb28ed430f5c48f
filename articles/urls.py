from django.urls import path, re_path

from articles import feeds, house, sitemaps, views
from articles.models import StaticPage
from forum import converters  # noqa: F401  (registers <number:…>)

_languages, _kinds = "|".join(house.LANGUAGES), "|".join(house.KINDS)

urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("preview/<str:token>/", views.shared_preview, name="shared_preview"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("archive/", views.archive, name="archive"),
    re_path(r"^archive/(?P<year>[0-9]{4})/$", views.archive, name="archive_year"),
    re_path(r"^archive/(?P<year>[0-9]{4})/(?P<month>0[1-9]|1[0-2])/$", views.archive_month, name="archive_month"),
    *(
        path(f"{kind}/", views.house_page, {"kind": kind}, name=kind.replace("-", "_"))
        for kind in map(str, StaticPage.Kind.values)
    ),
    re_path(rf"^(?P<language>{_languages})/$", views.in_language, name="in_language"),
    re_path(rf"^(?P<language>{_languages})/(?P<kind>{_kinds})/$", views.house_page, name="house_page"),
    path("feeds/articles.atom", feeds.articles, name="articles_feed"),
    path("feeds/articles.json", feeds.articles_json, name="articles_json"),
    path("sections/<slug:slug>/articles.atom", feeds.section, name="section_feed"),
    path("authors/<slug:slug>/articles.atom", feeds.author, name="author_feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/news.xml", sitemaps.news, name="sitemap_news"),
    path("sitemaps/pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemaps/articles-<number:number>.xml", sitemaps.articles, name="sitemap_articles"),
    path("robots.txt", sitemaps.robots, name="robots"),
    re_path(
        r"^media/(?P<folder>articles|authors)/(?P<name>[A-Za-z0-9_-]{1,100}\.(?:avif|jpg))$", views.media, name="media"
    ),
]
