"""What readers are told of the decision that took a reaction away. Null for all there is, so no table is laid anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reactions", "0050_hidden_and_heated")]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="decided_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="decided at"),
        ),
        migrations.AddField(
            model_name="reaction",
            name="decision_ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("attack", "personal attack"),
                    ("hate", "discrimination or hate"),
                    ("details", "someone else’s details"),
                    ("off topic", "not about the article"),
                    ("advertising", "advertising"),
                    ("unlawful", "possibly criminal"),
                ],
                max_length=20,
                null=True,
                verbose_name="ground",
            ),
        ),
    ]
