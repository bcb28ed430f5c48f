from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever follows an author or a section is told of each article once."""

    dependencies = [
        ("articles", "0050_author_mail_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="announced_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("announced_at", None), ("status", "published")),
                fields=["published_at"],
                name="article_unannounced",
            ),
        ),
    ]
