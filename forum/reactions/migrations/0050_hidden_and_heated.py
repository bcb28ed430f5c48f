from django.db import migrations, models


class Migration(migrations.Migration):
    """When a reaction was hidden after it was published, and until when a conversation is heated."""

    dependencies = [
        ("reactions", "0040_newest_in_article"),
    ]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="heated_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="reaction",
            name="hidden_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
