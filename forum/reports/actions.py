"""Filing a report, and closing those of a reaction that was looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from forum.outbox.actions import enqueue, locked_address
from forum.outbox.models import Address, OutgoingMail
from forum.reactions import actions as reactions
from forum.reactions import pauses
from forum.reactions.models import Reaction
from forum.reactions.placing import locked_discussion
from forum.reports.models import TARGET, Report

PER_CLIENT = 5  # reports in a minute (PROMISES P19)
MINUTE = timedelta(minutes=1)

# Ceilings on what is mailed to an address that somebody typed (PROMISES P27); the one per site is a setting.
RECEIPTS_PER_ADDRESS = 3  # in 24 hours, together with requests to confirm
RECEIPTS_PER_CLIENT = 10  # in an hour

HEATED_WINDOW = timedelta(hours=24)  # reports so old still count, and so long after the last one it lasts
HEATED_CLIENTS = 2  # nobody heats a conversation alone

MOOT_AT_ONCE = 100
FILING_LOCK = 0x6D65_6C64  # any number that nobody else takes


class ReportError(Exception):
    """A report that cannot be taken; the subclasses say why."""


class NotReportable(ReportError):
    """The reaction is not to be read (any more), or its article is not public."""


class NotSigned(ReportError):
    """A notice of illegal content needs a name and an address (DSA, article 16(2))."""


class TooManyReports(ReportError):
    """`seconds`: when the next one is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many reports")
        self.seconds = seconds


class AlreadyReported(ReportError):
    """This client reported this reaction before; `report` is that report."""

    def __init__(self, report: Report) -> None:
        super().__init__("already reported")
        self.report = report


def file_report(
    reaction: Reaction,
    *,
    reason: str,
    explanation: str,
    name: str = "",
    email: str = "",
    client_key: str = "",
    is_child_abuse: bool = False,
    now: datetime | None = None,
) -> Report:
    """Store a report, queue its receipt, and let reports in numbers have their effect; in one transaction.

    The strings must come out of forum.cleaning. An empty `client_key` counts as one client. `is_child_abuse`: the notice
    need not be signed. Takes the filing lock, then the address, then the discussion.
    Raises NotReportable, NotSigned, TooManyReports, AlreadyReported.
    """
    now = now or timezone.now()
    is_notice = reason == Report.Reason.UNLAWFUL
    if is_notice and not (name and email) and not is_child_abuse:
        raise NotSigned
    report = Report(
        reaction=reaction,
        reason=reason,
        explanation=explanation,
        name=name,
        client_key=client_key,
        is_notice=is_notice,
        is_child_abuse=is_notice and is_child_abuse,
        created_at=now,
        due_at=now + TARGET,
        priority=Report.Priority.FIRST if reason in Report.FIRST_REASONS else Report.Priority.NORMAL,
    )
    with transaction.atomic():
        _one_after_another()
        report.address = locked_address(email) if email else None
        locked_discussion(reaction.article_id)
        reaction = _reported(reaction)
        _refuse_again(report, reaction)
        _refuse_too_many(report)
        report.is_answered_by_mail = _may_mail(report)
        report.save(force_insert=True)
        if report.is_answered_by_mail:
            _mail(report, OutgoingMail.Kind.REPORT, now)
        _hide_when_many(reaction)
        _reckon_heat(reaction, now)
    return report


def settle_reports(reaction: Reaction, *, upheld: bool, now: datetime | None = None) -> int:
    """Close the open reports of a reaction and queue the decision for who gave an address; returns how many.

    Inside the transaction of the moderator who decided, after his action on the reaction. May run twice.
    """
    outcome = Report.Outcome.UPHELD if upheld else Report.Outcome.REJECTED
    return _settle(reaction, outcome=outcome, now=now or timezone.now())


def settle_withdrawn(now: datetime | None = None) -> int:
    """What its writer took back needs no decision any more; for the worker. Returns how many reports. May run twice."""
    moot = Report.objects.open().filter(reaction__status=Reaction.Status.WITHDRAWN).values_list("reaction", flat=True)
    reactions = Reaction.objects.select_related("article").filter(pk__in=list(moot[:MOOT_AT_ONCE]))
    return sum(_settle(reaction, outcome=Report.Outcome.MOOT, now=now or timezone.now()) for reaction in reactions)


def _settle(reaction: Reaction, *, outcome: str, now: datetime) -> int:
    with transaction.atomic():
        locked_discussion(reaction.article_id)
        settled = list(Report.objects.open().filter(reaction=reaction).select_related("address"))
        Report.objects.filter(pk__in=[report.pk for report in settled]).update(
            status=Report.Status.DECIDED,
            decided_at=now,
            outcome=outcome,
        )
        for report in settled:
            if report.is_answered_by_mail and report.address:
                _mail(report, OutgoingMail.Kind.REPORT_DECIDED, now)
        if settled:
            _reckon_heat(reaction, now)
    return len(settled)


def reopen_reports(reaction: Reaction, *, decided_at: datetime) -> int:
    """A moderator takes back what closed these reports at that moment; mails about it that still wait are not sent."""
    with transaction.atomic():
        locked_discussion(reaction.article_id)
        closed = list(Report.objects.filter(reaction=reaction, decided_at=decided_at).values_list("pk", flat=True))
        Report.objects.filter(pk__in=closed).update(status=Report.Status.OPEN, decided_at=None, outcome="")
        waiting = OutgoingMail.objects.filter(kind=OutgoingMail.Kind.REPORT_DECIDED, status=OutgoingMail.Status.QUEUED)
        waiting.filter(subscription_id__in=closed).delete()  # the next decision gets a row of its own
    return len(closed)


def open_count() -> int:
    """How many reactions somebody has to look at because they were reported."""
    return Report.objects.open().aggregate(n=Count("reaction", distinct=True))["n"]


@dataclass(frozen=True)
class YearOfReports:
    year: int
    filed: int
    by_reason: dict[str, int]  # every reason, in the order of the form
    notices: int
    upheld: int
    rejected: int
    median_until_decided: timedelta | None  # of those that were filed in this year and are decided


def counts_of_year(year: int) -> YearOfReports:
    """For the public page: reports filed in a year, by the site's clock. Holds nothing about who reported."""
    zone = timezone.get_default_timezone()
    begin, end = (datetime(y, 1, 1, tzinfo=zone) for y in (year, year + 1))
    filed = Report.objects.filter(created_at__gte=begin, created_at__lt=end)
    found = dict(filed.values_list("reason").annotate(n=Count("pk")).order_by())
    outcomes = dict(filed.values_list("outcome").annotate(n=Count("pk")).order_by())
    return YearOfReports(
        year=year,
        filed=sum(found.values()),
        by_reason={reason: found.get(reason, 0) for reason in Report.Reason.values},
        notices=filed.filter(is_notice=True).count(),
        upheld=outcomes.get(Report.Outcome.UPHELD, 0),
        rejected=outcomes.get(Report.Outcome.REJECTED, 0),
        median_until_decided=_median_until_decided(filed.filter(decided_at__isnull=False)),
    )


def _median_until_decided(decided: QuerySet[Report]) -> timedelta | None:
    durations = decided.annotate(took=F("decided_at") - F("created_at")).order_by("took").values_list("took", flat=True)
    count = decided.count()
    middle = list(durations[(count - 1) // 2 : count // 2 + 1]) if count else []
    return sum(middle, timedelta()) / len(middle) if middle else None


def _one_after_another() -> None:
    """Reports are few; so what is counted below is what is true. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FILING_LOCK])


def _reported(reaction: Reaction) -> Reaction:
    """As it stands now, under the lock."""
    published = Reaction.objects.select_related("article", "parent").filter(status=Reaction.Status.PUBLISHED)
    found = published.filter(pk=reaction.pk).first()
    if found is None or not found.article.is_public:
        raise NotReportable
    return found


def _refuse_again(report: Report, reaction: Reaction) -> None:
    """Once per client and reaction, as long as the reaction says the same. Several people may share one client: somebody
    else's signed notice is taken all the same.
    """
    before = Report.objects.filter(reaction=reaction, client_key=report.client_key)
    if reaction.edited_at:
        before = before.filter(created_at__gt=reaction.edited_at)
    if report.is_notice and report.address:
        before = before.filter(is_notice=True, address=report.address)
    first = before.order_by("pk").first()
    if first:
        raise AlreadyReported(first)


def _refuse_too_many(report: Report) -> None:
    since = report.created_at - MINUTE
    lately = Report.objects.filter(client_key=report.client_key, created_at__gt=since).order_by("-created_at")
    moments = list(lately.values_list("created_at", flat=True)[:PER_CLIENT])
    if len(moments) == PER_CLIENT:
        raise TooManyReports(max(1, int((moments[-1] - since).total_seconds()) + 1))


def _may_mail(report: Report) -> bool:
    """Counted for everybody alike (P18); the lock on the address, or on filing, makes the counts true."""
    if report.address is None:
        return False
    day, hour = report.created_at - timedelta(hours=24), report.created_at - timedelta(hours=1)
    asked = (OutgoingMail.Kind.REPORT, OutgoingMail.Kind.CONFIRMATION)
    to_address = OutgoingMail.objects.filter(address=report.address, kind__in=asked, created_at__gt=day).count()
    answered = Report.objects.filter(created_at__gt=hour, is_answered_by_mail=True).aggregate(
        of_client=Count("pk", filter=Q(client_key=report.client_key)), of_site=Count("pk")
    )
    return (
        to_address < RECEIPTS_PER_ADDRESS
        and answered["of_client"] < RECEIPTS_PER_CLIENT
        and answered["of_site"] < settings.CONFIRMATIONS_PER_HOUR
    )


def _mail(report: Report, kind: str, now: datetime) -> None:
    address = report.address
    assert isinstance(address, Address)
    enqueue(kind=kind, address=address, subscription_id=report.pk, event_id=report.reaction_id, now=now)


def _hide_when_many(reaction: Reaction) -> None:
    """What was reported before a moderator let it stand does not count again."""
    counted = Report.objects.open().filter(reaction=reaction)
    if reaction.hidden_at:
        counted = counted.filter(created_at__gt=reaction.hidden_at)
    clients = counted.values("client_key").distinct().count()
    if settings.REPORTS_HIDE and clients >= settings.REPORTS_HIDE:
        reactions.hold_again(reaction, because=[f"reported:{clients}"])


def _reckon_heat(reaction: Reaction, now: datetime) -> None:
    """Heated while enough of its reactions were reported lately, reports that moderators rejected left out."""
    if not settings.HEATED_REPORTS:
        return
    rows = Reaction.objects.filter(article=reaction.article_id, thread_no=reaction.thread_no)
    lately = Report.objects.filter(reaction__in=rows, created_at__gt=now - HEATED_WINDOW)
    found = lately.exclude(outcome=Report.Outcome.REJECTED).aggregate(
        reported=Count("reaction", distinct=True),
        clients=Count("client_key", distinct=True),
        newest=Max("created_at"),
    )
    is_heated = found["reported"] >= settings.HEATED_REPORTS and found["clients"] >= min(
        HEATED_CLIENTS, settings.HEATED_REPORTS
    )
    pauses.heat(reaction, until=found["newest"] + HEATED_WINDOW if is_heated else None)
