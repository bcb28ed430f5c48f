from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reactions", "0012_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("by_author", True), ("status", "published")),
                fields=["article", "-id"],
                name="reaction_by_author",
            ),
        ),
    ]
