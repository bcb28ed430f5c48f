from django.db import migrations, models


class Migration(migrations.Migration):
    """An author may stop the mail about new questions."""

    dependencies = [
        ("articles", "0040_websub"),
    ]

    operations = [
        migrations.AddField(
            model_name="author",
            name="mail_questions",
            field=models.BooleanField(
                default=True,
                help_text="At most one mail an hour, to the address of the login.",
                verbose_name="mail about new questions",
            ),
        ),
    ]
