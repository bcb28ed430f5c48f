from django.db import migrations, models


class Migration(migrations.Migration):
    """Mail may wait for a digest. With a default in the database: the version before this one writes rows as well."""

    dependencies = [
        ("outbox", "0020_kinds_of_fair_play"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="digest",
            field=models.CharField(
                blank=True,
                choices=[("daily", "Once a day"), ("weekly", "Once a week")],
                db_default="",
                default="",
                max_length=6,
                verbose_name="digest",
            ),
        ),
    ]
