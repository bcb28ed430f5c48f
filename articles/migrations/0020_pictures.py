"""Pictures are made by the worker: when to try again, what is cut for lists, the picture for sharing.

A picture may be undescribed until its article is published; articles.images.undescribed tells.
"""

from django.db import migrations, models

import articles.storage


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_fill_bylines")]
    operations = [
        migrations.RemoveConstraint(model_name="articleimage", name="image_described_or_decorative"),
        migrations.AddField("articleimage", "crops", models.JSONField(default=list, editable=False)),
        migrations.AddField("articleimage", "try_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "articleimage",
            "original",
            models.FileField(
                max_length=200,
                storage=articles.storage.private_storage,
                upload_to="originals/",
                verbose_name="picture",
            ),
        ),
        migrations.AddField("article", "social_made_of", models.CharField(default="", editable=False, max_length=64)),
        migrations.AddField("article", "social_made_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("article", "social_attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
        migrations.AddField("article", "social_try_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "article",
            models.Index(
                condition=models.Q(("social_made_at__isnull", True)), fields=["id"], name="article_social_to_make"
            ),
        ),
    ]
