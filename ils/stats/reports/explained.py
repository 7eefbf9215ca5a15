"""A table in words: which entries each of its lines counts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ils.stats.reports.definitions import Definitions, Line, Part, Table, input_of
from ils.stats.reports.demands import measure_of
from ils.stats.reports.facets import Condition, Conditions
from ils.stats.reports.formulas import written


@dataclass(frozen=True)
class Explained:
    """What a cell shows: ``says`` is a list of sums of entries, or one other way."""

    row: str
    column: str
    says: tuple[str, ...]


def explained(table: Table, done: Definitions) -> Iterator[Explained]:
    """Every cell of a table, breakdowns by their facets: ``<division>``."""
    for row in _lines(table.rows, done):
        for column in _lines(table.columns, done):
            yield Explained(row[0], column[0], tuple(_cell(row, column, table, done)))


def _lines(lines: tuple[Line, ...], done: Definitions) -> Iterator[tuple[str, Line, Conditions]]:
    for line in lines:
        key = ".".join(f"<{facet}>" for facet in line.each) or line.key
        yield key, line, line.where
        for part in line.parts:
            yield f"{key}.{part}", line, (*line.where, *done.withins[part].where)


def _cell(
    row: tuple[str, Line, Conditions],
    column: tuple[str, Line, Conditions],
    table: Table,
    done: Definitions,
) -> Iterator[str]:
    measure = measure_of(row[1], column[1], table, done)
    if measure is None:
        yield _other(row[1], column[1])
        return
    for part in measure.parts:
        yield _part(part, (*row[2], *column[2]), _when(row[1], column[1]))


def _other(row: Line, column: Line) -> str:
    if (key := input_of(row, column)) is not None:
        return f"declared: {key}"
    for line in (column, row):
        if line.share_of:
            return f"share of {line.share_of}"
        if line.formula:
            return f"computed: {written(line.formula, str)}"
    return "plan" if row.plan or column.plan else "days"


def _when(row: Line, column: Line) -> str:
    when = row.when or column.when or "during"
    back = row.back + column.back
    said = "" if when == "during" else f", {when.replace('_', ' ')}"
    return f"{said}, {back} years back" if back else said


def _part(part: Part, around: Conditions, when: str) -> str:
    """``+ count of loan (material cd; language not kk), by owner, end``."""
    conditions = "; ".join(_condition(one) for one in (*part.where, *around))
    sign = "+" if part.sign > 0 else "−"
    by = "" if part.by == "branch" else f", by {part.by} branch"
    between = ", moves in or out of the branches only" if part.between else ""
    facts = f" ({conditions})" if conditions else ""
    return f"{sign} {part.amount} of {part.kind}{facts}{by}{between}{when}"


def _condition(one: Condition) -> str:
    if one.facet == "age":
        ages = sorted(int(str(value)) for value in one.values if value != "none")
        values = f"{ages[0]}–{ages[-1]}" if ages else "none"
    else:
        values = ", ".join(sorted(map(str, one.values)))
    return f"{one.facet} {'not ' if one.negated else ''}{values}"
