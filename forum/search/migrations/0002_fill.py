"""What was published before there was an index; in small transactions, so that nobody who posts meanwhile has to wait."""

from django.db import migrations

from forum.search.actions import fill_index


def fill(apps, schema_editor):
    fill_index()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0001_index")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
