"""Where reactions are read and written. Addresses: CONTRACT section 3."""

from django.urls import path

from forum import converters  # noqa: F401  (registers <number:…>)
from forum.reactions import feeds
from forum.reactions.views import posting, reading

urlpatterns = [
    path("articles/<slug:slug>/reactions/", posting.post, name="post_reaction"),
    path("articles/<slug:slug>/reactions.atom", feeds.of_article, name="article_reactions_feed"),
    path("feeds/reactions.atom", feeds.recent, name="reactions_feed"),
    path("articles/<slug:slug>/react/", posting.react, name="react"),
    path("articles/<slug:slug>/reader/", posting.reader, name="reader"),
    path("articles/<slug:slug>/conversations/<number:number>/", reading.conversation, name="conversation"),
    path("reactions/", reading.recent, name="recent_reactions"),
    path("reactions/<number:pk>/", reading.permalink, name="reaction"),
    path("reactions/waiting/<str:token>/", posting.waiting, name="waiting"),
    path("reactions/waiting/<str:token>/sum/", posting.prove, name="prove"),
]
