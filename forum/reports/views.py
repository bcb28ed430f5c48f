"""Reporting a reaction: the form, the post, the receipt. CONTRACT section 3."""

import logging
from typing import Any

from django.core import signing
from django.db import Error as DatabaseTrouble
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from forum.middleware import private
from forum.reactions.models import Reaction
from forum.reactions.nameplate import quoted
from forum.reactions.views.reading import gone
from forum.reports.actions import AlreadyReported, NotReportable, TooManyReports, file_report
from forum.reports.forms import ReportForm, kept_of
from forum.reports.models import Report
from forum.spam.clients import client_key

log = logging.getLogger(__name__)
RETRY_SECONDS = 60
RECEIPT_SECONDS = 24 * 3600
RECEIPT = "forum.reports.receipt"


@csrf_exempt  # forum.middleware.CrossOriginMiddleware asks where a post comes from (P13)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Of what everybody can read; 410 for what was taken away, 404 for what nobody may know of."""
    if request.method != "POST":
        return _page(request, _reaction(pk))
    try:
        return _post(request, pk)
    except DatabaseTrouble as trouble:
        log.error("A report could not be stored: %s", type(trouble).__name__)  # its message may hold an address
        sentence = gettext("Something went wrong on our side. Try again in a few minutes. Your text is below")
        return _later(request, pk, sentence, status=503, seconds=RETRY_SECONDS)


def _reaction(pk: int) -> Reaction:
    reactions = Reaction.objects.select_related("article__section").defer("html", "article__body", "article__body_html")
    reaction = get_object_or_404(reactions, pk=pk)
    if not reaction.article.is_public or reaction.thread_no is None:
        raise Http404
    return reaction


def _page(request: HttpRequest, reaction: Reaction, form: ReportForm | None = None, **options: Any) -> HttpResponse:
    if reaction.status != Reaction.Status.PUBLISHED:
        return gone(request, reaction)
    with translation.override(reaction.article.language):
        context = {
            "article": reaction.article,
            "quoted": quoted(reaction, reaction.article),
            "form": form or ReportForm(reaction=reaction),
        }
        return render(request, "reports/report.html", context, **options)


def _post(request: HttpRequest, pk: int) -> HttpResponse:
    reaction = _reaction(pk)
    with translation.override(reaction.article.language):
        form = ReportForm(request.POST, reaction=reaction)
        if reaction.status == Reaction.Status.PUBLISHED and not form.is_valid():
            return _page(request, reaction, form, status=422)
        try:
            return _filed(request, reaction, form)
        except NotReportable:
            return gone(request, _reaction(pk), kept=request.POST.get("explanation", ""))
        except AlreadyReported as again:
            context = {"reaction": reaction, "report": again.report, "kept": kept_of(request.POST)}
            return render(request, "reports/already.html", context, status=409)
        except TooManyReports as many:
            sentence = ngettext(
                "You are reporting a lot at once. Wait %(n)s second. Your text is below",
                "You are reporting a lot at once. Wait %(n)s seconds. Your text is below",
                many.seconds,
            ) % {"n": many.seconds}
            return _later(request, pk, sentence, status=429, seconds=many.seconds)


def _filed(request: HttpRequest, reaction: Reaction, form: ReportForm) -> HttpResponse:
    if reaction.status != Reaction.Status.PUBLISHED:
        raise NotReportable
    given = form.cleaned_data
    filed = file_report(
        reaction,
        reason=given["reason"],
        explanation=given["explanation"],
        name=given["name"],
        email=given["email"],
        client_key=client_key(request.client_address, today=timezone.localdate()),  # type: ignore[attr-defined]
        is_child_abuse=given["is_child_abuse"],
    )
    address = reverse("report_received", args=[reaction.pk, signing.dumps(filed.pk, salt=RECEIPT)])
    return HttpResponse(status=303, headers={"Location": address})


def _later(request: HttpRequest, pk: int, sentence: str, *, status: int, seconds: int) -> HttpResponse:
    """The form as it was sent, but for the address (P4), and when to send it again. Asks nothing of the database."""
    form = ReportForm(kept=kept_of(request.POST), reaction=pk)
    response = render(request, "reports/later.html", {"sentence": sentence, "form": form}, status=status)
    response["Retry-After"] = str(seconds)
    return response


@require_safe
@private
def received(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The receipt on screen: for who reported, during a day."""
    try:
        number = signing.loads(token, salt=RECEIPT, max_age=RECEIPT_SECONDS)
    except (signing.BadSignature, UnicodeEncodeError):
        raise Http404 from None
    reports = Report.objects.select_related("reaction__article")
    filed = get_object_or_404(reports, pk=number, reaction=pk)
    context = {"report": filed, "reaction": filed.reaction, "article": filed.reaction.article}
    with translation.override(filed.reaction.article.language):
        return render(request, "reports/received.html", context)
