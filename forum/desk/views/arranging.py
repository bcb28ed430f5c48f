"""Arranging the house: its sections, its authors, its pages."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles import actions, house
from articles.models import Author, Section, StaticPage
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.arranging_forms import AuthorForm, HousePageForm, SectionForm

AUTHORS_PER_PAGE = 100


@requires(Ability.ARRANGE)
@require_safe
def sections(request: HttpRequest) -> HttpResponse:
    found = Section.objects.annotate(count=Count("articles")).order_by("position", "name")
    return render(request, "desk/arranging/sections.html", {"door": "desk_sections", "found": found})


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Without a number: a new one."""
    row = get_object_or_404(Section, pk=pk) if pk is not None else None
    form = SectionForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_section(form.save(commit=False))
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return HttpResponseRedirect(reverse("desk_sections"))
    context = {"door": "desk_sections", "form": form, "section": row and Section.objects.get(pk=row.pk)}
    return render(request, "desk/arranging/section.html", context, status=422 if form.errors else 200)


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_section(request: HttpRequest, pk: int) -> HttpResponse:
    section = get_object_or_404(Section, pk=pk)
    if request.method == "POST":
        try:
            actions.delete_section(section)
        except ProtectedError:
            pass  # the page says so
        else:
            messages.success(request, _("“%(name)s” is deleted.") % {"name": section.name})
            return HttpResponseRedirect(reverse("desk_sections"))
    in_use = section.articles.count()
    context = {"door": "desk_sections", "section": section, "in_use": in_use}
    status = 409 if in_use and request.method == "POST" else 200
    return render(request, "desk/arranging/delete_section.html", context, status=status)


@requires(Ability.ARRANGE)
@require_safe
def authors(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = Author.objects.annotate(count=Count("bylines")).filter(name__icontains=words).order_by("name", "pk")
    number = number_in_query(request.GET.get("page", "1"))
    pages = Paginator(found, AUTHORS_PER_PAGE)
    if number is None or not 1 <= number <= pages.num_pages:
        raise Http404
    context = {"door": "desk_authors", "page": pages.page(number), "words": words}
    return render(request, "desk/arranging/authors.html", context)


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def author(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Without a number: a new one."""
    row = get_object_or_404(Author, pk=pk) if pk is not None else None
    form = AuthorForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_author(
            form.save(commit=False),
            portrait=form.cleaned_data["portrait"],
            without_portrait=form.cleaned_data.get("remove_portrait", False),
        )
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return HttpResponseRedirect(reverse("desk_authors"))
    context = {"door": "desk_authors", "form": form, "author": row and Author.objects.get(pk=row.pk)}
    return render(request, "desk/arranging/author.html", context, status=422 if form.errors else 200)


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_author(request: HttpRequest, pk: int) -> HttpResponse:
    author = get_object_or_404(Author, pk=pk)
    if request.method == "POST":
        try:
            actions.delete_author(author)
        except ProtectedError:
            pass  # the page says so
        else:
            messages.success(request, _("“%(name)s” is deleted.") % {"name": author.name})
            return HttpResponseRedirect(reverse("desk_authors"))
    in_use = author.bylines.count()
    context = {"door": "desk_authors", "author": author, "in_use": in_use}
    status = 409 if in_use and request.method == "POST" else 200
    return render(request, "desk/arranging/delete_author.html", context, status=status)


@requires(Ability.ARRANGE)
@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    rows = {(row.kind, row.language): row for row in StaticPage.objects.defer("body", "body_html")}
    found = [
        {
            "kind": kind,
            "language": language,
            "row": rows.get((kind, language)),
            "title": (rows.get((kind, language)) or house.default_page(kind, language)).title,
            "address": house.address_of(kind, language),
        }
        for kind in house.KINDS
        for language in house.LANGUAGES
    ]
    return render(request, "desk/arranging/pages.html", {"door": "desk_pages", "found": found})


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Look first, save, or hear that somebody else saved meanwhile, with both texts on the page."""
    now = house.house_page(kind, language)
    context = {"door": "desk_pages", "page": now, "address": house.address_of(kind, language)}
    if request.method != "POST":
        return render(request, "desk/arranging/page.html", context | {"form": HousePageForm.of(now)})
    form = HousePageForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/arranging/page.html", context | {"form": form}, status=422)
    title, body = form.cleaned_data["title"], form.cleaned_data["body"]
    if "preview" in request.POST:
        shown = house.preview(kind, language, title=title, body=body)
        return render(request, "desk/arranging/page.html", context | {"form": form, "preview": shown})
    try:
        actions.save_house_page(kind, language, title=title, body=body, began_from=form.cleaned_data["began_from"])
    except house.ChangedMeanwhile as changed:
        context |= {"form": form.based_on(changed.page), "page": changed.page, "changed": True}
        return render(request, "desk/arranging/page.html", context, status=409)
    messages.success(request, _("“%(name)s” is saved.") % {"name": title})
    return HttpResponseRedirect(reverse("desk_pages"))


@requires(Ability.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def restore_page(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    now, delivered = house.house_page(kind, language), house.default_page(kind, language)
    status = 200
    if request.method == "POST":
        try:
            actions.restore_house_page(kind, language, began_from=request.POST.get("began_from", ""))
        except house.ChangedMeanwhile as changed:
            now, status = changed.page, 409
        else:
            messages.success(request, _("“%(name)s” is as it was delivered.") % {"name": delivered.title})
            return HttpResponseRedirect(reverse("desk_pages"))
    context = {"door": "desk_pages", "page": now, "delivered": delivered, "changed": status == 409}
    return render(request, "desk/arranging/restore_page.html", context, status=status)
