"""What leads to one reader's own page, and what he asked to have erased."""

from django.db import models

from forum.outbox.models import Address


class Link(models.Model):
    """One request for the mailed link. `nonce` makes the token (forum.subscriptions.tokens); only its SHA-256 is kept.

    Made for every address that is typed, known or not (PROMISES P18); who builds the mail sees whether there is anything
    to show. `owner` is the reader_key of what was posted with the address, which may itself be gone in an hour.
    """

    owner = models.CharField(max_length=43)
    address = models.ForeignKey(Address, on_delete=models.SET_NULL, null=True, related_name="+")
    client_key = models.CharField(max_length=43, blank=True)
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # null: a newer one took its place
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-asked_at"], name="link_of_owner"),
            models.Index(fields=["-asked_at"], name="link_recent"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class Erasure(models.Model):
    """Reactions that are still to be erased; the row goes when they are."""

    owner = models.CharField(max_length=43)
    with_words = models.BooleanField()
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erasure {self.pk}"
