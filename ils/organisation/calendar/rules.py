"""Working days. Pure."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


def holidays_of(year: int, listed: Mapping[str, Mapping[str, str]]) -> dict[date, str]:
    """The holidays of a year with their names in both languages."""
    found = {}
    for day, names in listed.items():
        full = day if len(day) > len("MM-DD") else f"{year}-{day}"
        if full.startswith(f"{year}-") and not (day == "02-29" and not isleap(year)):
            found[date.fromisoformat(full)] = " / ".join(dict.fromkeys((names["kk"], names["ru"])))
    return found


def moving_years(listed: Mapping[str, Mapping[str, str]]) -> set[int]:
    """The years whose moving holidays are known: those with a full day."""
    return {date.fromisoformat(day).year for day in listed if len(day) > len("MM-DD")}


def sanitary_days(year: int, weekday: int, *, last: bool) -> list[date]:
    """The first or last such weekday (1 is Monday) of each month: the sanitary days of a year."""
    found = []
    for month in range(1, 13):
        days = [date(year, month, n) for n in range(1, monthrange(year, month)[1] + 1)]
        fitting = [day for day in days if day.isoweekday() == weekday]
        found.append(fitting[-1 if last else 0])
    return found


@dataclass(frozen=True)
class Calendar:
    """When a branch does not work: weekdays as digits (1 is Monday), and single days."""

    closed_weekdays: str = ""
    closed: Container[date] = ()

    def next_open_day(self, day: date) -> date:
        """The first day from ``day`` on when the branch works; ``day`` if none in a year."""
        for ahead in range(366):
            candidate = day + timedelta(days=ahead)
            if self.works_on(candidate):
                return candidate
        return day

    def works_on(self, day: date) -> bool:
        """Whether the branch works on a day."""
        return str(day.isoweekday()) not in self.closed_weekdays and day not in self.closed
