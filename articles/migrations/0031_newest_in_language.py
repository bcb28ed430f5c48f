from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0030_former_addresses")]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["language", "status", "-published_at", "-id"], name="article_newest_in_language"
            ),
        ),
    ]
