from django.db import migrations
from django.db.models import Max
from django.db.models.functions import Now

BATCH = 1_000


def announce_quietly(apps, schema_editor):
    """What was public before counts as told: nobody could follow an author or a section then."""
    articles = apps.get_model("articles", "Article").objects
    newest = articles.aggregate(newest=Max("pk"))["newest"] or 0
    for start in range(0, newest + 1, BATCH):
        batch = articles.filter(pk__gte=start, pk__lt=start + BATCH, status__in=["published", "withdrawn"])
        batch.filter(announced_at=None).update(announced_at=Now())


class Migration(migrations.Migration):
    """Articles that are public already are no news."""

    dependencies = [
        ("articles", "0060_announced"),
    ]

    operations = [
        migrations.RunPython(announce_quietly, migrations.RunPython.noop),
    ]
