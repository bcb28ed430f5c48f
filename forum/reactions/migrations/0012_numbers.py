from django.db import migrations, models


class Migration(migrations.Migration):
    """What an editor counts per article is found without walking through the article's reactions."""

    dependencies = [
        ("reactions", "0011_editors_voice"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                fields=["article", "-published_at"],
                name="reaction_days",
                condition=models.Q(("published_at__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                fields=["article", "status"],
                name="reaction_decided",
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True), models.Q(("status", "held"), _negated=True)
                ),
            ),
        ),
    ]
