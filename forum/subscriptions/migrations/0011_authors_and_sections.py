import django.db.models.deletion
from django.db import migrations, models

SCOPES = [
    ("article", "All new reactions to this article"),
    ("replies", "Only answers to my reaction"),
    ("new", "New articles"),
]


def followers_of(model: str, on_delete, related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=on_delete,
        related_name=related_name,
        to=f"articles.{model}",
        verbose_name=model,
    )


class Migration(migrations.Migration):
    """An address may follow an author or a section as well: exactly one of the three, and each once."""

    dependencies = [
        ("articles", "0050_author_mail_questions"),
        ("subscriptions", "0010_frequency"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="consent", name=one, field=followers_of(one, django.db.models.deletion.SET_NULL, "+")
            )
            for one in ("author", "section")
        ),
        *(
            migrations.AddField(
                model_name="subscription",
                name=one,
                field=followers_of(one, django.db.models.deletion.CASCADE, "followers"),
            )
            for one in ("author", "section")
        ),
        migrations.AlterField(
            model_name="subscription",
            name="article",
            field=followers_of("article", django.db.models.deletion.CASCADE, "subscriptions"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="scope",
            field=models.CharField(choices=SCOPES, default="article", max_length=7, verbose_name="about"),
        ),
        migrations.AlterField(
            model_name="consent",
            name="scope",
            field=models.CharField(choices=SCOPES, max_length=7, verbose_name="about"),
        ),
        *(
            migrations.AddIndex(
                model_name="subscription",
                index=models.Index(
                    condition=models.Q((f"{one}__isnull", False)), fields=[one, "id"], name=f"{one}_followers"
                ),
            )
            for one in ("author", "section")
        ),
        *(
            migrations.AddConstraint(
                model_name="subscription",
                constraint=models.UniqueConstraint(
                    condition=models.Q((f"{one}__isnull", False)),
                    fields=("address", one),
                    name=f"subscription_once_per_{one}",
                ),
            )
            for one in ("author", "section")
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(article__isnull=False, author=None, section=None, scope__in=["article", "replies"])
                | models.Q(article=None, author__isnull=False, section=None, scope="new")
                | models.Q(article=None, author=None, section__isnull=False, scope="new"),
                name="subscription_of_one_subject",
            ),
        ),
    ]
