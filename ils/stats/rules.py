"""What may be declared and planned, and when a report is due. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from ils.clock import Period
from ils.errors import N_, Invalid
from ils.stats.reports import periods
from ils.stats.reports.checks import has_plans, plan_keys_of
from ils.stats.reports.definitions import Definitions, Input, Report

LARGEST = Decimal(10) ** 13
MOST_PLANNED = 10**12
EVERY = ("week", "month", "quarter", "year")
QUARTERS = 4
EARLIEST, LATEST = 1900, 2199
LONGEST_PERIOD = timedelta(days=3660)


class Counted(Invalid):
    """What the ledger counts cannot be declared."""

    code = "counted"
    message = N_("“%(key)s” is counted by the system and cannot be declared.")


def checked_period(first: date, last: date) -> Period:
    """A period from its first and last day.

    Raises:
        Invalid: it ends before it begins, is of no time a library has, or too long.
    """
    if last < first:
        raise Invalid(N_("To"), N_("The period ends before it begins."))
    if first.year < EARLIEST or last.year > LATEST:
        raise Invalid(N_("From"), N_("Choose days between 1900 and 2199."))
    if last - first > LONGEST_PERIOD:
        raise Invalid(N_("To"), N_("Ten years at most."))
    return Period.inclusive(first, last)


def told_period(report: Report, period: Period, today: date) -> Period:
    """The days a report can tell of: one that looks ahead ends today at the latest."""
    end = today + timedelta(days=1)
    if report.to_date and period.start < end < period.end:
        return Period(period.start, end)
    return period


def declarable(done: Definitions, key: str) -> Input:
    """What people may declare.

    Raises:
        Counted: it is counted from the ledger, noted by the system, or unknown.
    """
    input_ = done.inputs.get(key)
    if input_ is None or input_.noted:
        raise Counted(key=key)
    return input_


def declared_period(input_: Input, start: date) -> Period:
    """The day, month, quarter or year a value is for; ``start`` is any of its days."""
    if input_.per == "year":
        return Period(date(start.year, 1, 1), date(start.year + 1, 1, 1))
    if input_.per == "quarter":
        first = date(start.year, 3 * ((start.month - 1) // 3) + 1, 1)
        return Period(first, _months_on(first, 3))
    if input_.per == "month":
        first = start.replace(day=1)
        return Period(first, periods.next_month(first))
    return Period(start, start + timedelta(days=1))


def declared_number(text: str) -> Decimal | None:
    """A number as typed; nothing takes an earlier one back.

    Raises:
        Invalid: it is none, or has more than two decimals.
    """
    said = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not said:
        return None
    try:
        value = Decimal(said)
    except InvalidOperation:
        raise Invalid(N_("Value"), N_("It must be a number.")) from None
    if not value.is_finite() or not 0 <= value < LARGEST or value != round(value, 2):
        raise Invalid(N_("Value"), N_("It must be a number."))
    return value


@dataclass(frozen=True)
class Planned:
    """What is planned of a row of a table, by quarters; ``None`` takes a plan back."""

    table: str
    row: str
    branch: str | None
    year: int
    quarters: tuple[int | None, ...]


def plan_keys(done: Definitions, day: date, catalogues: tuple[str, ...]) -> list[tuple[str, str]]:
    """(table, row) of all plans: rows of tables with a plan column; by catalogue, each of them."""
    keys: list[tuple[str, str]] = []
    order = [table_id for report in done.reports.values() for table_id in report.tables]
    tables = (table for table in done.tables if table.id in order)
    for table in sorted(tables, key=lambda table: order.index(table.id)):
        if not (has_plans(table) and table.since <= day < table.until):
            continue
        for row in table.rows:
            if row.each == ("catalogue",):
                keys += [(table.id, code) for code in catalogues]
            else:
                keys += [(table.id, key) for key in plan_keys_of(row)]
    return list(dict.fromkeys(keys))


def planned_row(cells: list[str], known: set[tuple[str, str]], branches: set[str]) -> Planned:
    """A line of a plan file: indicator, branch, year, four quarters.

    Raises:
        ValueError: what is wrong with it.
    """
    cells = [cell.strip() for cell in cells] + [""] * (3 + QUARTERS - len(cells))
    table, _, row = cells[0].partition(".")
    if (table, row) not in known:
        raise ValueError(f"unknown indicator “{cells[0]}”")
    branch = cells[1] or None
    if branch is not None and branch not in branches:
        raise ValueError(f"unknown branch “{branch}”")
    if not (cells[2].isdigit() and 1900 < int(cells[2]) < 2200):
        raise ValueError(f"“{cells[2]}” is no year")
    return Planned(table, row, branch, int(cells[2]), tuple(map(plan_number, cells[3:7])))


def plan_number(text: str) -> int | None:
    """A planned number as typed.

    Raises:
        ValueError: it is no whole number.
    """
    said = text.replace("\u00a0", "").replace(" ", "")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and int(said) < MOST_PLANNED):
        raise ValueError(f"“{text}” is no whole number")
    return int(said)


def last_period(every: str, today: date) -> Period:
    """The last whole week (from Monday), month, quarter or year that is over."""
    if every == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday - timedelta(days=7), monday)
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    end = date(today.year, (today.month - 1) // months * months + 1, 1)
    return Period(_months_on(end, -months), end)


def due_periods(every: str, since: date, today: date, days_after: int) -> list[Period]:
    """All periods that ended after ``since`` and are due, in order: missed ones too."""
    found = []
    period = last_period(every, today)
    while period.end > since:
        if period.end + timedelta(days=days_after - 1) <= today:
            found.append(period)
        period = last_period(every, period.start)
    return found[::-1]


def _months_on(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
