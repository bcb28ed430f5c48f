"""What is written with SQL that was made beforehand (forum/prepared.py)."""

import pytest
from django.db import DatabaseError
from django.utils import timezone

from articles.models import Discussion
from forum.prepared import Added, Stored
from forum.reactions.models import Reaction
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_only_the_named_columns_are_stored():
    discussion = make_article().discussion
    discussion.visible, discussion.version, discussion.skyline = 7, 9, "e0"
    Stored(Discussion, "visible", "skyline")(discussion)
    stored = Discussion.objects.get()
    assert (stored.visible, stored.skyline, stored.version) == (7, "e0", 1)


def test_other_rows_stay_as_they_are():
    one, other = make_article().discussion, make_article().discussion
    one.visible = 3
    Stored(Discussion, "visible")(one)
    other.refresh_from_db()
    assert other.visible == 0


def test_a_row_that_is_gone_is_an_error():
    discussion = make_article().discussion
    Discussion.objects.all().delete()
    with pytest.raises(DatabaseError):
        Stored(Discussion, "visible")(discussion)


def test_a_column_that_is_not_there_is_an_error():
    with pytest.raises(AssertionError):
        Stored(Discussion, "visibility")


def test_a_new_row_is_what_save_would_have_made():
    article = make_article()
    values = {"name": "Noor", "body": "Mooi.", "created_at": timezone.now(), "held_because": ["links"]}
    saved, added = (Reaction(article=article, fingerprint=print_, **values) for print_ in ("one", "other"))
    saved.save(force_insert=True)
    Added(Reaction)(added)
    assert added.pk and added.pk != saved.pk and not added._state.adding
    rows = Reaction.objects.in_bulk()
    differing = {field.attname for field in Reaction._meta.concrete_fields
                 if getattr(rows[saved.pk], field.attname) != getattr(rows[added.pk], field.attname)}  # fmt: skip
    assert differing == {"id", "fingerprint"}


def test_the_number_of_a_row_is_known_before_it_is_added():
    article, add = make_article(), Added(Reaction)
    for _ in range(2):
        reaction = Reaction(article=article, name="Noor", body="Mooi.", created_at=timezone.now())
        reaction.pk = number = add.next_key()
        add(reaction)
        assert reaction.pk == number and Reaction.objects.filter(pk=number).exists()
    later = Reaction.objects.create(article=article, name="Noor", body="Weer.", created_at=timezone.now())
    assert later.pk > number


def test_a_model_without_numbers_of_its_own_cannot_be_added():
    with pytest.raises(AssertionError):
        Added(Discussion)
