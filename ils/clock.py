"""Time: the only place that asks what time it is."""

from __future__ import annotations

import time as time_module
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

#: A clock that is set by so much while a program runs is not to be believed.
JUMP = timedelta(days=1)


def _began() -> float:
    """When the computer was switched on, as its clock says now; the same unless that is set."""
    return time_module.time() - time_module.clock_gettime(time_module.CLOCK_BOOTTIME)


_at_start = _began()


def jumped() -> bool:
    """Whether the clock was set by more than a day since the program began.

    A computer that slept over the holidays is no such case: its sleep is counted too.
    """
    return abs(_began() - _at_start) > JUMP.total_seconds()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name, for example ``Asia/Almaty``."""
    return ZoneInfo(name)


def local_day(at: datetime, timezone: str) -> date:
    """The calendar day at a place."""
    return at.astimezone(zone(timezone)).date()


def day_start(day: date, timezone: str) -> datetime:
    """The instant a calendar day begins at a place."""
    return datetime.combine(day, time(), zone(timezone)).astimezone(UTC)


def noon(day: date, timezone: str) -> datetime:
    """The middle of a calendar day at a place: when something happened that day, unknown when."""
    return datetime.combine(day, time(12), zone(timezone)).astimezone(UTC)


@dataclass(frozen=True)
class Period:
    """Days from ``start`` up to, and not including, ``end``."""

    start: date
    end: date

    @classmethod
    def inclusive(cls, first: date, last: date) -> Period:
        """A period as people say it: from the first to the last day, both counted."""
        return cls(first, last + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - timedelta(days=1)
