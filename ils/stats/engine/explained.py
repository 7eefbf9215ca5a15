"""A table in words: which entries each of its cells counts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ils.ledger import Kind
from ils.stats.definitions.cells import (
    ComputedCell,
    CountedCell,
    DaysCell,
    DeclaredCell,
    PlannedCell,
    ShareCell,
    resolve,
)
from ils.stats.definitions.formulas import written
from ils.stats.definitions.schema import Definitions, Line, Part, TableDefinition, part_of
from ils.stats.engine.demands import measure_of
from ils.stats.facets.conditions import Condition, Conditions


@dataclass(frozen=True)
class Explained:
    """What a cell shows: ``says`` is a list of sums of entries, or one other way."""

    row: str
    column: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    """A line of a table or a part of one, with its key and all its conditions."""

    key: str
    line: Line
    where: Conditions


def explained(table: TableDefinition, definitions: Definitions) -> Iterator[Explained]:
    """Every cell of a table; a breakdown has its facets for a key: ``<division>``."""
    for row in _lines(table.rows, definitions):
        for column in _lines(table.columns, definitions):
            yield Explained(row.key, column.key, tuple(_cell(row, column, table, definitions)))


def _lines(lines: tuple[Line, ...], definitions: Definitions) -> Iterator[_Line]:
    for line in lines:
        key = ".".join(f"<{facet}>" for facet in line.breakdown) or line.key
        yield _Line(key, line, line.where)
        if line.children:
            yield _Line(f"{key}.<below>", line, line.where)
        for part in line.parts:
            where = (*line.where, *definitions.subsets[part].where)
            yield _Line(f"{key}.{part}", line.renamed(part_of(part)), where)


def _cell(
    row: _Line, column: _Line, table: TableDefinition, definitions: Definitions
) -> Iterator[str]:
    match resolve(row.line, column.line):
        case CountedCell():
            measure = measure_of(row.line, column.line, table, definitions)
            for part in measure.parts if measure else ():
                yield _part(part, (*row.where, *column.where), row.line, column.line)
        case ComputedCell(formula=formula):
            yield f"computed: {written(formula, str)}"
        case ShareCell(of=key):
            yield f"share of {key}"
        case DeclaredCell(input=key):
            yield f"declared: {key}"
        case PlannedCell(plan_of=key):
            yield f"plan of {key or f'{table.plans or table.id}.{row.key}'}"
        case DaysCell():
            yield "days"


def _part(part: Part, around: Conditions, row: Line, column: Line) -> str:
    """``+ count of loan (material cd; language not kk), by owner branch, end``."""
    conditions = "; ".join(_condition(one) for one in (*part.where, *around))
    said = [
        f"{'+' if part.sign > 0 else '−'} {part.amount} of {part.kind}",
        f" ({conditions})" if conditions else "",
        "" if part.by == "branch" else f", by {part.by} branch",
        ", moves in or out of the branches only" if part.between else "",
        *_when(part, row, column),
    ]
    return "".join(said)


def _when(part: Part, row: Line, column: Line) -> Iterator[str]:
    when, back = row.when or column.when or "during", row.back + column.back
    if when != "during":
        yield f", {when.replace('_', ' ')}"
    if part.kind == Kind.OPENING and when == "start":
        yield " (those brought in during the period too)"
    if back:
        yield f", {back} years back"
    if row.after_closing or column.after_closing:
        yield ", of days of closed months only"


def _condition(one: Condition) -> str:
    values = sorted(map(str, one.values))
    if one.facet == "age":
        ages = sorted(int(value) for value in values if value.isdigit())
        if ages and ages == list(range(ages[0], ages[-1] + 1)):
            values = [f"{ages[0]}–{ages[-1]}", *(v for v in values if not v.isdigit())]
    return f"{one.facet} {'not ' if one.negated else ''}{', '.join(values)}"
