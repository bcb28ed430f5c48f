import django.db.models.deletion
from django.db import migrations, models

FINAL = ("sent", "failed", "suppressed", "cancelled")


class Migration(migrations.Migration):
    """Indexes for the delivery screen and for clearing away. The one of the address replaces that of the foreign key."""

    dependencies = [
        ("outbox", "0040_bounces"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="address",
            index=models.Index(
                condition=models.Q(("suppressed_at__isnull", False)),
                fields=["suppressed_at", "id"],
                name="address_suppressed",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(fields=["address", "created_at", "id"], name="mail_of_address"),
        ),
        *(
            migrations.AddIndex(
                model_name="outgoingmail",
                index=models.Index(
                    condition=models.Q(("status", state)), fields=["created_at", "id"], name=f"mail_{state}"
                ),
            )
            for state in FINAL
        ),
        *(
            migrations.AddIndex(
                model_name="outgoingmail",
                index=models.Index(
                    condition=models.Q(("status", state)),
                    fields=["kind", "created_at", "id"],
                    name=f"mail_{state}_by_kind",
                ),
            )
            for state in FINAL
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="address",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="outbox.address",
            ),
        ),
    ]
