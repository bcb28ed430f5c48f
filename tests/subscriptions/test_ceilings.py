"""P27: nobody can be mail-bombed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from forum.outbox.models import OutgoingMail
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.subscriptions.processes import run_together, shared_database
from tests.subscriptions.readers import ask

VICTIM = "iemand.anders@voorbeeld.example"
A_DAY = timedelta(hours=24)


def mails() -> int:
    return OutgoingMail.objects.filter(kind="confirmation").count()


@pytest.mark.django_db
def test_p27_sixty_posts_with_one_foreign_address_give_three_mails():
    articles = [make_article() for _ in range(4)]
    now = timezone.now()
    asked = [ask(articles[n % 4], VICTIM, now=now, client_key=f"client-{n}") for n in range(60)]
    assert mails() == 3
    assert len({subscription.pk for subscription in asked}) == 4


@pytest.mark.django_db
def test_p27_one_mail_per_address_and_article_a_day_then_another():
    article, now = make_article(), timezone.now()
    for hours in (0, 1, 23.9):
        ask(article, VICTIM, now=now + timedelta(hours=hours))
    assert mails() == 1
    ask(article, VICTIM, now=now + A_DAY)
    assert mails() == 2


@pytest.mark.django_db
def test_p27_an_address_written_differently_is_the_same_address():
    article = make_article()
    for written in ("An@Voorbeeld.example", "an@voorbeeld.example", "AN@VOORBEELD.EXAMPLE"):
        ask(article, written)
    assert mails() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("client_key", ["c" * 43, ""])
def test_p27_ten_per_client_an_hour(client_key):
    article, now = make_article(), timezone.now()
    for n in range(14):
        ask(article, f"lezer{n}@voorbeeld.example", client_key=client_key, now=now)
    assert mails() == 10
    ask(article, "lezer20@voorbeeld.example", client_key="another", now=now)
    assert mails() == 11
    ask(article, "lezer21@voorbeeld.example", client_key=client_key, now=now + timedelta(hours=1))
    assert mails() == 12


@pytest.mark.django_db
def test_p27_a_ceiling_for_the_whole_site(settings):
    settings.CONFIRMATIONS_PER_HOUR = 5
    article, now = make_article(), timezone.now()
    for n in range(9):
        ask(article, f"lezer{n}@voorbeeld.example", client_key=f"client-{n}", now=now)
    assert mails() == 5


@pytest.mark.django_db
def test_p27_above_a_ceiling_the_reaction_still_has_its_subscription():
    article, now = make_article(), timezone.now()
    for n in range(11):
        last = ask(article, f"lezer{n}@voorbeeld.example", now=now)
    assert Subscription.objects.filter(pk=last.pk, confirmed_at=None).exists()
    assert not Consent.objects.filter(subscription=last).exists()


@pytest.mark.django_db(transaction=True)
def test_p27_two_processes_at_once_stay_below_every_ceiling(tmp_path):
    articles = [make_article().pk for _ in range(6)]
    database = shared_database(tmp_path)
    connection.close()
    script = f"""
from django.db import transaction
from django.utils import timezone
from articles.models import Article
from forum.outbox.models import OutgoingMail
from forum.subscriptions.actions import subscribe
articles = list(Article.objects.filter(pk__in={articles}))
def ask(article, email, client):
    with transaction.atomic():
        subscribe(email=email, article=article, scope="article", client_key=client, proven=False, now=timezone.now())
for n in range(24):
    ask(articles[n % 6], "{VICTIM}", f"elsewhere-{{n}}")
for n in range(24):
    ask(articles[0], f"lezer{{n}}@voorbeeld.example", "one-client")
print(json.dumps(0))
"""
    count = """
from forum.subscriptions.models import Consent
from forum.outbox.models import Address, OutgoingMail
victim = OutgoingMail.objects.filter(address__key="%s").count()
print(json.dumps([victim, Consent.objects.filter(client_key="one-client").count(), Address.objects.count()]))
"""
    run_together([script, script], database)
    assert run_together([count % VICTIM], database) == [[3, 10, 25]]
