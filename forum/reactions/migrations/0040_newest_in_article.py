"""For the feed of one article: its newest reactions, however many it has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0003_fill_bylines"),
        ("reactions", "0030_author_answers"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["article", "-published_at", "-id"],
                name="reaction_newest_in_article",
            ),
        ),
    ]
