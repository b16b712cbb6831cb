"""The cache in Redis, without which the portal goes on: a Redis that is away is an empty cache."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# One request in so many seconds asks whether it is there again: a hanging Redis costs a page one timeout.
PAUSE = 5.0


class ForgetfulCache(RedisCache):
    """Sessions are read from the database then, and nobody is counted: limits of attempts do not hold."""

    _away_until = 0.0

    def _ask(self, act: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < ForgetfulCache._away_until:
            return otherwise
        try:
            return act(*args, **kwargs)
        except RedisError as error:
            ForgetfulCache._away_until = time.monotonic() + PAUSE
            logger.warning("the cache is away: %s", error)
            return otherwise

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        """True: nobody had put it there."""
        return self._ask(super().add, True, key, value, *args, **kwargs)  # noqa: FBT003 - what `add` gives

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The default."""
        return self._ask(super().get, default, key, default, version)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing is kept."""
        return self._ask(super().set, None, key, value, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """False: it is not there."""
        return self._ask(super().touch, False, key, *args, **kwargs)  # noqa: FBT003 - what `touch` gives

    def delete(self, key: Any, version: Any = None) -> Any:
        """False: it is not there."""
        return self._ask(super().delete, False, key, version)  # noqa: FBT003 - what `delete` gives

    def get_many(self, keys: Any, version: Any = None) -> Any:
        """None of them."""
        return self._ask(super().get_many, {}, keys, version)

    def has_key(self, key: Any, version: Any = None) -> Any:
        """False: it is not there."""
        return self._ask(super().has_key, False, key, version)  # noqa: FBT003 - what `has_key` gives

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """As if it began now."""
        return self._ask(super().incr, delta, key, delta, version)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing is kept."""
        return self._ask(super().set_many, [], data, *args, **kwargs)

    def delete_many(self, keys: Any, version: Any = None) -> Any:
        """Nothing is there."""
        return self._ask(super().delete_many, None, keys, version)

    def clear(self) -> Any:
        """Nothing is there."""
        return self._ask(super().clear, False)  # noqa: FBT003 - what `clear` gives
