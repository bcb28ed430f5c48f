from django.db import migrations

ROLES = ("author", "editor", "moderator", "administrator")


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for name in ROLES:
        groups.get_or_create(name=name)


def give_groups(apps, schema_editor):
    """Who was a superuser is an administrator."""
    user = apps.get_model("auth", "User")
    groups = apps.get_model("auth", "Group").objects
    administrator = groups.get(name="administrator")
    for person in user.objects.filter(is_superuser=True):
        person.groups.add(administrator)


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(give_groups, migrations.RunPython.noop),
    ]
