"""For the moderators: what was posted before under a name, and with a website."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reactions", "0055_decision_ground")]

    operations = [
        migrations.AddIndex(model_name="reaction", index=models.Index(fields=["name", "-id"], name="reaction_by_name")),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("website", ""), _negated=True),
                fields=["website", "-id"],
                name="reaction_by_website",
            ),
        ),
    ]
