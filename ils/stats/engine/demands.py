"""What a table must ask of the ledger: kinds, facts, days. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

from ils.clock import Period
from ils.ledger import Kind
from ils.stats import periods
from ils.stats.definitions.cells import CountedCell, resolve
from ils.stats.definitions.schema import Definitions, Line, Measure, Part, TableDefinition
from ils.stats.engine import axes
from ils.stats.facets.registry import columns_of
from ils.stats.periods import Window


@dataclass(frozen=True)
class SumRequest:
    """What must be asked of the ledger.

    Attributes:
        columns: what entries of the kind are told apart by.
        branches: columns that say whether an entry is of the report's branches.
        amount: what is added up.
        monthly: it is asked for month by month.
    """

    kind: Kind
    columns: frozenset[str]
    branches: frozenset[str]
    window: Window
    amount: str
    monthly: bool = False


def demands(table: TableDefinition, definitions: Definitions, period: Period) -> list[SumRequest]:
    """What a table must ask of the ledger."""
    found = set[SumRequest]()
    for row, column in product(table.rows, table.columns):
        measure = measure_of(row, column, table, definitions)
        if measure is None:
            continue
        facets = axes.facets_of((row, column), definitions)
        monthly = "month" in {*row.breakdown, *column.breakdown}
        for part in measure.parts:
            whole = window_of(part, row, column, period)
            for window in periods.months(period) if monthly else [whole]:
                found.add(_demand(part, facets, window, monthly=monthly))
    return sorted(found, key=str)


def _demand(part: Part, facets: frozenset[str], window: Window, *, monthly: bool) -> SumRequest:
    needed = facets | {c.facet for c in part.where}
    columns = columns_of(needed, part.by)
    return SumRequest(part.kind, columns, branches_of(part), window, part.amount, monthly=monthly)


def branches_of(part: Part) -> frozenset[str]:
    """The columns that say whether entries are of the branches of a report."""
    here = columns_of({"branch"}, part.by)
    return here | columns_of({"branch"}, "other") if part.between else here


def measure_of(
    row: Line, column: Line, table: TableDefinition, definitions: Definitions
) -> Measure | None:
    """What a cell counts; nothing if it is not a sum of entries."""
    source = resolve(row, column)
    if not isinstance(source, CountedCell):
        return None
    key = source.measure or table.measure
    return definitions.measures[key] if key else None


def window_of(part: Part, row: Line, column: Line, period: Period) -> Window:
    """The days of a cell."""
    when, back = row.when or column.when or "during", row.back + column.back
    window = periods.window(period, when, back)
    if row.after_closing or column.after_closing:
        return replace(window, after_closing=True)
    if part.kind != Kind.OPENING or window.start is not None:
        return window
    # A balance brought in on a day is what there was before it: on that morning, and, as it
    # says nothing of the days before, at the start of the period it was brought in.
    if window.end >= period.start:
        return Window(None, period.end)
    return Window(None, window.end + timedelta(days=1))


def uncounted_window(row: Line, column: Line, period: Period) -> Window:
    """The days of a cell that is not counted; what is for its end is for its period."""
    when = row.when or column.when or "during"
    return periods.window(period, "during" if when == "end" else when, row.back + column.back)
