"""What the rules must find; nobody imports this. Each line marked with the name of its rule is reported by it."""

import pickle
import urllib.request

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt


def elsewhere(request):
    return redirect(request.GET["next"])  # redirect-to-what-was-sent


def elsewhere_in_two_steps(request):
    place = request.POST.get("next", "/")
    return HttpResponseRedirect(place)  # redirect-to-what-was-sent


def statement(request):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE {request.GET['slug']}")  # statement-from-what-was-sent


def page(request):
    return HttpResponse("<p>" + request.GET["name"])  # page-from-what-was-sent


def client(request):
    return request.META.get("REMOTE_ADDR")  # proxy-header-believed


def look(website):
    return urllib.request.urlopen(website)  # address-fetched


def knows(word):
    return word == settings.METRICS_TOKEN  # secret-compared-in-the-open


def remembered(cookie):
    return pickle.loads(cookie)  # unpickled


@csrf_exempt  # guard-missing
def decide(request):
    return HttpResponse("")
