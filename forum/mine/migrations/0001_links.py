import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Mailed links to a reader's own page, and what is still to be erased."""

    initial = True

    dependencies = [
        ("outbox", "0020_kinds_of_fair_play"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=43)),
                ("with_words", models.BooleanField()),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=43)),
                ("client_key", models.CharField(blank=True, max_length=43)),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "address",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="outbox.address",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "-asked_at"], name="link_of_owner"),
                    models.Index(fields=["-asked_at"], name="link_recent"),
                ],
            },
        ),
    ]
