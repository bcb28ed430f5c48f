"""The triggers stand in nobody's way: a later migration may change the tables that they watch."""

import pytest
from django.core.management import call_command
from django.db import connection, models

from articles.models import Article
from forum.reactions.models import Reaction
from forum.search.actions import mend_index
from forum.search.engines import engine
from tests.factories import make_article
from tests.reactions.talk import say
from tests.search.asking import finds, index

pytestmark = pytest.mark.django_db(transaction=True)


def change(model: type[models.Model], name: str, length: int) -> None:
    """What AlterField does; SQLite lays the whole table anew."""
    before = model._meta.get_field(name)
    after = models.CharField(max_length=length)
    after.set_attributes_from_name(name)
    after.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, before, after, strict=False)
    with connection.schema_editor() as editor:
        editor.alter_field(model, after, before, strict=False)


@pytest.mark.parametrize(("model", "name", "length"), [(Article, "title", 170), (Reaction, "name", 70)])
def test_a_column_may_become_longer_and_what_gets_lost_is_mended(model, name, length, engine_name):
    article = make_article(title="De pont")
    say(article, "een fiets")
    kept = index()
    change(model, name, length)
    assert engine().is_installed() == (engine_name == "postgresql")
    mend_index()
    assert engine().is_installed() and index() == kept
    say(article, "een brug")
    assert finds("brug") and finds("fiets") and finds("pont")


@pytest.fixture
def engine_name() -> str:
    return connection.vendor


@pytest.fixture(autouse=True)
def whole_again(transactional_db):
    """The next test finds the triggers of every room."""
    yield
    call_command("mend", verbosity=0)
