"""What is written with SQL that was made beforehand (forum/prepared.py)."""

import pytest
from django.db import DatabaseError

from articles.models import Discussion
from forum.prepared import Stored
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
