"""A cache that may forget. It holds nothing that matters, so a dead or silent broker must never hold up a request."""

from __future__ import annotations

import time
from typing import Any

import redis
import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.2
SILENCE_SECONDS = 5.0


class _Client(RedisCacheClient):
    """Django's client, which answers "nothing there" for 5 s after the broker failed once."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(
            servers, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, **options
        )
        self._silent_until = 0.0

    def _forgiving(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._silent_until:
            return otherwise
        try:
            return getattr(super(), name)(*args, **kwargs)
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("cache.unreachable", error=type(error).__name__)
            return otherwise

    def get(self, key: Any, default: Any = None) -> Any:
        return self._forgiving("get", default, key, default)

    def set(self, key: Any, value: Any, timeout: Any = None) -> Any:
        return self._forgiving("set", None, key, value, timeout)

    def add(self, key: Any, value: Any, timeout: Any = None) -> Any:
        return self._forgiving("add", True, key, value, timeout)

    def touch(self, key: Any, timeout: Any = None) -> Any:
        return self._forgiving("touch", False, key, timeout)

    def delete(self, key: Any) -> Any:
        return self._forgiving("delete", False, key)

    def get_many(self, keys: Any) -> Any:
        return self._forgiving("get_many", {}, keys)

    def has_key(self, key: Any) -> Any:
        return self._forgiving("has_key", False, key)

    def incr(self, key: Any, delta: int = 1) -> Any:
        return self._forgiving("incr", delta, key, delta)

    def set_many(self, data: Any, timeout: Any = None) -> Any:
        return self._forgiving("set_many", None, data, timeout)

    def delete_many(self, keys: Any) -> Any:
        return self._forgiving("delete_many", None, keys)

    def clear(self) -> Any:
        return self._forgiving("clear", False)


class ForgivingRedisCache(RedisCache):
    """Redis, when it answers within 0.2 s; otherwise empty."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
