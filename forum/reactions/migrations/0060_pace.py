"""Find what one client posted lately, to keep the limits of P19. One row of the index is written per reaction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reactions", "0056_of_one_name")]

    operations = [
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("client_key", ""), _negated=True),
                fields=["client_key", "-created_at"],
                name="reaction_by_client",
            ),
        ),
    ]
