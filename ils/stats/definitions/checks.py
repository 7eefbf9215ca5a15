"""What is wrong with definitions, before anybody counts by them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from ils.config import BadConfiguration
from ils.stats.definitions.formulas import names
from ils.stats.definitions.schema import (
    Definitions,
    Line,
    Measure,
    Part,
    TableDefinition,
    input_of,
    made,
)
from ils.stats.facets import LISTED, Condition, Conditions


def check(done: Definitions) -> None:
    """Look at every table and report.

    Raises:
        BadConfiguration: a measure, line or table that is not there, a cell without a measure
            or with two, a formula that refers to itself, a part that is no part of its whole.
    """
    for table in done.tables:
        place = f"table {table.id}"
        for axis, lines in (("row", table.rows), ("column", table.columns)):
            _check_axis(f"{place}, {axis}", lines, done)
        _check_cells(place, table, done)
        _check_plans(place, table, done)
        for axis, lines in (("row", table.rows), ("column", table.columns)):
            _check_parts(f"{place}, {axis}", table, lines, done)
    _check_validity(done.tables)
    known = {table.id for table in done.tables}
    for report in done.reports.values():
        for table_id in report.tables:
            if table_id not in known:
                place = f"report {report.id}"
                raise BadConfiguration(place=place, problem=f"unknown table “{table_id}”")


def keys_of(line: Line) -> list[str]:
    """The keys a line of a table makes; of a breakdown only that of its parts is unknown."""
    return [line.key, *(f"{line.key}.{part}" for part in line.parts)]


def has_plans(table: TableDefinition) -> bool:
    """Whether rows of a table can be planned."""
    return table.plans is None and any(c.plan and not c.plan_of for c in table.columns)


def plan_keys_of(row: Line) -> list[str]:
    """The keys of a row that can be planned; those of a breakdown are its values."""
    computed = row.formula or row.share_of or row.hidden or row.breakdown
    return [] if computed else keys_of(row)


def _check_axis(place: str, lines: Sequence[Line], done: Definitions) -> None:
    if not lines:
        raise BadConfiguration(place=place, problem="there is none")
    keys = [key for line in lines for key in keys_of(line)]
    for key in keys:
        if keys.count(key) > 1:
            raise BadConfiguration(place=f"{place} {key}", problem="it stands twice")
    single = [key for line in lines if not line.breakdown for key in keys_of(line)]
    for line in lines:
        _check_line(f"{place} {line.key}", line, single, done)
    _check_circles(place, lines)


def _check_line(place: str, line: Line, keys: Sequence[str], done: Definitions) -> None:
    said = (
        ("part", line.parts, done.subsets),
        ("measure", (line.measure,), done.measures),
        ("input", () if made(line.input) else (line.input,), done.inputs),
    )
    if made(line.input) and line.breakdown:
        raise BadConfiguration(place=place, problem="a breakdown has no input made from keys")
    for what, given, known in said:
        for key in given:
            if key is not None and key not in known:
                raise BadConfiguration(place=place, problem=f"unknown {what} “{key}”")
    referred = _referred(line)
    referred += [f"{name}.{part}" for name in referred for part in line.parts]
    for name in referred:
        if name not in keys:
            raise BadConfiguration(place=place, problem=f"unknown line “{name}”")
    if line.children and not (line.breakdown and line.breakdown[0] in LISTED):
        raise BadConfiguration(place=place, problem="only what is listed has children")
    if (line.days or line.plan) and line.when in {"start", "end"}:
        raise BadConfiguration(place=place, problem=f"it cannot be of the {line.when}")


def _referred(line: Line) -> list[str]:
    """The keys of the lines it is computed from."""
    return [*(names(line.formula) if line.formula else ()), *filter(None, [line.share_of])]


def _check_circles(place: str, lines: Sequence[Line]) -> None:
    refers = {line.key: set(_referred(line)) for line in lines}
    for key, first in refers.items():
        seen, ahead = set[str](), set(first)
        while ahead:
            name = ahead.pop()
            if name == key:
                raise BadConfiguration(place=f"{place} {key}", problem="its formula is circular")
            if name not in seen:
                seen.add(name)
                ahead |= refers.get(name, set())


def _check_cells(place: str, table: TableDefinition, done: Definitions) -> None:
    """Each counted cell has one measure."""
    if table.measure is not None and table.measure not in done.measures:
        raise BadConfiguration(place=place, problem=f"unknown measure “{table.measure}”")
    for row, column in product(table.rows, table.columns):
        where = f"{place}, cell {row.key} {column.key}"
        _check_input(where, row, column, done)
        if not (row.counted and column.counted):
            continue
        said = [one for one in (row.measure, column.measure) if one is not None]
        if len(said) > 1:
            raise BadConfiguration(place=where, problem="row and column both name a measure")
        if not said and table.measure is None:
            raise BadConfiguration(place=where, problem="nothing says what it counts")


def _check_plans(place: str, table: TableDefinition, done: Definitions) -> None:
    """Plans stand beside rows that can be planned."""
    planned = {one.id: one for one in done.tables if has_plans(one)}
    if table.plans is not None and table.plans not in planned:
        raise BadConfiguration(place=place, problem=f"nothing is planned in “{table.plans}”")
    for line in (*table.rows, *table.columns):
        if line.plan_of is None:
            continue
        table_id, _, key = line.plan_of.partition(".")
        rows = planned[table_id].rows if table_id in planned else ()
        if not any(key in plan_keys_of(row) or row.breakdown for row in rows):
            raise BadConfiguration(place=place, problem=f"unknown plan “{line.plan_of}”")


def _check_input(where: str, row: Line, column: Line, done: Definitions) -> None:
    """A value made from the keys of a cell is one that can be declared."""
    if all(line.input and not made(line.input) for line in (row, column)):
        raise BadConfiguration(place=where, problem="row and column both name an input")
    try:
        key = input_of(row, column)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise BadConfiguration(place=where, problem="its input cannot be read") from None
    if key is not None and key not in done.inputs:
        raise BadConfiguration(place=where, problem=f"unknown input “{key}”")


def _check_parts(
    place: str, table: TableDefinition, lines: Iterable[Line], done: Definitions
) -> None:
    """A line ``a.b`` is a part of ``a``: it counts nothing that ``a`` does not."""
    by_key = {line.key: line for line in lines}
    for line in by_key.values():
        whole = by_key.get(line.key.rpartition(".")[0])
        if whole is None or not (line.counted and whole.counted):
            continue
        first, second = (_measure(one, table, done) for one in (line, whole))
        if first is None or second is None or (line.when, line.back) != (whole.when, whole.back):
            continue
        for part in first.parts:
            inside = (*part.where, *line.where)
            if not any(_inside(part, inside, big, (*big.where, *whole.where))
                       for big in second.parts):  # fmt: skip
                problem = f"it counts what “{whole.key}” does not: a part larger than its whole"
                raise BadConfiguration(place=f"{place} {line.key}", problem=problem)


def _measure(line: Line, table: TableDefinition, done: Definitions) -> Measure | None:
    key = line.measure or table.measure
    return done.measures[key] if key is not None else None


def _inside(part: Part, inside: Conditions, whole: Part, around: Conditions) -> bool:
    same = (part.kind, part.sign, part.amount, part.between) == (
        whole.kind, whole.sign, whole.amount, whole.between,
    )  # fmt: skip
    return same and all(any(_implies(one, other) for one in inside) for other in around)


def _implies(one: Condition, other: Condition) -> bool:
    """Whatever meets the first meets the second."""
    if one.facet != other.facet:
        return False
    if other.negated:
        return one.values >= other.values if one.negated else not one.values & other.values
    return not one.negated and one.values <= other.values


def _check_validity(tables: Sequence[TableDefinition]) -> None:
    for first, second in product(tables, tables):
        if first is second or first.id != second.id:
            continue
        if first.since < second.until and second.since < first.until:
            place = f"table {first.id}"
            raise BadConfiguration(place=place, problem="two of them are valid at one time")
