from django.urls import path

from forum.subscriptions.views import following, mailed

urlpatterns = [
    path("articles/<slug:slug>/follow/", following.follow_article, name="follow_article"),
    path("articles/<slug:slug>/follow/sent/", following.asked_article, name="asked_article"),
    path("authors/<slug:slug>/follow/", following.follow_author, name="follow_author"),
    path("authors/<slug:slug>/follow/sent/", following.asked_author, name="asked_author"),
    path("sections/<slug:slug>/follow/", following.follow_section, name="follow_section"),
    path("sections/<slug:slug>/follow/sent/", following.asked_section, name="asked_section"),
    path("subscriptions/confirm/<str:token>/", mailed.confirm, name="confirm"),
    path("subscriptions/<str:token>/", mailed.subscription, name="subscription"),
    path("subscriptions/<str:token>/unsubscribe/", mailed.unsubscribe, name="unsubscribe"),
]
