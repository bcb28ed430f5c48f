from django.db import migrations, models


class Migration(migrations.Migration):
    """Names that readers have claimed."""

    dependencies = [
        ("reactions", "0065_editions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("skeleton", models.CharField(editable=False, max_length=240, unique=True)),
                ("owner", models.CharField(db_index=True, editable=False, max_length=43)),
                ("claimed_at", models.DateTimeField(verbose_name="claimed at")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released at")),
            ],
            options={"verbose_name": "claimed name", "verbose_name_plural": "claimed names", "ordering": ["pk"]},
        ),
        migrations.AddField(
            model_name="reaction",
            name="name_confirmed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
