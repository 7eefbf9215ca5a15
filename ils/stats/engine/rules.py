"""Which days a report may tell of. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from ils.clock import Period
from ils.errors import N_, Invalid
from ils.stats.definitions.schema import Report

EARLIEST, LATEST = 1900, 2199
MAX_PERIOD = timedelta(days=3660)


def checked_period(first: date, last: date) -> Period:
    """A period from its first and last day.

    Raises:
        Invalid: it ends before it begins, is of no time a library has, or too long.
    """
    if last < first:
        raise Invalid(N_("To"), N_("The period ends before it begins."))
    if first.year < EARLIEST or last.year > LATEST:
        raise Invalid(N_("From"), N_("Choose days between 1900 and 2199."))
    if last - first > MAX_PERIOD:
        raise Invalid(N_("To"), N_("Ten years at most."))
    return Period.inclusive(first, last)


def told_period(report: Report, period: Period, today: date) -> Period:
    """The days a report can tell of: one that looks ahead ends today at the latest.

    Raises:
        Invalid: it looks ahead from a day to come.
    """
    end = today + timedelta(days=1)
    if report.to_date and period.start >= end:
        raise Invalid(N_("From"), N_("The period has not begun; nothing can be foretold of it."))
    if report.to_date and period.start < end < period.end:
        return Period(period.start, end)
    return period
