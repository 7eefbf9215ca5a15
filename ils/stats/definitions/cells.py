"""Where the number of a cell comes from: said by its row and its column together. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ils.stats.definitions.formulas import CellReference, Name, Term, linear, replaced
from ils.stats.definitions.schema import (
    CountedLine,
    DaysLine,
    FormulaLine,
    InputLine,
    Line,
    PlanLine,
    ShareLine,
)


@dataclass(frozen=True)
class CountedCell:
    """A sum of entries; ``measure``: of which, or ``None``: what the table counts."""

    measure: str | None


@dataclass(frozen=True)
class ComputedCell:
    """A formula; ``across``: over cells of its row, else over cells of its column."""

    formula: Term
    across: bool


@dataclass(frozen=True)
class ShareCell:
    """A cell in percent of its total; ``across``: one of its row, else of its column."""

    of: str
    across: bool


@dataclass(frozen=True)
class DeclaredCell:
    """A declared value, by its key."""

    input: str


@dataclass(frozen=True)
class PlannedCell:
    """A plan: of the line of a table, ``indicators.loans``, or ``None``: of its row."""

    plan_of: str | None


@dataclass(frozen=True)
class DaysCell:
    """A number of days."""


CellSource = CountedCell | ComputedCell | ShareCell | DeclaredCell | PlannedCell | DaysCell


def resolve(row: Line, column: Line) -> CellSource:  # noqa: PLR0911 -- a list of precedence
    """What a cell shows: the only place where that is decided.

    A column's formula goes before everything: «% плана» of a ratio, not a ratio of «%». Then a
    value a column names outright (it is the same in every row), a row's formula, plans and days,
    a value made from keys, and last what is counted.

    Raises:
        KeyError, IndexError, ValueError, AttributeError: the key of a value cannot be made.
    """
    computed = _computed(column, across=True)
    if computed is not None:
        return computed
    if isinstance(column, InputLine) and not column.made:
        return DeclaredCell(column.input)
    if row.planned_by and isinstance(column, PlanLine) and not column.plan_of:
        return DeclaredCell(row.planned_by)
    computed = _computed(row, across=False)
    if computed is not None:
        return computed
    lines = (column, row)
    plans = [line.plan_of for line in lines if isinstance(line, PlanLine)]
    if plans:
        return PlannedCell(next(filter(None, plans), None))
    if any(isinstance(line, DaysLine) for line in lines):
        return DaysCell()
    inputs = [line for line in (row, column) if isinstance(line, InputLine)]
    if inputs:  # one named outright before one made from keys
        chosen = min(inputs, key=lambda line: line.made)
        return DeclaredCell(chosen.input.format(row=row.key, column=column.key))
    measures = [line.measure for line in (row, column) if isinstance(line, CountedLine)]
    return CountedCell(next(filter(None, measures), None))


def _computed(line: Line, *, across: bool) -> ComputedCell | ShareCell | None:
    if isinstance(line, FormulaLine):
        return ComputedCell(line.formula, across)
    return ShareCell(line.share_of, across) if isinstance(line, ShareLine) else None


def over_cells(source: ComputedCell, row: str, column: str) -> Term:
    """The formula of a cell over the cells of the table."""

    def cell(name: Name) -> CellReference:
        return CellReference(row, name.key) if source.across else CellReference(name.key, column)

    return replaced(source.formula, cell)


def summands(source: ComputedCell, row: str, column: str) -> dict[CellReference, int] | None:
    """The cells one adds up and takes away, with factors; ``None`` if it does anything else."""
    factors = linear(over_cells(source, row, column))
    if factors is None:
        return None
    return {cell: f for cell, f in factors.items() if isinstance(cell, CellReference)}
