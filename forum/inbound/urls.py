from django.urls import path

from forum.inbound import views

urlpatterns = [path("inbound/", views.listing, name="desk_inbound")]
