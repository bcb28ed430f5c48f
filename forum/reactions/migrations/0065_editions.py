import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a reaction said before it was changed, and when it was corrected for all to see."""

    dependencies = [
        ("reactions", "0060_pace"),
    ]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="corrected_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("website", models.CharField(blank=True, max_length=260, verbose_name="website")),
                ("body", models.TextField(verbose_name="reaction")),
                ("until", models.DateTimeField(verbose_name="until")),
                (
                    "reaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="editions", to="reactions.reaction"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
