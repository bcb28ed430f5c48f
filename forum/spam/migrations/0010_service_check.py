"""What a service outside is still to be asked about. Empty where none is asked (AKISMET_KEY)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("spam", "0001_filter")]

    operations = [
        migrations.CreateModel(
            name="ServiceCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.PositiveBigIntegerField(unique=True)),
                ("due_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={"indexes": [models.Index(fields=["due_at"], name="spam_check_due")]},
        ),
    ]
