"""How often something may be tried: the one importer of limits. Kept in this process."""

from __future__ import annotations

import math

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ils import clock
from ils.errors import TooManyRequests

#: Kept by the name of what is tried and a key.
_tried = MovingWindowRateLimiter(MemoryStorage())


def check(name: str, key: str, per_minute: int) -> None:
    """Refuse what was counted too often.

    Raises:
        TooManyRequests: so often in the last minute.
    """
    rate = RateLimitItemPerMinute(per_minute)
    if not _tried.test(rate, name, key):
        until = _tried.get_window_stats(rate, name, key).reset_time
        raise TooManyRequests(seconds=max(1, math.ceil(until - clock.now().timestamp())))


def forget() -> None:
    """Begin anew, as after a start."""
    _tried.storage.reset()


def count(name: str, key: str, per_minute: int) -> None:
    """Count one more."""
    _tried.hit(RateLimitItemPerMinute(per_minute), name, key)
