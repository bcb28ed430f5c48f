"""Where the files of pictures lie: this machine, or a store that speaks S3. Which one: settings.STORAGES."""

import logging
import secrets
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages
from django.db import transaction
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)
CONTENT_TYPES = {"avif": "image/avif", "jpg": "image/jpeg"}  # all that is ever written


class StorageAway(ValidationError):
    """The store does not answer, or has no room. Nothing was changed; it may be tried again."""

    def __init__(self) -> None:
        super().__init__(_("The place where pictures are kept does not answer. Nothing was lost here: try again."))


def private_storage() -> Storage:
    """For what readers never get: what pictures are made from."""
    return storages["private"]


def random_name(folder: str, mark: str = "") -> str:
    """Without an ending. `mark` says whose it is, for whoever looks for files that belong to nobody."""
    return f"{folder}/{mark}{secrets.token_urlsafe(12)}"


def write(name: str, content: bytes, *, storage: Storage | None = None) -> str:
    """The name under which it is kept. Raises StorageAway."""
    file = ContentFile(content, name=name)
    file.content_type = CONTENT_TYPES[name.rpartition(".")[2]]  # type: ignore[attr-defined]  # for S3
    try:
        return (storage or default_storage).save(name, file)
    except Exception as fault:
        log.warning("%s: a picture was not written", type(fault).__name__)
        raise StorageAway from fault


def read(name: str, *, storage: Storage | None = None) -> bytes:
    """Raises StorageAway, also for a file that is not there."""
    try:
        with (storage or default_storage).open(name, "rb") as file:
            return bytes(file.read())
    except Exception as fault:
        log.warning("%s: a picture was not read", type(fault).__name__)
        raise StorageAway from fault


def delete(names: Iterable[str | None], *, storage: Storage | None = None) -> None:
    """A file that cannot be deleted now is found later, by articles.sweeping."""
    for name in filter(None, names):
        try:
            (storage or default_storage).delete(name)
        except Exception as fault:  # noqa: BLE001  a store may raise almost anything, and nothing depends on this
            log.warning("%s: a picture was not deleted", type(fault).__name__)


def deletion_of(names: Iterable[str | None], *, storage: Storage | None = None) -> Callable[[], None]:
    """For transaction.on_commit: what was replaced or taken away is not kept, once that holds."""
    kept = list(names)
    return lambda: delete(kept, storage=storage)


def delete_once_committed(names: Iterable[str | None], *, storage: Storage | None = None) -> None:
    transaction.on_commit(deletion_of(names, storage=storage))
