"""What belongs to one reader. Addresses: CONTRACT section 3."""

from django.urls import path

from forum import converters  # noqa: F401  (registers <number:…>)
from forum.mine.views import asking, changing, own

urlpatterns = [
    path("mine/", asking.ask, name="mine"),
    path("mine/asked/", asking.asked, name="mine_asked"),
    path("mine/recent/", changing.just_posted, name="just_posted"),
    path("mine/recent/<number:pk>/edit/", changing.just_posted_edit, name="just_posted_edit"),
    path("mine/recent/<number:pk>/withdraw/", changing.just_posted_withdraw, name="just_posted_withdraw"),
    path("mine/<str:token>/", own.own_page, name="own_page"),
    path("mine/<str:token>/export/", own.own_data, name="own_data"),
    path("mine/<str:token>/erase/", own.erase, name="own_erase"),
    path("mine/<str:token>/reactions/<number:pk>/edit/", changing.own_edit, name="own_edit"),
    path("mine/<str:token>/reactions/<number:pk>/withdraw/", changing.own_withdraw, name="own_withdraw"),
]
