import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which question an author's reaction belongs to; questions found per article and, the open ones, over the site."""

    dependencies = [
        ("reactions", "0002_questions"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="reaction", name="reaction_open_questions"),
        migrations.AddField(
            model_name="reaction",
            name="answers",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="reactions.reaction",
            ),
        ),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("answered_by__isnull", True), ("is_question", True), ("status", "published")),
                fields=["id"],
                name="reaction_open_questions",
            ),
        ),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("is_question", True)), fields=["article", "id"], name="reaction_questions"
            ),
        ),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                condition=models.Q(("answers__isnull", False)),
                fields=["answers", "reply_no"],
                name="reaction_answers_of",
            ),
        ),
    ]
