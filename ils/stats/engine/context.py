"""What reports must know besides the ledger: branches, plans, declared values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.config import Lists
from ils.ledger import Entry, Kind
from ils.organisation.branches import queries as organisation
from ils.organisation.branches.models import Branch, ServicePoint
from ils.organisation.staff.models import Staff
from ils.stats.definitions.cells import DeclaredCell, resolve
from ils.stats.definitions.schema import Definitions, Input, TableDefinition
from ils.stats.engine.demands import uncounted_window
from ils.stats.facets.context import PlaceName, ReportContext
from ils.stats.models import DeclaredValue, PlanValue, PlanVersion
from ils.stats.names import Names
from ils.stats.periods import Window

#: A branch or the system, a year, a quarter.
Quarter = tuple[int | None, int, int]
#: So many years back plans may be asked for.
BACK = 1


def report_context(
    session: Session,
    lists: Lists,
    *,
    definitions: Definitions,
    tables: Sequence[TableDefinition],
    period: Period,
    scope: frozenset[int] | None,
) -> ReportContext:
    """Everything the tables need for a period."""
    known = session.scalars(organisation.branches()).all()
    working = [b.id for b in known if b.active]
    branches = {
        b.id: PlaceName(b.code, Names(b.name_ru, b.name_kk), b.type_on(period.last), b.id)
        for b in known
    }
    points = {
        p.id: PlaceName(
            f"{branches[p.branch_id].code}-{p.code}",
            Names(p.name_ru, p.name_kk),
            p.type,
            p.branch_id,
        )
        for p in session.scalars(
            select(ServicePoint)
            .join(Branch, Branch.id == ServicePoint.branch_id)
            .order_by(Branch.code, ServicePoint.code)
        )
    }  # fmt: skip
    return ReportContext(
        lists,
        branches,
        points,
        scope,
        plans_of(session, period),
        _inputs(session, definitions, tables, period, scope),
        first_day(session, but=(Kind.OPENING,)),
        _opened(session, scope),
        frozenset(b for b in working if scope is None or b in scope),
    )


def _opened(session: Session, scope: frozenset[int] | None) -> dict[str, date]:
    """What an opening balance is of → the day the first was brought in."""
    query = select(Entry.opening_of, func.min(Entry.posted)).where(Entry.kind == Kind.OPENING)
    if scope is not None:
        query = query.where(func.coalesce(Entry.owner_branch_id, Entry.branch_id).in_(scope))
    rows = session.execute(query.group_by(Entry.opening_of))
    return {of: day for of, day in rows if of is not None}


def plans_of(session: Session, period: Period) -> dict[tuple[str, str], dict[Quarter, int]]:
    """(table, row) → the plans that stand, by branch and quarter, of the years of a period."""
    standing: dict[tuple[str, str], dict[Quarter, int | None]] = defaultdict(dict)
    query = (
        select(PlanValue)
        .join(PlanVersion, PlanVersion.id == PlanValue.version_id)
        .where(PlanValue.year.between(period.start.year - BACK, period.last.year))
        .order_by(PlanVersion.set_at, PlanVersion.id)
    )
    for one in session.scalars(query):  # a later version overwrites
        standing[one.table_id, one.row][one.branch_id, one.year, one.quarter] = one.value
    return {
        key: {quarter: value for quarter, value in quarters.items() if value is not None}
        for key, quarters in standing.items()
    }


def _inputs(
    session: Session,
    definitions: Definitions,
    tables: Sequence[TableDefinition],
    period: Period,
    scope: frozenset[int] | None,
) -> dict[tuple[str, date, date], Fraction]:
    """(key, start, end) → declared value, for each period a table asks for."""
    found: dict[tuple[str, date, date], Fraction] = {}
    for key, window in _asked(tables, period):
        value = declared(session, definitions.inputs[key], window, scope)
        if value is not None:
            found[key, window.first, window.end] = value
    return found


def _asked(tables: Iterable[TableDefinition], period: Period) -> set[tuple[str, Window]]:
    asked = set[tuple[str, Window]]()
    for table in tables:
        for row in table.rows:
            for column in table.columns:
                source = resolve(row, column)
                if isinstance(source, DeclaredCell):
                    asked.add((source.input, uncounted_window(row, column, period)))
    return asked


def declared(
    session: Session, input_: Input, window: Window, scope: frozenset[int] | None
) -> Fraction | None:
    """What was declared for a period: added up, or the last one that holds at its end."""
    chosen: dict[date, dict[bool, list[Fraction]]] = defaultdict(lambda: {True: [], False: []})
    latest: dict[int | None, tuple[date, Fraction]] = {}
    for (branch, start), value in _standing(session, input_, window).items():
        if scope is not None and branch not in scope:
            continue
        if input_.adds:
            chosen[start][branch is None].append(value)
        elif branch not in latest or start > latest[branch][0]:
            latest[branch] = (start, value)
    for branch, (_, value) in latest.items():
        chosen[window.end][branch is None].append(value)
    # For each of its periods, what the system says goes before what its branches say.
    values = [value for said in chosen.values() for value in said[True] or said[False]]
    return sum(values, Fraction(0)) if values else None


def _standing(
    session: Session, input_: Input, window: Window
) -> dict[tuple[int | None, date], Fraction]:
    """(branch, start) → the value that stands, among those of a window."""
    query = select(DeclaredValue).where(
        DeclaredValue.key == input_.key, DeclaredValue.start < window.end
    )
    if input_.adds:  # whole months inside of it
        query = query.where(DeclaredValue.start >= window.first, DeclaredValue.end <= window.end)
    elif input_.noted:  # noted within the period
        query = query.where(DeclaredValue.start >= window.first)
    else:  # what is said of a year holds on its days, and on no others
        query = query.where(DeclaredValue.end >= window.end)
    found: dict[tuple[int | None, date], Fraction | None] = {}
    for one in session.scalars(query.order_by(DeclaredValue.declared_at, DeclaredValue.id)):
        found[one.branch_id, one.start] = None if one.value is None else Fraction(one.value)
    return {key: value for key, value in found.items() if value is not None}


def first_day(session: Session, *, but: Collection[Kind] = ()) -> date | None:
    """The first day that has entries; they are looked for kind by kind, as the index has them."""
    first = select(func.min(Entry.posted))
    days = (session.scalar(first.where(Entry.kind == kind)) for kind in Kind if kind not in but)
    return min((day for day in days if day is not None), default=None)


def versions_behind(
    session: Session, years: tuple[int, int], tables: Iterable[str], scope: frozenset[int] | None
) -> list[tuple[PlanVersion, str]]:
    """Who changed the plans of some tables and years and when, to be printed under them."""
    touched = select(PlanValue.version_id).where(
        PlanValue.year.between(*years), PlanValue.table_id.in_(tables)
    )
    if scope is not None:
        touched = touched.where(PlanValue.branch_id.in_(scope))
    query = (
        select(PlanVersion, Staff.login)
        .outerjoin(Staff, Staff.id == PlanVersion.set_by)
        .where(PlanVersion.id.in_(touched))
        .order_by(PlanVersion.set_at)
    )
    return [(version, login or "") for version, login in session.execute(query)]
