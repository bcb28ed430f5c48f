"""Every article gets its byline; pictures that have their renditions are made already."""

from django.db import migrations
from django.utils import timezone

BATCH = 1000


def fill(apps, schema_editor):
    Article, Byline = apps.get_model("articles", "Article"), apps.get_model("articles", "Byline")
    without = Article.objects.filter(bylines__isnull=True).select_related("author").order_by("pk")
    while batch := list(without[:BATCH]):
        for article in batch:
            article.byline = [[article.author.name, article.author.slug]]
        Article.objects.bulk_update(batch, ["byline"])
        Byline.objects.bulk_create(
            Byline(article=article, author_id=article.author_id, position=0) for article in batch
        )
    images = apps.get_model("articles", "ArticleImage").objects.exclude(renditions=[])
    images.filter(made_at=None).update(made_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_desk")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
