"""A report filled from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.config import Lists
from ils.organisation.branches.models import Branch
from ils.stats.definitions.cells import PlannedCell, resolve
from ils.stats.definitions.schema import (
    Definitions,
    Line,
    Report,
    TableDefinition,
    UnknownCell,
)
from ils.stats.engine import totals
from ils.stats.engine.axes import Labels
from ils.stats.engine.context import report_context, versions_behind
from ils.stats.engine.counted import LedgerSums
from ils.stats.engine.demands import demands
from ils.stats.engine.filling import Filled, Filling, Term
from ils.stats.facets.context import ReportContext
from ils.stats.facets.registry import FACETS, NONE, NONE_NAME
from ils.stats.models import ClosedMonth, PlanVersion
from ils.stats.names import both


@dataclass(frozen=True)
class ReportRequest:
    """What somebody wants to see.

    Attributes:
        branches: those the report is of; none: the whole system.
        by: two facets the table ``loans_by`` is cut by.
    """

    report: Report
    period: Period
    branches: tuple[Branch, ...] = ()
    by: tuple[str, str] | None = None
    #: Only this table of it.
    table: str | None = None

    @property
    def scope(self) -> frozenset[int] | None:
        """Ids of the branches, or ``None``: of all."""
        return frozenset(b.id for b in self.branches) if self.branches else None


@dataclass(frozen=True)
class FilledReport:
    """A report with its figures."""

    asked: ReportRequest
    tables: Sequence[Filled]
    #: First days of the months in it that are closed.
    frozen: tuple[date, ...]
    #: Settings and changes of the plans it compares with, and who made them.
    plans: Sequence[tuple[PlanVersion, str]]


def filled(
    session: Session, lists: Lists, definitions: Definitions, asked: ReportRequest
) -> FilledReport:
    """Sum the ledger into a report."""
    tables = tables_of(definitions, asked)
    context = report_context(
        session,
        lists,
        definitions=definitions,
        tables=tables,
        period=asked.period,
        scope=asked.scope,
    )
    wanted = {d for table in tables for d in demands(table, definitions, asked.period)}
    found = LedgerSums(totals.counts(session, wanted, asked.scope))
    planned = {one for table in tables for one in _planned_in(table)}
    years = (asked.period.start.year, asked.period.last.year)
    return FilledReport(
        asked,
        [
            Filling(
                t, definitions, asked.period, context=context, counted=found, labels=labels()
            ).fill()
            for t in tables
        ],
        frozen(session, asked.period),
        versions_behind(session, years, planned, asked.scope) if planned else (),
    )


def _planned_in(table: TableDefinition) -> Iterator[str]:
    """The tables whose plans stand in one."""
    for row, column in product(table.rows, table.columns):
        source = resolve(row, column)
        if isinstance(source, PlannedCell):
            yield (source.plan_of or table.plans or table.id).partition(".")[0]


def tables_of(definitions: Definitions, asked: ReportRequest) -> list[TableDefinition]:
    """The tables a report has at the end of its period.

    Raises:
        UnknownCell: it has no such table.
    """
    tables = definitions.tables_of(asked.report, asked.period.last)
    if asked.table is not None:
        tables = [table for table in tables if table.id == asked.table]
        if not tables:
            raise UnknownCell(report=asked.report.id, cell=asked.table)
    return [crossed(t, asked.by) if asked.by and t.id == "loans_by" else t for t in tables]


def crossed(table: TableDefinition, by: tuple[str, str]) -> TableDefinition:
    """A table of two facets, cut by two others."""
    rows, columns = _cut(table.rows, by[0]), _cut(table.columns, by[1])
    return replace(table, rows=rows, columns=columns)


def _cut(lines: tuple[Line, ...], facet: str) -> tuple[Line, ...]:
    said: dict[str, Any] = {
        "breakdown": (facet,),
        "always_shown": _bands(facet),
        "compact": True,
        "children": FACETS[facet].rest is not None,
    }
    return tuple(replace(line, **said) if line.breakdown else line for line in lines)


def _bands(facet: str) -> tuple[str, ...]:
    return ("0-6", "7-9", "10-14", "15-17", "18-30", "31-55", "56+") if facet == "age" else ()


def filling(
    session: Session, lists: Lists, definitions: Definitions, asked: ReportRequest, table_id: str
) -> tuple[Filling, ReportContext]:
    """One table of a report, to ask it about its cells.

    Raises:
        UnknownCell: the report has no such table.
    """
    (table,) = tables_of(definitions, replace(asked, table=table_id))
    context = report_context(
        session,
        lists,
        definitions=definitions,
        tables=[table],
        period=asked.period,
        scope=asked.scope,
    )
    found = LedgerSums(
        totals.counts(session, demands(table, definitions, asked.period), asked.scope)
    )
    return Filling(
        table, definitions, asked.period, context=context, counted=found, labels=labels()
    ), context


def terms(filling_: Filling, row: str, column: str) -> list[Term]:
    """The selections behind a cell.

    Raises:
        UnknownCell: there is no such cell, or no entries stand behind it.
    """
    table = filling_.table.id
    if row not in filling_.rows or column not in filling_.columns:
        raise UnknownCell(report=table, cell=f"{table} {row} {column}")
    found = filling_.terms(row, column)
    if found is None:
        raise UnknownCell(report=table, cell=f"{table} {row} {column}")
    return found


def frozen(session: Session, period: Period) -> tuple[date, ...]:
    """The first days of the closed months a period touches."""
    first = period.start.replace(day=1)
    query = select(ClosedMonth.month).where(
        ClosedMonth.month >= first, ClosedMonth.month < period.end
    )
    return tuple(session.scalars(query.order_by(ClosedMonth.month)))


def labels() -> Labels:
    """Labels of the program's own codes, in both languages of a report."""
    found = {
        facet.name: {
            code: both(label) if isinstance(label, str) else label
            for code, label in facet.labels.items()
        }
        for facet in FACETS.values()
    }
    rest = {facet.name: both(facet.rest) for facet in FACETS.values() if facet.rest}
    return {**found, "none": {NONE: both(NONE_NAME)}, "rest": rest}
