"""Which days a cell counts. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ils.clock import Period
from ils.stats.names import Names


def months_on(day: date, months: int) -> date:
    """The day so many months later, or earlier; the last of the month where there is no such."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


MONTHS_RU = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
MONTHS_KK = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
    "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """Days from ``start`` (``None``: the beginning) up to, and not including, ``end``.

    ``late``: of what counts then, only what is about a day of a month closed before.
    """

    start: date | None
    end: date
    after_closing: bool = False

    @property
    def first(self) -> date:
        """Its first day, of one that has a beginning."""
        return self.start or date.min


def years_back(day: date, years: int) -> date:
    """The same day of an earlier year; 29 February becomes 1 March in a common year."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def shifted(period: Period, years: int) -> Period:
    """The same period of an earlier year."""
    if not years:
        return period
    return Period(years_back(period.start, years), years_back(period.end, years))


def window(period: Period, when: str, back: int) -> Window:
    """The days a line counts; ``when`` is a `schema.When`."""
    moved = shifted(period, back)
    last = moved.end - timedelta(days=1)
    starts = {
        "start": None,
        "end": None,
        "month_to_date": last.replace(day=1),
        "whole_month": last.replace(day=1),
        "year_to_date": last.replace(month=1, day=1),
        "whole_year": last.replace(month=1, day=1),
    }
    ends = {
        "start": moved.start,
        "whole_month": next_month(last),
        "whole_year": date(last.year + 1, 1, 1),
    }
    return Window(starts.get(when, moved.start), ends.get(when, moved.end))


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_of(day: date) -> Window:
    """The month of a day."""
    return Window(day.replace(day=1), next_month(day))


def months(period: Period | Window) -> list[Window]:
    """The months of a period; its first and last one may be cut."""
    found, start = [], period.start or date.min
    while start < period.end:
        end = min(next_month(start), period.end)
        found.append(Window(start, end))
        start = end
    return found


def month_names(day: date) -> Names:
    """A month in words."""
    at = day.month - 1
    return Names(f"{MONTHS_RU[at]} {day.year}", f"{day.year} ж. {MONTHS_KK[at]}")


def pieces(windows: Iterable[Window]) -> list[Window]:
    """The shortest windows that all of these are made of, in order, without overlaps."""
    wanted = set(windows)
    late = [w for w in wanted if w.after_closing]
    if late:  # few entries, found by an index of their own: not worth cutting
        return [*pieces(wanted.difference(late)), *sorted(late, key=str)]
    starts = {w.start for w in wanted if w.start is not None}
    ends = sorted(starts | {w.end for w in wanted})
    cut: list[Window] = []
    start: date | None = None
    for end in ends:
        cut.append(Window(start, end))
        start = end
    return [piece for piece in cut if any(inside(piece, w) for w in wanted)]


def inside(piece: Window, whole: Window) -> bool:
    """Whether every day of the first is one of the second's."""
    if piece.after_closing or whole.after_closing:
        return piece == whole
    begins = whole.start is None or (piece.start is not None and piece.start >= whole.start)
    return begins and piece.end <= whole.end
