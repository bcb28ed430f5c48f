from django.db import migrations, models


class Migration(migrations.Migration):
    """A report may end because the reaction was withdrawn. Changes nothing in the database."""

    dependencies = [
        ("reports", "0001_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("upheld", "upheld"), ("rejected", "rejected"), ("moot", "withdrawn by its writer meanwhile")],
                editable=False,
                max_length=8,
                verbose_name="outcome",
            ),
        ),
    ]
