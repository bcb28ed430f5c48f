from django.db import migrations, models


class Migration(migrations.Migration):
    """A mail may tell an author what was asked. Changes nothing in the database."""

    dependencies = [
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("confirmation", "request to confirm"),
                    ("reaction", "news of a reaction"),
                    ("question", "question to an author"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
    ]
