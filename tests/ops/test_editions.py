"""The numbers of what readers see rise with every change, and whoever changes something does not wait for the others."""

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction

from articles.models import Article, Discussion
from forum.ops import editions
from forum.ops.models import Edition
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db(transaction=True)


def sums() -> tuple[int, int]:
    found = Edition.objects.aggregate(e=models.Sum("editorial"), r=models.Sum("reactions"))
    return found["e"] or 0, found["r"] or 0


def test_every_table_that_pages_show_is_counted_once_at_least_in_a_transaction(settings):
    settings.MODERATION = "after"
    article = make_article()
    editorial, reactions = sums()
    Article.objects.filter(pk=article.pk).update(title="Anders")
    assert sums()[0] > editorial and sums()[1] == reactions
    editorial = sums()[0]
    say(article)
    assert sums()[0] == editorial and sums()[1] > reactions
    with transaction.atomic():
        Discussion.objects.update(version=models.F("version") + 1)
        transaction.set_rollback(True)
    before = sums()
    settings.MODERATION = "before"
    say(article)  # nobody sees it yet
    assert sums() == before


@pytest.fixture
def whole_again(transactional_db):
    """The next test finds the triggers of every room."""
    yield
    call_command("mend", verbosity=0)


@pytest.mark.usefixtures("whole_again")
def test_a_later_migration_may_change_a_table_and_what_gets_lost_is_mended(engine):
    make_article()
    before = Article._meta.get_field("title")
    after = models.CharField(max_length=170)
    after.set_attributes_from_name("title")
    after.model = Article
    for one, other in ((before, after), (after, before)):
        with connection.schema_editor() as editor:
            editor.alter_field(Article, one, other, strict=False)
    assert editions.is_installed() == (engine == "postgresql")
    was = sums()
    Article.objects.update(lead="Ongeteld")
    assert (sums() > was) == (engine == "postgresql")
    editions.mend()
    assert sums() > was  # what was kept meanwhile is looked at anew
    was = sums()
    Article.objects.update(lead="Nieuw")
    assert sums()[0] > was[0]


def test_the_migrations_leave_all_triggers_in_place():
    assert editions.is_installed()
