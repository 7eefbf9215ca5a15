"""What is wrong with definitions, before anybody counts by them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from ils.config import Lists
from ils.datafiles import BadConfiguration
from ils.stats.definitions.cells import CountedCell, DeclaredCell, resolve
from ils.stats.definitions.schema import (
    CountedLine,
    DaysLine,
    Definitions,
    FormulaLine,
    InputLine,
    Line,
    Measure,
    Part,
    PlanLine,
    ShareLine,
    TableDefinition,
)
from ils.stats.facets.conditions import Condition, Conditions
from ils.stats.facets.registry import FACETS, NONE


def check(definitions: Definitions, lists: Lists) -> None:
    """Look at every table and report.

    Raises:
        BadConfiguration: a measure, line or table that is not there, a cell without a measure
            or with two, a key with two meanings, a formula that refers to itself, a part that is
            no part of its whole.
    """
    for table in definitions.tables:
        place = f"table {table.id}"
        for axis, lines in (("row", table.rows), ("column", table.columns)):
            _check_axis(f"{place}, {axis}", lines, definitions)
            _check_breakdowns(f"{place}, {axis}", lines, lists)
        _check_cells(place, table, definitions)
        _check_plans(place, table, definitions)
        for axis, lines in (("row", table.rows), ("column", table.columns)):
            _check_parts(f"{place}, {axis}", table, lines, definitions)
    _check_validity(definitions.tables)
    known = {table.id for table in definitions.tables}
    for report in definitions.reports.values():
        for table_id in report.tables:
            if table_id not in known:
                place = f"report {report.id}"
                raise BadConfiguration(place=place, problem=f"unknown table “{table_id}”")


def keys_of(line: Line) -> list[str]:
    """The keys a line of a table makes; of a breakdown only that of its parts is unknown."""
    return [line.key, *(f"{line.key}.{part}" for part in line.parts)]


def has_plans(table: TableDefinition) -> bool:
    """Whether rows of a table can be planned."""
    return table.plans is None and any(
        isinstance(c, PlanLine) and not c.plan_of for c in table.columns
    )


def plan_keys_of(row: Line) -> list[str]:
    """The keys of a row that can be planned; those of a breakdown are its values."""
    computed = isinstance(row, FormulaLine | ShareLine) or row.hidden or row.breakdown
    return [] if computed else keys_of(row)


def _check_axis(place: str, lines: Sequence[Line], definitions: Definitions) -> None:
    if not lines:
        raise BadConfiguration(place=place, problem="there is none")
    keys = [key for line in lines for key in keys_of(line)]
    for key in keys:
        if keys.count(key) > 1:
            raise BadConfiguration(place=f"{place} {key}", problem="it stands twice")
    single = [key for line in lines if not line.breakdown for key in keys_of(line)]
    for line in lines:
        _check_line(f"{place} {line.key}", line, single, definitions)
    _check_circles(place, lines)


def _check_breakdowns(place: str, lines: Sequence[Line], lists: Lists) -> None:
    """No value of a breakdown has the key of another line."""
    taken = {key: line.key for line in lines if not line.breakdown for key in keys_of(line)}
    for line in lines:
        if not line.breakdown:
            continue
        facet = FACETS[line.breakdown[0]]
        for key in sorted({*(facet.codes or facet.listed(lists))} - {NONE} | {line.none}):
            if key in taken:
                problem = f"“{key}” is in “{taken[key]}” too: one key has one meaning"
                raise BadConfiguration(place=f"{place} {line.key}", problem=problem)
            taken[key] = line.key


def _check_line(place: str, line: Line, keys: Sequence[str], definitions: Definitions) -> None:
    for part in line.parts:
        if part not in definitions.subsets:
            raise BadConfiguration(place=place, problem=f"unknown part “{part}”")
    match line:
        case CountedLine(measure=str(key)) if key not in definitions.measures:
            raise BadConfiguration(place=place, problem=f"unknown measure “{key}”")
        case InputLine(made=True) if line.breakdown:
            raise BadConfiguration(place=place, problem="a breakdown has no input made from keys")
        case InputLine(made=False, input=key) if key not in definitions.inputs:
            raise BadConfiguration(place=place, problem=f"unknown input “{key}”")
        case DaysLine(when="start" | "end") | PlanLine(when="start" | "end"):
            raise BadConfiguration(place=place, problem=f"it cannot be of the {line.when}")
    for name in (*line.referred, *(f"{r}.{part}" for r in line.referred for part in line.parts)):
        if name not in keys:
            raise BadConfiguration(place=place, problem=f"unknown line “{name}”")
    if line.children and not (line.breakdown and FACETS[line.breakdown[0]].list):
        raise BadConfiguration(place=place, problem="only what is listed has children")


def _check_circles(place: str, lines: Sequence[Line]) -> None:
    refers = {line.key: set(line.referred) for line in lines}
    for key, first in refers.items():
        seen, ahead = set[str](), set(first)
        while ahead:
            name = ahead.pop()
            if name == key:
                raise BadConfiguration(place=f"{place} {key}", problem="its formula is circular")
            if name not in seen:
                seen.add(name)
                ahead |= refers.get(name, set())


def _check_cells(place: str, table: TableDefinition, definitions: Definitions) -> None:
    """Each counted cell has one measure."""
    if table.measure is not None and table.measure not in definitions.measures:
        raise BadConfiguration(place=place, problem=f"unknown measure “{table.measure}”")
    for row, column in product(table.rows, table.columns):
        where = f"{place}, cell {row.key} {column.key}"
        _check_cell(where, row, column, table, definitions)


def _check_cell(
    place: str, row: Line, column: Line, table: TableDefinition, definitions: Definitions
) -> None:
    if all(isinstance(line, InputLine) and not line.made for line in (row, column)):
        raise BadConfiguration(place=place, problem="row and column both name an input")
    try:
        source = resolve(row, column)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise BadConfiguration(place=place, problem="its input cannot be read") from None
    match source:
        case DeclaredCell(input=key) if key not in definitions.inputs:
            raise BadConfiguration(place=place, problem=f"unknown input “{key}”")
        case CountedCell():
            measures = [getattr(line, "measure", None) for line in (row, column)]
            if all(measures):
                raise BadConfiguration(place=place, problem="row and column both name a measure")
            if not any((*measures, table.measure)):
                raise BadConfiguration(place=place, problem="nothing says what it counts")


def _check_plans(place: str, table: TableDefinition, definitions: Definitions) -> None:
    """Plans stand beside rows that can be planned."""
    planned = {one.id: one for one in definitions.tables if has_plans(one)}
    if table.plans is not None and table.plans not in planned:
        raise BadConfiguration(place=place, problem=f"nothing is planned in “{table.plans}”")
    for line in (*table.rows, *table.columns):
        if not isinstance(line, PlanLine) or line.plan_of is None:
            continue
        table_id, _, key = line.plan_of.partition(".")
        rows = planned[table_id].rows if table_id in planned else ()
        if not any(key in plan_keys_of(row) or row.breakdown for row in rows):
            raise BadConfiguration(place=place, problem=f"unknown plan “{line.plan_of}”")


def _check_parts(
    place: str, table: TableDefinition, lines: Iterable[Line], definitions: Definitions
) -> None:
    """A line ``a.b`` is a part of ``a``: it counts nothing that ``a`` does not."""
    by_key = {line.key: line for line in lines}
    for line in by_key.values():
        whole = by_key.get(line.key.rpartition(".")[0])
        if not (isinstance(line, CountedLine) and isinstance(whole, CountedLine)):
            continue
        first, second = (_measure(one, table, definitions) for one in (line, whole))
        if first is None or second is None or (line.when, line.back) != (whole.when, whole.back):
            continue
        for part in first.parts:
            inside = (*part.where, *line.where)
            if not any(_inside(part, inside, big, (*big.where, *whole.where))
                       for big in second.parts):  # fmt: skip
                problem = f"it counts what “{whole.key}” does not: a part larger than its whole"
                raise BadConfiguration(place=f"{place} {line.key}", problem=problem)


def _measure(line: CountedLine, table: TableDefinition, definitions: Definitions) -> Measure | None:
    key = line.measure or table.measure
    return definitions.measures[key] if key is not None else None


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
