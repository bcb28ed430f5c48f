from django.db import migrations, models


class Migration(migrations.Migration):
    """What an automatic check refused is found by who writes the log of decisions."""

    dependencies = [
        ("reactions", "0067_proof"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True), ("status", "spam")),
                fields=["id"],
                name="reaction_refused_at_once",
            ),
        ),
    ]
