"""What was decided about reactions, what was objected, and what moderators want of their desk."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("reactions", "0056_of_one_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("publish", "published"),
                            ("refuse", "refused"),
                            ("spam", "called spam"),
                            ("remove", "removed"),
                            ("restore", "put back"),
                            ("keep", "left as it is"),
                            ("hide", "hidden by itself"),
                            ("undo", "decision taken back"),
                            ("uphold", "objection upheld"),
                            ("reject", "objection rejected"),
                        ],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("attack", "personal attack"),
                            ("hate", "discrimination or hate"),
                            ("details", "someone else’s details"),
                            ("off topic", "not about the article"),
                            ("advertising", "advertising"),
                            ("unlawful", "possibly criminal"),
                        ],
                        max_length=20,
                        verbose_name="ground",
                    ),
                ),
                (
                    "law",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sr 285", "threat (Wetboek van Strafrecht, article 285)"),
                            (
                                "sr 285d",
                                "spreading personal details to frighten (Wetboek van Strafrecht, article 285d)",
                            ),
                            ("sr 131", "incitement to a crime or to violence (Wetboek van Strafrecht, article 131)"),
                            ("sr 137c", "insult of a group (Wetboek van Strafrecht, article 137c)"),
                            ("sr 137d", "incitement to hate or discrimination (Wetboek van Strafrecht, article 137d)"),
                            ("sr 261", "slander or libel (Wetboek van Strafrecht, articles 261 and 262)"),
                            ("sr 266", "insult (Wetboek van Strafrecht, article 266)"),
                            ("gdpr 6", "personal data without a legal basis (Regulation (EU) 2016/679, article 6)"),
                            ("aw 1", "another’s work without permission (Auteurswet, article 1)"),
                            ("other", "another provision, named in the explanation"),
                        ],
                        max_length=8,
                        verbose_name="law",
                    ),
                ),
                ("because", models.JSONField(blank=True, default=list, verbose_name="why it was looked at")),
                ("before", models.CharField(max_length=9, verbose_name="state before")),
                ("after", models.CharField(max_length=9, verbose_name="state after")),
                ("waited", models.DurationField(null=True, verbose_name="waited")),
                ("made_at", models.DateTimeField(verbose_name="when")),
                ("seal", models.CharField(blank=True, max_length=64)),
                ("nonce", models.CharField(blank=True, max_length=32)),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later",
                        to="moderation.decision",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "reaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="reactions.reaction",
                        verbose_name="reaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
            },
        ),
        migrations.CreateModel(
            name="Moderator",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="moderator",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("shortcuts", models.BooleanField(default=True, verbose_name="keyboard shortcuts")),
                ("mail_waiting", models.BooleanField(null=True, verbose_name="mail when something waits")),
                ("mails", models.PositiveIntegerField(default=0, editable=False)),
                ("mailed_at", models.DateTimeField(editable=False, null=True)),
                ("told_reaction", models.PositiveBigIntegerField(default=0, editable=False)),
                ("told_report", models.PositiveBigIntegerField(default=0, editable=False)),
                ("told_appeal", models.PositiveBigIntegerField(default=0, editable=False)),
                ("first_untold", models.PositiveBigIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "moderator",
                "verbose_name_plural": "moderators",
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField(blank=True, verbose_name="objection")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("upheld", "upheld"), ("rejected", "rejected")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="handled at")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("same_hand", models.BooleanField(default=False)),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="moderation.decision"
                    ),
                ),
                (
                    "outcome",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="moderation.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
            },
        ),
        migrations.CreateModel(
            name="Exhibit",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="exhibit",
                        serialize=False,
                        to="moderation.decision",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("website", models.CharField(blank=True, max_length=260, verbose_name="website")),
                ("body", models.TextField(verbose_name="reaction")),
                ("reasons", models.JSONField(default=list, verbose_name="why it was looked at")),
                ("note", models.TextField(blank=True, verbose_name="explanation")),
                ("key", models.CharField(max_length=43)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="exhibit_age")],
            },
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["reaction", "-id"], name="decision_of_reaction"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["what", "-id"], name="decision_by_what"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("ground", ""), _negated=True), fields=["ground", "-id"], name="decision_by_ground"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["by", "-id"], name="decision_by_whom"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["made_at"], name="decision_in_year"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["id"], name="appeal_open"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["made_at"], name="appeal_in_year"),
        ),
    ]
