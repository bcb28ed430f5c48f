"""Two versions: of what readers see (Discussion.version), and of what the editors wrote (Article.version)."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.manuscript import typed_fields
from articles.models import Article, Author, Discussion, Revision, Section


class Note(models.TextChoices):
    """Why there is a revision; the plain ones are a save."""

    CREATED = "created", _("begun")
    PUBLISHED = "published", pgettext_lazy("article", "published")
    ON_SCHEDULE = "on schedule", _("published as scheduled")
    SCHEDULED = "scheduled", _("scheduled")
    UNSCHEDULED = "unscheduled", _("taken off the schedule")
    WITHDRAWN = "withdrawn", pgettext_lazy("article", "withdrawn")
    TRANSLATION = "translation", _("translation linked or unlinked")
    RESTORED = "restored", _("restored")  # "restored 12": from number 12
    ADMIN = "admin", _("saved in the admin")


def raise_versions(**which: Article | Author | Section) -> None:
    """Of the pages that changed."""
    Discussion.objects.filter(**which).update(version=F("version") + 1)


def raise_version(article: Article) -> None:
    """Of what is written: whoever has this article open finds out when he saves. Locks the row."""
    Article.objects.filter(pk=article.pk).update(version=F("version") + 1)
    article.refresh_from_db(fields=["version", "status", "published_at"])


def record_revision(article: Article, *, by: User | None, note: str = "") -> Revision:
    """Keep the article whole as it is now, under the number that its version has. Raise that first."""
    return Revision.objects.create(
        article=article, number=article.version, fields=typed_fields(article), saved_by=by, note=note
    )
