"""How many mails that ask to confirm may go out (PROMISES P27); the ceiling of the whole site is a setting."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from forum.outbox.models import Address
from forum.subscriptions.models import Consent, Subject, column_of

PER_ADDRESS_AND_SUBJECT = 1  # in 24 hours
PER_ADDRESS = 3  # in 24 hours
PER_CLIENT = 10  # in an hour
CEILING_LOCK = 0x6C75_6973  # any number that nobody else takes


def ceiling_reached(address: Address, subject: Subject, client_key: str, now: datetime, *, final: bool) -> bool:
    """With `final`, whoever else would send a confirmation waits for the end of this transaction."""
    if final and connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CEILING_LOCK])
    of_address = Q(address=address, asked_at__gt=now - timedelta(hours=24))
    of_site = Q(asked_at__gt=now - timedelta(hours=1))
    asked = Consent.objects.filter(of_address | of_site, token_hash__isnull=False).aggregate(
        per_address=Count("pk", filter=of_address),
        per_subject=Count("pk", filter=of_address & Q(**{column_of(subject): subject})),
        per_client=Count("pk", filter=of_site & Q(client_key=client_key)),
        per_site=Count("pk", filter=of_site),
    )
    return (
        asked["per_address"] >= PER_ADDRESS
        or asked["per_subject"] >= PER_ADDRESS_AND_SUBJECT
        or asked["per_client"] >= PER_CLIENT
        or asked["per_site"] >= settings.CONFIRMATIONS_PER_HOUR
    )


def client_at_ceiling(client_key: str, now: datetime) -> bool:
    """Asked before anything is written for who only follows: no flood of made-up addresses fills the tables. The answer
    does not depend on the address (P18).
    """
    this_hour = Consent.objects.filter(asked_at__gt=now - timedelta(hours=1), token_hash__isnull=False)
    asked = this_hour.aggregate(client=Count("pk", filter=Q(client_key=client_key)), site=Count("pk"))
    return asked["client"] >= PER_CLIENT or asked["site"] >= settings.CONFIRMATIONS_PER_HOUR
