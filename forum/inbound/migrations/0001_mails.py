import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What came in by mail. New tables; the way back drops them."""

    initial = True

    dependencies = [
        ("reactions", "0040_newest_in_article"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=100)),
                ("trouble_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="InboundMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(editable=False, max_length=43, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "answer by mail"),
                            ("bounce", "mail that came back"),
                            ("complaint", "complaint"),
                            ("other", "other mail"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("posted", "published"),
                            ("held", "waits for the editors"),
                            ("counted", "counted"),
                            ("ignored", "ignored"),
                            ("refused", "could not be posted"),
                            ("unclear", "not understood"),
                        ],
                        max_length=7,
                        verbose_name="what became of it",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                ("received_at", models.DateTimeField(verbose_name="came in at")),
                (
                    "answered",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reactions.reaction",
                    ),
                ),
                (
                    "reaction",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reactions.reaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "incoming mail",
                "verbose_name_plural": "incoming mails",
                "indexes": [
                    models.Index(fields=["-received_at", "-id"], name="inbound_newest"),
                    models.Index(
                        condition=models.Q(("reaction__isnull", False)), fields=["reaction"], name="inbound_became"
                    ),
                    models.Index(
                        condition=models.Q(("answered__isnull", False)), fields=["answered"], name="inbound_answered"
                    ),
                ],
            },
        ),
    ]
