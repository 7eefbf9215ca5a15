"""When a report is due. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from ils.clock import Period
from ils.stats.periods import months_on

EVERY = ("week", "month", "quarter", "year")
#: How many months each is; a week is a part of one.
MONTHS = {"week": 0, "month": 1, "quarter": 3, "year": 12}


def last_period(every: str, today: date) -> Period:
    """The last whole week (from Monday), month, quarter or year that is over."""
    if every == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday - timedelta(days=7), monday)
    months = MONTHS[every]
    end = date(today.year, (today.month - 1) // months * months + 1, 1)
    return Period(months_on(end, -months), end)


def due_periods(every: str, since: date, today: date, days_after: int) -> list[Period]:
    """All periods that ended after ``since`` and are due, in order: missed ones too."""
    found = []
    period = last_period(every, today)
    while period.end > since:
        if period.end + timedelta(days=days_after - 1) <= today:
            found.append(period)
        period = last_period(every, period.start)
    return found[::-1]
