"""The index and the triggers that keep it. Not written out here: it is derived, so any version of it may be made anew.

A later migration that lays articles_article or reactions_reaction anew on SQLite takes the triggers away. Let one follow it
here that does the same as these two; tests/search/test_index.py fails until then.
"""

from django.db import migrations

from forum.search.engines import engine


def install(apps, schema_editor):
    engine().install()


def uninstall(apps, schema_editor):
    engine().uninstall()


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_fill_bylines"), ("reactions", "0002_questions")]
    operations = [migrations.RunPython(install, uninstall)]
