"""The queries behind every report; they know the ledger and names of branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.ledger import Entry
from ils.stats.reports import LANGUAGES, NONE, OTHER, TOTAL, Cell, Report, Table, UnknownCell


def totals(
    session: Session, facts: Sequence[str], period: Period, branch_id: int | None
) -> list[dict[str, Any]]:
    """Sums of ``count`` for each combination of facts; of one branch, or of all."""
    columns = [getattr(Entry, fact) for fact in facts]
    query = (
        select(*columns, _sum(Entry.count).label("count"))
        .where(_posted_in(period, branch_id))
        .group_by(*columns)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def entries(cell: Cell, period: Period, branch_id: int | None) -> Select[Entry]:
    """The entries behind one cell; their counts add up to it.

    Raises:
        UnknownCell: the report has no such table or column.
    """
    report, row = cell.report, cell.row
    table, measure = cell.place()
    conditions = [getattr(Entry, fact) == value for fact, value in measure.where.items()]
    if row != TOTAL:
        conditions.append(_in_row(report, table, row))
    return (
        select(Entry)
        .where(_posted_in(period, branch_id), Entry.kind == measure.kind, *conditions)
        .order_by(Entry.id)
    )


def _posted_in(period: Period, branch_id: int | None) -> ColumnElement[bool]:
    inside = and_(Entry.posted >= period.start, Entry.posted < period.end)
    return inside if branch_id is None else and_(inside, Entry.branch_id == branch_id)


def _in_row(report: Report, table: Table, row: str) -> ColumnElement[bool]:
    column: ColumnElement[Any] = getattr(Entry, table.rows)
    if row == NONE:
        return column.is_(None)
    if table.rows == "language" and row == OTHER:
        return column.not_in(LANGUAGES)
    if table.rows == "branch_id":
        if not row.isdigit():
            raise UnknownCell(report=report.id, cell=f"{table.id} {row}")
        return column == int(row)
    return column == row


def _sum(column: SQLColumnExpression[int]) -> ColumnElement[int]:
    """A sum as a whole number; PostgreSQL makes decimals of sums."""
    return cast(func.sum(column), BigInteger)


def sum_of(session: Session, query: Select[Entry]) -> int:
    """The counts of some entries, added up."""
    inner = query.order_by(None).with_only_columns(Entry.count).subquery()
    return session.scalar(select(func.coalesce(_sum(inner.c.count), 0))) or 0
