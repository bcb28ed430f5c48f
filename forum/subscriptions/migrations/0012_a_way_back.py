from django.db import migrations


def forget_followers(apps, schema_editor):
    """The version before this one knows followers of articles only."""
    apps.get_model("subscriptions", "Consent").objects.filter(scope="new").delete()
    apps.get_model("subscriptions", "Subscription").objects.filter(article=None).delete()


class Migration(migrations.Migration):
    """Going back, whoever follows an author or a section is forgotten first; in a transaction of its own, because
    PostgreSQL changes no table in the transaction that has just deleted from it.
    """

    dependencies = [
        ("subscriptions", "0011_authors_and_sections"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, forget_followers),
    ]
