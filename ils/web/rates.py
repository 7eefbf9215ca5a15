"""How often something may be tried: the one importer of limits. Kept in this process."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from weakref import WeakValueDictionary

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ils import clock
from ils.errors import TooManyRequests

_tried = MovingWindowRateLimiter(MemoryStorage())
#: Who is tried now → its turn.
_turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_turns_guard = threading.Lock()


def check(name: str, key: str, per_minute: int) -> None:
    """Refuse what was counted too often.

    Raises:
        TooManyRequests: so often in the last minute.
    """
    rate = RateLimitItemPerMinute(per_minute)
    if not _tried.test(rate, name, key):
        until = _tried.get_window_stats(rate, name, key).reset_time
        raise TooManyRequests(seconds=max(1, math.ceil(until - clock.now().timestamp())))


def count(name: str, key: str, per_minute: int) -> None:
    """Count one more."""
    _tried.hit(RateLimitItemPerMinute(per_minute), name, key)


@contextmanager
def attempt(
    whose: str, limits: Sequence[tuple[str, str, int]], failure: type[Exception]
) -> Iterator[None]:
    """Try a password: refused before it is looked at, counted when it is wrong.

    Attempts at one account follow each other: none is made before another was counted.

    Args:
        limits: each a name, a key and how often a minute, as in `check`.

    Raises:
        TooManyRequests: it was wrong too often.
    """
    with _turns_guard:
        turn = _turns.setdefault(whose, threading.Lock())
    with turn:
        for limit in limits:
            check(*limit)
        try:
            yield
        except failure:
            for limit in limits:
                count(*limit)
            raise


def forget() -> None:
    """Begin anew, as after a start."""
    _tried.storage.reset()
