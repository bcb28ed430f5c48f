from django.db import migrations, models


class Migration(migrations.Migration):
    """More kinds of mail, and room for their names."""

    dependencies = [
        ("outbox", "0010_question_kind"),
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
                    ("article", "new article"),
                    ("digest", "digest"),
                    ("posted", "posted after waiting"),
                    ("decision", "decision on a reaction"),
                    ("appeal", "decision on an appeal"),
                    ("report", "receipt of a report"),
                    ("report decided", "decision on a report"),
                    ("waiting", "work for a moderator"),
                    ("mine", "link to a reader’s own page"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
