"""What came in, for who keeps the site running: moments, kinds and reasons. No address and no text is there to show."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.inbound.models import InboundMail, LastLook
from forum.inbound.reasons import in_words
from forum.mail_source import LocalSocket

DOOR = "desk_inbound"
SHOWN = 100
COUNTED_DAYS = 30


@requires(Ability.MANAGE_PEOPLE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    recent = InboundMail.objects.filter(received_at__gt=timezone.now() - timedelta(days=COUNTED_DAYS))
    counts = recent.order_by("kind", "outcome").values_list("kind", "outcome").annotate(number=Count("pk"))
    mails = list(InboundMail.objects.order_by("-received_at", "-pk")[:SHOWN])
    context = {
        "door": DOOR,
        "days": COUNTED_DAYS,
        "shown": SHOWN,
        "counts": [
            (InboundMail.Kind(kind).label, InboundMail.Outcome(outcome).label, number)
            for kind, outcome, number in counts
        ],
        "mails": [(mail, in_words(mail.reason)) for mail in mails],
        "look": LastLook.objects.first(),
        "source": settings.INBOUND,
        "by_socket": isinstance(settings.INBOUND, LocalSocket),
    }
    return render(request, "inbound/listing.html", context)
