from django.db import migrations, models


class Migration(migrations.Migration):
    """How often a reader wants mail. With a default in the database: the version before this one writes rows as well."""

    dependencies = [
        ("outbox", "0030_digest"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="frequency",
            field=models.CharField(
                choices=[
                    ("at once", "At once"),
                    ("daily", "Once a day"),
                    ("weekly", "Once a week"),
                    ("paused", "Not for now"),
                ],
                db_default="at once",
                default="at once",
                max_length=7,
                verbose_name="how often",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="digest_token_hash",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
    ]
