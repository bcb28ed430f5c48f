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


class Edition(models.Model):
    """How often what readers see has changed: see editions.py. Only triggers write here; only the sums mean something."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    editorial = models.BigIntegerField(default=0)
    reactions = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "edition"
        verbose_name_plural = "editions"

    def __str__(self) -> str:
        return f"{self.editorial}.{self.reactions}"
