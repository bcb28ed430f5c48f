"""The database itself refuses to change or delete a decision. What it refuses: forum/moderation/log_triggers.py.

A later migration that lays moderation_decision or moderation_exhibit anew on SQLite takes the triggers away. Let one
follow it that does the same as this; tests/moderation/test_log.py fails until then.
"""

from django.db import migrations

from forum.moderation import log_triggers


def install(apps, schema_editor):
    for statement in log_triggers.install(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def uninstall(apps, schema_editor):
    for statement in log_triggers.uninstall(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_log")]
    operations = [migrations.RunPython(install, uninstall)]
