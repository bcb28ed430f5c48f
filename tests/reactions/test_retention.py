"""What is kept for a while only."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.reactions.actions import post_reaction
from forum.reactions.models import Reaction
from forum.reactions.retention import forget_clients
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_the_hash_of_a_client_goes_after_thirty_days_and_not_before():
    article = make_article()
    old, young = (
        post_reaction(article, name="Sanne", website="", body=body, client_key="k" * 43) for body in ("Oud.", "Jong.")
    )
    now = timezone.now()
    Reaction.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=30, minutes=1))
    Reaction.objects.filter(pk=young.pk).update(created_at=now - timedelta(days=29))
    assert (forget_clients(now), forget_clients(now)) == (1, 0)
    assert set(Reaction.objects.values_list("body", "client_key")) == {("Oud.", ""), ("Jong.", "k" * 43)}
