"""The worker makes all pictures anew, now with what lists show of them; until then what there is stays in use.

On the way back a picture without a description counts as decoration, as it had to be one or the other.
"""

from django.db import migrations


def make_again(apps, schema_editor):
    apps.get_model("articles", "ArticleImage").objects.filter(crops=[]).update(made_at=None)


def say_decorative(apps, schema_editor):
    apps.get_model("articles", "ArticleImage").objects.filter(alt="").update(decorative=True)


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_pictures")]
    operations = [migrations.RunPython(make_again, say_decorative)]
