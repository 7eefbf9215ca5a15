"""What may be declared and planned. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from ils.clock import Period
from ils.errors import N_, IlsError, Invalid, Text
from ils.stats import periods
from ils.stats.definitions.checks import has_plans, plan_keys_of
from ils.stats.definitions.schema import Definitions, Input
from ils.stats.engine.rules import EARLIEST, LATEST
from ils.stats.periods import months_on

MAX_VALUE = Decimal(10) ** 13
MAX_PLANNED = 10**12
QUARTERS = 4
DASHES = ("-", "–", "—", "−")


class CountedByLedger(Invalid):
    """What the ledger counts cannot be declared."""

    code = "counted"
    message = N_("“%(key)s” is counted by the system and cannot be declared.")


class UnknownInput(Invalid):
    """Nothing with this key is declared."""

    code = "unknown_input"
    message = N_("Nothing called “%(key)s” is declared. There is: %(known)s")

    def __init__(self, key: str, known: str) -> None:
        """The key, and those there are."""
        IlsError.__init__(self, key=key, known=known)


def declarable(definitions: Definitions, key: str) -> Input:
    """What people may declare; what the system notes, of the time before it did.

    Raises:
        Counted: it is counted from the ledger.
        UnknownInput: nothing is called so.
    """
    input_ = definitions.inputs.get(key)
    if input_ is None and key not in definitions.measures:
        raise UnknownInput(key, ", ".join(definitions.inputs))
    if input_ is None:
        raise CountedByLedger(key=key)
    return input_


def declared_period(input_: Input, start: date) -> Period:
    """The day, month, quarter or year a value is for; ``start`` is any of its days."""
    if input_.per == "year":
        return Period(date(start.year, 1, 1), date(start.year + 1, 1, 1))
    if input_.per == "quarter":
        first = date(start.year, 3 * ((start.month - 1) // 3) + 1, 1)
        return Period(first, months_on(first, 3))
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
    if not value.is_finite() or not 0 <= value < MAX_VALUE or value != round(value, 2):
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


def plan_keys(
    definitions: Definitions, day: date, catalogues: tuple[str, ...]
) -> list[tuple[str, str]]:
    """(table, row) of all plans: rows of tables with a plan column; by catalogue, each of them."""
    keys: list[tuple[str, str]] = []
    order = [table_id for report in definitions.reports.values() for table_id in report.tables]
    tables = (table for table in definitions.tables if table.id in order)
    for table in sorted(tables, key=lambda table: order.index(table.id)):
        if not (has_plans(table) and table.since <= day < table.until):
            continue
        for row in table.rows:
            if row.breakdown == ("catalogue",):
                keys += [(table.id, code) for code in catalogues]
            else:
                keys += [(table.id, key) for key in plan_keys_of(row)]
    return list(dict.fromkeys(keys))


class BadPlan(Invalid):
    """A line of a plan file, or a field of the plan, cannot be used."""

    code = "bad_plan"
    message = N_("%(problem)s: “%(value)s”")

    def __init__(self, problem: Text, value: str) -> None:
        """What is wrong, and with which text."""
        IlsError.__init__(self, problem=problem, value=value)


def planned_row(
    cells: list[str], known: set[tuple[str, str]], branches: set[str]
) -> Planned | None:
    """A line of a plan file: indicator, branch, year, four quarters; a dash takes a plan back.

    Returns:
        Nothing for a line without any quarter: it leaves the plan as it is.

    Raises:
        BadPlan: what is wrong with it.
    """
    cells = [cell.strip() for cell in cells] + [""] * (3 + QUARTERS - len(cells))
    table, _, row = cells[0].partition(".")
    if (table, row) not in known:
        raise BadPlan(N_("unknown indicator"), cells[0])
    branch = cells[1] or None
    if branch is not None and branch not in branches:
        raise BadPlan(N_("unknown branch"), branch)
    year = plan_year(cells[2])
    quarters = cells[3 : 3 + QUARTERS]
    if not any(quarters):
        return None
    numbers = tuple(None if text in DASHES else plan_number(text) for text in quarters)
    return Planned(table, row, branch, year, numbers)


def plan_year(text: str) -> int:
    """A year that can be planned.

    Raises:
        BadPlan: it is none.
    """
    if not (text.isascii() and text.isdigit() and EARLIEST <= int(text) <= LATEST):
        raise BadPlan(N_("it is no year"), text)
    return int(text)


def plan_number(text: str) -> int | None:
    """A planned number as typed.

    Raises:
        BadPlan: it is no whole number.
    """
    said = text.replace("\u00a0", "").replace(" ", "")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and int(said) < MAX_PLANNED):
        raise BadPlan(N_("it must be a whole number"), text)
    return int(said)
