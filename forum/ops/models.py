"""What the machinery says about itself."""

from django.db import models


class Heartbeat(models.Model):
    """One worker, and when it last said that it lives; by the database's clock."""

    worker = models.CharField(max_length=100, unique=True)  # host and process
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "heartbeat"
        verbose_name_plural = "heartbeats"

    def __str__(self) -> str:
        return self.worker
