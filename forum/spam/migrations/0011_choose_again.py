"""The filter reckons otherwise since this release: its threshold is due to be chosen again, by the worker."""

from django.db import migrations
from django.db.models import F


def choose_again(apps, schema_editor):
    apps.get_model("spam", "Filter").objects.update(threshold=None, news=F("spam") + F("good") + 5)


class Migration(migrations.Migration):
    dependencies = [("spam", "0010_service_check")]

    operations = [migrations.RunPython(choose_again, choose_again, elidable=True)]
