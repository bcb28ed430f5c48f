"""The cache that several nodes share. While its server is away each process remembers for itself: slower, and never an error.

What is counted there (failed logins) is then counted by process. Limits of readers are counted in the database.
"""

import logging
import time
from typing import Any, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.0
REST_SECONDS = 5.0  # after a fault; not every request waits for a server that is silent


class SharedCache(BaseCache):
    rest_until: ClassVar[dict[str, float]] = {}  # by address, for all threads

    def __init__(self, address: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        patience = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        self.server = RedisCache(address, params | {"OPTIONS": patience})
        self.here = LocMemCache(f"away {address}", params)
        self.address = address

    def _ask(self, method: str, *words: Any, **named: Any) -> Any:
        from redis.exceptions import RedisError  # a site without such a server need not have it in its memory

        if time.monotonic() >= self.rest_until.get(self.address, 0.0):
            try:
                return getattr(self.server, method)(*words, **named)
            except (RedisError, OSError) as fault:
                self.rest_until[self.address] = time.monotonic() + REST_SECONDS
                log.warning("The cache does not answer (%s); this process remembers for itself.", type(fault).__name__)
        return getattr(self.here, method)(*words, **named)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("add", key, value, timeout=timeout, version=version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout=timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("touch", key, timeout=timeout, version=version)

    def delete(self, key: Any, version: int | None = None) -> Any:
        return self._ask("delete", key, version=version)

    def has_key(self, key: Any, version: int | None = None) -> Any:
        return self._ask("has_key", key, version=version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> Any:
        return self._ask("incr", key, delta, version=version)

    def clear(self) -> None:
        self._ask("clear")

    def close(self, **named: Any) -> None:
        self.server.close(**named)
