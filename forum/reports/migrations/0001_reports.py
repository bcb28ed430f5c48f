import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What readers report."""

    initial = True

    dependencies = [
        ("outbox", "0020_kinds_of_fair_play"),
        ("reactions", "0050_hidden_and_heated"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("attack", "Personal attack or threat"),
                            ("hate", "Discrimination or hate"),
                            ("personal", "It contains someone else’s details"),
                            ("spam", "Advertising or spam"),
                            ("unlawful", "I think this breaks the law"),
                            ("other", "Something else"),
                        ],
                        max_length=8,
                        verbose_name="reason",
                    ),
                ),
                ("explanation", models.TextField(blank=True, verbose_name="explanation")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("is_answered_by_mail", models.BooleanField(default=False, editable=False)),
                ("client_key", models.CharField(blank=True, editable=False, max_length=43)),
                (
                    "is_notice",
                    models.BooleanField(default=False, editable=False, verbose_name="notice of illegal content"),
                ),
                (
                    "is_child_abuse",
                    models.BooleanField(default=False, editable=False, verbose_name="about sexual abuse of children"),
                ),
                ("created_at", models.DateTimeField(verbose_name="reported at")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(choices=[(0, "first"), (1, "normal")], default=1, editable=False),
                ),
                ("due_at", models.DateTimeField(verbose_name="to be decided by")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("decided", "decided")],
                        default="open",
                        editable=False,
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided at")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "upheld"), ("rejected", "rejected")],
                        editable=False,
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "address",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="outbox.address",
                        verbose_name="e-mail address",
                    ),
                ),
                (
                    "reaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="reactions.reaction",
                        verbose_name="reaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "indexes": [
                    models.Index(fields=["reaction", "client_key"], name="report_of_reaction"),
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["priority", "due_at", "id"], name="report_queue"
                    ),
                    models.Index(fields=["client_key", "created_at"], name="report_by_client"),
                    models.Index(fields=["created_at"], name="report_age"),
                    models.Index(
                        condition=models.Q(("decided_at__isnull", False)), fields=["decided_at"], name="report_decided"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("outcome", ""), ("status", "open")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("status", "decided"),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="report_decided_as_a_whole",
                    )
                ],
            },
        ),
    ]
