from django.db import migrations, models


class Migration(migrations.Migration):
    """How we know whose a reaction is. With defaults in the database: the version before this one writes rows as well."""

    dependencies = [
        ("reactions", "0066_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="proof",
            field=models.CharField(
                blank=True,
                choices=[
                    ("browser", "its browser had confirmed the address"),
                    ("mail", "the mail that it caused was confirmed"),
                    ("said", "the owner of the address said so later"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=7,
            ),
        ),
    ]
