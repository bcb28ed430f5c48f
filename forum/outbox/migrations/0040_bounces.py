import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What came back, and what it counts for. A new table; the way back drops it."""

    dependencies = [
        ("outbox", "0030_digest"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("bounce", "came back"), ("complaint", "complaint")], max_length=9, verbose_name="kind"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("smtp", "answer of the mail server"),
                            ("dsn", "mail that came back"),
                            ("webhook", "message of the mail service"),
                            ("complaint", "report of a complaint"),
                        ],
                        max_length=9,
                        verbose_name="heard by",
                    ),
                ),
                ("status", models.CharField(blank=True, max_length=11, verbose_name="status")),
                ("points", models.FloatField(verbose_name="points")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "address",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bounces",
                        to="outbox.address",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bounces",
                        to="outbox.outgoingmail",
                    ),
                ),
            ],
            options={
                "verbose_name": "bounce",
                "verbose_name_plural": "bounces",
                "indexes": [
                    models.Index(fields=["address", "at"], name="bounce_of_address"),
                    models.Index(fields=["at"], name="bounce_oldest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["mail", "kind", "source", "status"], name="bounce_once")
                ],
            },
        ),
    ]
