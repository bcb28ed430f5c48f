"""The words of the mails to who reported. Nobody has shown to own that address, so nothing in them was typed by a
visitor (PROMISES P27): not the explanation, not the name, not the reaction; its link and the article's title say which.
"""

from typing import Any

from django.conf import settings

from forum.outbox.envelope import report_message_id
from forum.outbox.letterhead import halves, link
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reports.models import Report
from forum.subscriptions.letterhead import subject_title


def build_receipt(rows: list[OutgoingMail]) -> Letter:
    row = rows[0]
    report = _report(row)
    subject, text, html = halves("report", report.reaction.article.language, _context(report))
    message_id = report_message_id(report.pk, row.event_id, decided=False)
    return Letter(subject=subject, text=text, html=html, message_id=message_id)


def build_decision(rows: list[OutgoingMail]) -> Letter:
    row = rows[0]
    report = _report(row)
    if report.decided_at is None:
        raise NothingToSay("the decision was taken back")
    context = _context(report) | {
        "upheld": report.outcome == Report.Outcome.UPHELD,
        "withdrawn": report.outcome == Report.Outcome.MOOT,
        "decided_at": report.decided_at,
    }
    subject, text, html = halves("report_decided", report.reaction.article.language, context)
    message_id = report_message_id(report.pk, row.event_id, decided=True)
    receipt = report_message_id(report.pk, row.event_id, decided=False)
    headers = {"In-Reply-To": receipt, "References": receipt}
    return Letter(subject=subject, text=text, html=html, message_id=message_id, headers=headers)


def _report(row: OutgoingMail) -> Report:
    reports = Report.objects.select_related("reaction__article").defer("reaction__html", "reaction__article__body")
    report = reports.filter(pk__in=[row.subscription_id], address=row.address_id).first()
    if report is None:
        raise NothingToSay("the report has another address or none")
    return report


def _context(report: Report) -> dict[str, Any]:
    return {
        "number": report.pk,
        "reason": Report.Reason(report.reason).label,  # in the language of the mail
        "is_notice": report.is_notice,
        "reported_at": report.created_at,
        "title": subject_title(report.reaction.article.title),
        "url": link("reaction", report.reaction_id),
        "contact": settings.CONTACT.removeprefix("mailto:"),
    }
