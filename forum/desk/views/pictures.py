"""The pictures of one article: take them in, say what they show, put them in order."""

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from articles import illustrating
from articles.forms import PictureForm
from articles.images import ImageRefused, develop
from articles.models import Article, ArticleImage
from articles.rights import may_edit
from articles.storage import StorageAway
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.desk.templatetags.desk_pictures import pictures_context

Refusal = dict[str, object]  # "name" of the file, "sentence", "again": the same file may do in a moment
PAGE = {"door": "desk_articles"}


@requires(Ability.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def pictures(request: HttpRequest, pk: int) -> HttpResponse:
    """The list; a post adds to it. For our script the list alone, and JSON."""
    article = _article(request, pk)
    by_script = request.headers.get("Accept") == "application/json"
    added: list[ArticleImage] = []
    refused: list[Refusal] = []
    if request.method == "POST":
        added, refused = _take_in(article, request)
        if not by_script and not refused:
            return HttpResponseRedirect(f"{reverse('desk_pictures', args=[article.pk])}#picture-{added[0].number}")
    status = 200 if not refused else 503 if all(one["again"] for one in refused) else 422
    if by_script:
        part = render_to_string("desk/_pictures_list.html", pictures_context(article), request)
        marks = [f"![](image:{image.number})" for image in added]
        return JsonResponse({"added": marks, "refused": refused, "part": part}, status=status)
    context = PAGE | {"article": article, "refused": refused, "added": added}
    return render(request, "desk/pictures.html", context, status=status)


@requires(Ability.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def picture(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    image = _image(request, pk, number)
    form = PictureForm(request.POST or None, request.FILES or None, instance=image)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _save(image, form)
                return _to_list(image.article, image)
            except StorageAway as away:
                form.add_error("original", away)
                status = 503
    context = PAGE | {"article": image.article, "image": ArticleImage.objects.get(pk=image.pk), "form": form}
    return render(request, "desk/picture.html", context, status=status)


@requires(Ability.WRITE)
@require_POST
def make_main(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    image = _image(request, pk, number)
    illustrating.renumber_image(image, number=1)
    return _to_list(image.article, image)


@requires(Ability.WRITE)
@require_POST
def try_again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    image = _image(request, pk, number)
    illustrating.try_again(image)
    return _to_list(image.article, image)


@requires(Ability.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    image = _image(request, pk, number)
    if request.method == "POST":
        illustrating.delete_image(image)
        return _to_list(image.article)
    named = f"image:{image.number})" in image.article.body
    context = PAGE | {"article": image.article, "image": image, "named_in_text": named}
    return render(request, "desk/picture_delete.html", context)


def _article(request: HttpRequest, pk: int) -> Article:
    article = get_object_or_404(Article, pk=pk)
    if not may_edit(request.user, article):
        raise PermissionDenied
    return article


def _image(request: HttpRequest, pk: int, number: int) -> ArticleImage:
    return get_object_or_404(
        ArticleImage.objects.select_related("article"), article=_article(request, pk), number=number
    )


def _take_in(article: Article, request: HttpRequest) -> tuple[list[ArticleImage], list[Refusal]]:
    """Each file on its own: one that is refused does not keep the others out."""
    added: list[ArticleImage] = []
    refused: list[Refusal] = []
    files = request.FILES.getlist("pictures")
    if not files:
        refused.append({"name": "", "sentence": gettext("Choose one or more images."), "again": False})
    for file in files:
        try:
            added.append(_add(article, file))
        except (ImageRefused, StorageAway, illustrating.TooManyPictures) as refusal:
            again = isinstance(refusal, StorageAway)
            refused.append({"name": file.name or "", "sentence": refusal.messages[0], "again": again})
    return added, refused


def _add(article: Article, file: UploadedFile) -> ArticleImage:
    assert file.file is not None
    return illustrating.add_image(article, develop(file.file))


def _save(image: ArticleImage, form: PictureForm) -> None:
    number = form.cleaned_data["number"]
    image.number = form.initial["number"]
    illustrating.save_image(image, source=form.source)
    if number != image.number:
        illustrating.renumber_image(image, number=number)


def _to_list(article: Article, image: ArticleImage | None = None) -> HttpResponse:
    place = f"#picture-{image.number}" if image else ""
    return HttpResponseRedirect(reverse("desk_pictures", args=[article.pk]) + place)
