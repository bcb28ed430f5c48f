from django.db import migrations, models


class Migration(migrations.Migration):
    """Staff that is no author of the article speaks with a badge as well."""

    dependencies = [
        ("reactions", "0010_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="by_editors",
            field=models.BooleanField(default=False, editable=False, verbose_name="by the editors"),
        ),
    ]
