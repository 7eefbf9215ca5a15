"""The days a list is of, as its address says."""

from __future__ import annotations

from datetime import timedelta

from flask import request

from ils.clock import Period
from ils.errors import N_, Invalid
from ils.web.forms import parsed_day
from ils.web.lists import Filter
from ils.web.pages import today

EARLIEST, LATEST = 1800, 2200


def asked_days(*, of_year: bool = False) -> Period:
    """The days of the address; this month or year up to now, unless others are asked for.

    Raises:
        Invalid: a day cannot be read.
    """
    now, args = today(), request.args
    usual = now.replace(month=1, day=1) if of_year else now.replace(day=1)
    first = parsed_day(args["from"], N_("From")) if args.get("from") else usual
    last = parsed_day(args["to"], N_("To")) if args.get("to") else now
    if max(first, last).year > LATEST or min(first, last).year < EARLIEST:
        raise Invalid(N_("To"), N_("It must be a year like 2027."))
    return Period(first, max(first, last) + timedelta(days=1))


def days_filters(days: Period) -> tuple[Filter, Filter]:
    """Fields for the days; they are no chips."""
    return (
        Filter("from", N_("From"), type="date", value=days.start.isoformat(), always=True),
        Filter("to", N_("To"), type="date", value=days.last.isoformat(), always=True),
    )
