"""Time: the only place that asks what time it is."""

from __future__ import annotations

import re
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


#: Ways a day is written: year first, day first, digits alone.
_WRITTEN = tuple(
    re.compile(way)
    for way in (
        r"(?P<year>\d{4})[\s.,/\-–—]+(?P<month>\d{1,2})[\s.,/\-–—]+(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[\s.,/\-–—]+(?P<month>\d{1,2})[\s.,/\-–—]+(?P<year>\d{4}|\d{2})",
        r"(?P<year>(?:18|19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
        r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})",
    )
)

#: What stands behind a day or a year: the word for it, of a birth too; the time a table adds.
_BESIDE = re.compile(
    r"\s*(?:г\.?\s?р\.?|г\.?|года?(?:\s+рождения)?|ж\.?|жыл(?:ы|ғы)?|0?0:00(?::00)?)$",
    re.IGNORECASE,
)


def day_written(text: str, *, past: bool = False) -> date | None:
    """The day a person wrote, in any of the usual ways; ``None`` if it is none.

    Two digits of a year are of this century up to ten years ahead, else of the last.

    Args:
        past: the day is over, as that of a birth is.

    >>> day_written("31.01.1990"), day_written("1990-01-31"), day_written("31011990")
    (datetime.date(1990, 1, 31), datetime.date(1990, 1, 31), datetime.date(1990, 1, 31))
    >>> day_written("31/1/90"), day_written("31 01 1990 г."), day_written("31.02.1990")
    (datetime.date(1990, 1, 31), datetime.date(1990, 1, 31), None)
    >>> day_written("17.05.35"), day_written("17.05.35", past=True)
    (datetime.date(2035, 5, 17), datetime.date(1935, 5, 17))
    >>> day_written("17,05,1981"), day_written("17–05–1981"), day_written("17.05.1981 года")
    (datetime.date(1981, 5, 17), datetime.date(1981, 5, 17), datetime.date(1981, 5, 17))
    >>> day_written("01.02.1985 г.р."), day_written("01.02.1985 0:00:00")
    (datetime.date(1985, 2, 1), datetime.date(1985, 2, 1))
    """
    text = _BESIDE.sub("", text.strip())
    found = next(filter(None, (way.fullmatch(text) for way in _WRITTEN)), None)
    if found is None:
        return None
    day, month, year = (int(found[part]) for part in ("day", "month", "year"))
    if len(found["year"]) == len("90"):
        latest = now().date() if past else date(now().year + 10, 12, 31)
        this = (2000 + year, month, day) <= (latest.year, latest.month, latest.day)
        year += 2000 if this else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def year_written(text: str) -> int | None:
    """The year a person or a table wrote where only that is known; ``None`` if it is none.

    >>> year_written("1985 г.р."), year_written("1985.0"), year_written("01.02.1985")
    (1985, 1985, None)
    """
    said = _BESIDE.sub("", text.strip()).removesuffix(".0")
    return int(said) if re.fullmatch(r"[12]\d{3}", said) else None


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
