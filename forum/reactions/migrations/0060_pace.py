"""Find what one client posted lately, to keep the limits of P19. One row of the index is written per reaction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reactions", "0050_hidden_and_heated")]

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
