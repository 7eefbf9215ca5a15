"""A report filled from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import i18n
from ils.clock import Period
from ils.config import Lists
from ils.errors import N_
from ils.labels import LABELS
from ils.organisation.branches.models import Branch
from ils.stats.definitions.cells import PlannedCell, resolve
from ils.stats.definitions.schema import (
    Definitions,
    Line,
    Names,
    Report,
    TableDefinition,
    UnknownCell,
)
from ils.stats.engine import totals
from ils.stats.engine.context import versions_behind, world
from ils.stats.engine.counted import LedgerSums
from ils.stats.engine.demands import demands
from ils.stats.engine.filling import Filled, Filling, Term
from ils.stats.facets import NONE, OTHER, ReportContext
from ils.stats.models import ClosedMonth, PlanVersion

#: Facet → the list of labels its codes have in the program.
LABELLED = {
    "material": "material",
    "place": "place",
    "channel": "channel",
    "kind": "kind",
    "source": "accession_source",
    "reason": "withdrawal_reason",
    "detail": "digitised_kind",
    "sex": "sex",
}
LANGUAGE_NAMES = {
    "kk": N_("in Kazakh"),
    "ru": N_("in Russian"),
    OTHER: N_("in other languages"),
}
NONE_NAME = N_("not stated")
#: What of a code stands under none of those below it.
REST_NAMES = {"category": N_("other occupations"), "division": N_("the rest")}


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


def filled(session: Session, lists: Lists, done: Definitions, asked: ReportRequest) -> FilledReport:
    """Sum the ledger into a report."""
    tables = tables_of(done, asked)
    about = world(session, lists, done=done, tables=tables, period=asked.period, scope=asked.scope)
    wanted = {d for table in tables for d in demands(table, done, asked.period)}
    found = LedgerSums(totals.counts(session, wanted, asked.scope))
    planned = {one for table in tables for one in _planned_in(table)}
    years = (asked.period.start.year, asked.period.last.year)
    return FilledReport(
        asked,
        [
            Filling(t, done, asked.period, world=about, counted=found, labels=labels()).fill()
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


def tables_of(done: Definitions, asked: ReportRequest) -> list[TableDefinition]:
    """The tables a report has at the end of its period.

    Raises:
        UnknownCell: it has no such table.
    """
    tables = done.tables_of(asked.report, asked.period.last)
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
        "children": facet in REST_NAMES,
    }
    return tuple(replace(line, **said) if line.breakdown else line for line in lines)


def _bands(facet: str) -> tuple[str, ...]:
    return ("0-6", "7-9", "10-14", "15-17", "18-30", "31-55", "56+") if facet == "age" else ()


def filling(
    session: Session, lists: Lists, done: Definitions, asked: ReportRequest, table_id: str
) -> tuple[Filling, ReportContext]:
    """One table of a report, to ask it about its cells.

    Raises:
        UnknownCell: the report has no such table.
    """
    (table,) = tables_of(done, replace(asked, table=table_id))
    about = world(session, lists, done=done, tables=[table], period=asked.period, scope=asked.scope)
    found = LedgerSums(totals.counts(session, demands(table, done, asked.period), asked.scope))
    return Filling(table, done, asked.period, world=about, counted=found, labels=labels()), about


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


def labels() -> Mapping[str, Mapping[str, Names]]:
    """Labels of the program's own codes, in both languages of a report."""
    found = {
        facet: {code: both(text) for code, text in LABELS[kind].items()}
        for facet, kind in LABELLED.items()
    }
    return {
        **found,
        "language": {code: both(text) for code, text in LANGUAGE_NAMES.items()},
        "tongue": TONGUES,
        "none": {NONE: both(NONE_NAME)},
        "rest": {facet: both(text) for facet, text in REST_NAMES.items()},
    }


def both(text: str) -> Names:
    """A text in the two languages of every report."""
    return Names(i18n.say(text, "ru"), i18n.say(text, "kk"))


#: Languages a fund of the country has, as reports name them; others by their code.
TONGUES = {
    code: Names(ru, kk)
    for code, ru, kk in (
        ("ar", "на арабском языке", "араб тілінде"),
        ("de", "на немецком языке", "неміс тілінде"),
        ("en", "на английском языке", "ағылшын тілінде"),
        ("es", "на испанском языке", "испан тілінде"),
        ("fr", "на французском языке", "француз тілінде"),
        ("he", "на иврите", "иврит тілінде"),
        ("it", "на итальянском языке", "итальян тілінде"),
        ("ja", "на японском языке", "жапон тілінде"),
        ("ko", "на корейском языке", "корей тілінде"),
        ("ky", "на киргизском языке", "қырғыз тілінде"),
        ("lt", "на литовском языке", "литва тілінде"),
        ("pl", "на польском языке", "поляк тілінде"),
        ("tr", "на турецком языке", "түрік тілінде"),
        ("tt", "на татарском языке", "татар тілінде"),
        ("ug", "на уйгурском языке", "ұйғыр тілінде"),
        ("uk", "на украинском языке", "украин тілінде"),
        ("uz", "на узбекском языке", "өзбек тілінде"),
        ("yi", "на еврейском языке", "еврей тілінде"),
        ("zh", "на китайском языке", "қытай тілінде"),
    )
}
