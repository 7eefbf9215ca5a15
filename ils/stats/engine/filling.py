"""Sums of the ledger into the cells of a table. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from ils.clock import Period
from ils.errors import N_
from ils.ledger import Kind
from ils.stats.definitions.cells import (
    ComputedCell,
    CountedCell,
    DaysCell,
    DeclaredCell,
    PlannedCell,
    ShareCell,
    over_cells,
    resolve,
    summands,
)
from ils.stats.definitions.formulas import (
    CellReference,
    FormulaOperation,
    Number,
    Reference,
    Value,
    division,
    evaluate,
    linear,
    references,
)
from ils.stats.definitions.formulas import Term as Formula
from ils.stats.definitions.schema import Definitions, Measure, Part, TableDefinition
from ils.stats.engine import axes
from ils.stats.engine.axes import AxisContext, AxisLine, Labels
from ils.stats.engine.counted import LedgerSums
from ils.stats.engine.demands import branches_of, measure_of, uncounted_window, window_of
from ils.stats.engine.shares import planned
from ils.stats.facets.conditions import Conditions
from ils.stats.facets.context import ReportContext
from ils.stats.facets.registry import FACETS, NONE, branch_reader, columns_of
from ils.stats.names import Names, both
from ils.stats.periods import Window


@dataclass(frozen=True)
class Figure:
    """The value of a cell.

    Attributes:
        base: what was divided by what, of a ratio.
        formula: how it was computed from other cells.
        declared: nobody counted it, somebody said it.
        counted: entries stand behind it.
        why: why nothing can be said.
        counts: which entries stand behind it; cells that count the same say the same here.
    """

    value: Value
    unit: str = "count"
    base: tuple[Fraction, Fraction] | None = None
    declared: bool = False
    counted: bool = False
    formula: Formula | None = None
    why: Names | None = None
    counts: frozenset[object] = frozenset()


NOT_BEGUN = N_("—: the ledger does not go back so far.")
NO_BALANCE = N_("—: no balance was brought in for this time.")
NO_DIVISOR = N_("—: there is nothing to divide by.")
OVER_WHOLE = N_("—: more than the whole, so no share of it.")
NOT_DECLARED = N_("—: not declared for this period")
NOT_ALL_PLANNED = N_("—: not all branches have a plan, nor has the system.")


@dataclass(frozen=True)
class Term:
    """A share in a counted cell: entries of a part with these facets, added or taken away."""

    factor: int
    part: Part
    where: Conditions
    window: Window


@dataclass(frozen=True)
class Filled:
    """A table with its rows, columns and figures: (row key, column key) → figure."""

    table: TableDefinition
    rows: tuple[AxisLine, ...]
    columns: tuple[AxisLine, ...]
    #: Rows that are not shown but computed with.
    base: tuple[AxisLine, ...]
    figures: Mapping[tuple[str, str], Figure]


class Filling:
    """Fills one table."""

    def __init__(
        self,
        table: TableDefinition,
        definitions: Definitions,
        period: Period,
        *,
        context: ReportContext,
        counted: LedgerSums,
        labels: Labels,
    ) -> None:
        self.table, self.definitions, self.period = table, definitions, period
        self.context, self.counted = context, counted
        self._projected: dict[
            tuple[Part, Window, tuple[str, ...]], dict[tuple[object, ...], int]
        ] = {}
        self._figures: dict[tuple[str, str], Figure] = {}
        setting = AxisContext(context, period, labels, self._found())
        self.rows = {item.key: item for item in axes.items(table.rows, definitions, setting)}
        self.columns = {item.key: item for item in axes.items(table.columns, definitions, setting)}

    def fill(self) -> Filled:
        """All its figures; lines that may be left out when empty are."""
        shown = [row for row in self.rows.values() if not row.line.hidden]
        base = tuple(row for row in self.rows.values() if row.line.hidden)
        columns = tuple(column for column in self.columns.values() if not column.line.hidden)
        for row, column in product((*shown, *base), columns):
            self.figure(row.key, column.key)
        rows = tuple(row for row in shown if not self._empty(row, columns))
        columns = tuple(column for column in columns if not self._empty_column(column, rows))
        return Filled(self.table, rows, columns, base, self._figures)

    def _empty(self, row: AxisLine, columns: Iterable[AxisLine]) -> bool:
        unknown = row.key.rpartition(".")[2] == NONE
        if not (row.line.compact or unknown):
            return False
        return not any(self._figures[row.key, column.key].value for column in columns)

    def _empty_column(self, column: AxisLine, rows: Iterable[AxisLine]) -> bool:
        if NONE not in column.key.split(".") and not column.line.compact:
            return False
        return not any(self._figures[row.key, column.key].value for row in rows)

    def figure(self, row_key: str, column_key: str) -> Figure:
        """The figure of a cell."""
        place = (row_key, column_key)
        if place not in self._figures:
            self._figures[place] = self._figure(self.rows[row_key], self.columns[column_key])
        return self._figures[place]

    def _figure(self, row: AxisLine, column: AxisLine) -> Figure:  # noqa: PLR0911 -- a return for each source
        unit = column.line.unit or row.line.unit
        source = resolve(row.line, column.line)
        match source:
            case CountedCell():
                return self._counted(row, column, unit)
            case ComputedCell():
                line = column.line if source.across else row.line
                formula = over_cells(source, row.key, column.key)
                return self._computed(formula, unit, line.most)
            case ShareCell(of=key, across=True):
                return self._share((row.key, key), (row.total_key, key))
            case ShareCell(of=key):
                return self._share((key, column.key), (key, column.total_key))
            case DeclaredCell(input=key):
                return self._declared(row, column, key)
            case PlannedCell(plan_of=key):
                return self._planned(row, column, key)
            case DaysCell():
                window = uncounted_window(row.line, column.line, self.period)
                first = max(window.first, self.context.began or window.first)
                return Figure(Fraction(max((window.end - first).days, 0)))

    def _counted(self, row: AxisLine, column: AxisLine, unit: str | None) -> Figure:
        measure = measure_of(row.line, column.line, self.table, self.definitions)
        if measure is None:
            return Figure(None)
        terms = self._selection(row, column, measure)
        unit = unit or measure.unit
        if why := self._unknown(terms):
            return Figure(None, unit, why=both(why))
        counts = frozenset(_told(term) for term in terms)
        return Figure(Fraction(sum(map(self._sum, terms))), unit, counted=True, counts=counts)

    def _unknown(self, terms: Sequence[Term]) -> str:
        """Why the entries of a cell say nothing: the ledger, or its balance, began later."""
        began = self.context.began
        for term in terms:
            if term.part.kind != Kind.OPENING:
                continue
            codes = {code for c in term.part.where if c.facet == "opening_of" for code in c.values}
            opened = [day for of, day in self.context.opened.items() if of in codes]
            if opened:
                return NO_BALANCE if term.window.end <= min(opened) else ""
        if began is not None and all(term.window.end <= began for term in terms):
            return NOT_BEGUN
        return ""

    def _share(self, part: tuple[str, str], whole: tuple[str, str]) -> Figure:
        """A part in percent of its whole."""
        if whole[0] not in self.rows or whole[1] not in self.columns:
            return Figure(None, "percent")
        sides = self.figure(*part), self.figure(*whole)
        top, bottom = (side.value for side in sides)
        if top is None or not bottom:
            return Figure(None, "percent", why=_why(sides) or both(NO_DIVISOR))
        if top > bottom:
            return Figure(None, "percent", why=both(OVER_WHOLE))
        hundredfold = FormulaOperation("*", Number(Fraction(100)), CellReference(*part))
        formula = FormulaOperation("/", hundredfold, CellReference(*whole))
        return Figure(100 * top / bottom, "percent", (top, bottom), formula=formula)

    def _planned(self, row: AxisLine, column: AxisLine, plan_of: str | None) -> Figure:
        """A plan; in a row of one branch, that branch's."""
        if column.part:
            return Figure(None)
        of, key = (self.table.plans or self.table.id, row.key)
        if plan_of is not None:
            of, _, key = plan_of.partition(".")
        scope: Collection[Any] | None = self.context.scope
        working: Collection[int] = self.context.open_branches
        for condition in (*row.where, *column.where):
            if condition.facet == "branch":
                scope = [b for b in self.context.branches if condition.holds(b)]
                working = scope
        window = uncounted_window(row.line, column.line, self.period)
        standing = self.context.plans.get((of, key), {})
        value = planned(standing, window, scope, working)
        some = value is None and planned(standing, window, scope) is not None
        return Figure(value, why=both(NOT_ALL_PLANNED) if some else None)

    def _computed(self, formula: Formula, unit: str | None, most: int | None) -> Figure:
        figures = {cell: self.figure(cell.row, cell.column) for cell in references(formula)}

        def value_of(cell: Reference) -> Value:
            return figures[cell].value if isinstance(cell, CellReference) else None

        value = evaluate(formula, value_of)
        sides = division(formula)
        base = None
        if sides is not None and value is not None:
            top, bottom = (evaluate(side, value_of) for side in sides)
            base = None if top is None or bottom is None else (top, bottom)
        if value is None:
            why = _why(figures.values()) or both(NO_DIVISOR)
            return Figure(None, unit or _common(figures.values()), formula=formula, why=why)
        if most is not None and value > most:
            return Figure(None, unit or "percent", why=both(OVER_WHOLE))
        return Figure(
            value,
            unit or _common(figures.values()),
            base,
            declared=any(one.declared for one in figures.values()),
            counted=linear(formula) is not None and all(one.counted for one in figures.values()),
            formula=formula,
        )

    def _declared(self, row: AxisLine, column: AxisLine, key: str) -> Figure:
        unit = column.line.unit or row.line.unit or "count"
        if row.part or column.part:
            return Figure(None, unit, declared=True)
        window = uncounted_window(row.line, column.line, self.period)
        value = self.context.inputs.get((key, window.first, window.end))
        what = self.definitions.inputs[key].names
        said = both(NOT_DECLARED)
        why = Names(f"{said.ru}: {what.ru}.", f"{said.kk}: {what.kk}.") if value is None else None
        if key == row.line.planned_by:  # nobody has to plan it
            why = None
        return Figure(value, unit, declared=True, why=why)

    def terms(self, row_key: str, column_key: str) -> list[Term] | None:
        """The entries of a cell, as selections; ``None`` for one that is not a sum of entries."""
        row, column = self.rows[row_key], self.columns[column_key]
        source = resolve(row.line, column.line)
        if not isinstance(source, ComputedCell):
            measure = measure_of(row.line, column.line, self.table, self.definitions)
            return None if measure is None else self._selection(row, column, measure)
        factors = summands(source, row_key, column_key)
        if factors is None:
            return None
        found: list[Term] = []
        for cell, factor in factors.items():
            inner = self.terms(cell.row, cell.column)
            if inner is None:
                return None
            found += [Term(t.factor * factor, t.part, t.where, t.window) for t in inner]
        return found

    def _selection(self, row: AxisLine, column: AxisLine, measure: Measure) -> list[Term]:
        fixed = row.window or column.window
        where = (*row.where, *column.where)
        return [
            Term(
                part.sign, part, where, fixed or window_of(part, row.line, column.line, self.period)
            )
            for part in measure.parts
        ]

    def _sum(self, term: Term) -> int:
        facets = tuple(sorted({c.facet for c in term.where}))
        conditions = [(facets.index(c.facet), c) for c in term.where]
        return term.factor * sum(
            number
            for values, number in self._projection(term.part, term.window, facets).items()
            if all(c.holds(values[place]) for place, c in conditions)
        )

    def _projection(
        self, part: Part, window: Window, facets: tuple[str, ...]
    ) -> Mapping[tuple[object, ...], int]:
        """Sums of a part by some facets."""
        key = (part, window, facets)
        if key not in self._projected:
            self._projected[key] = self._project(part, window, facets)
        return self._projected[key]

    def _project(
        self, part: Part, window: Window, facets: tuple[str, ...]
    ) -> dict[tuple[object, ...], int]:
        columns = columns_of({*facets, *(c.facet for c in part.where)}, part.by)
        if self.context.scope is not None:
            columns |= branches_of(part)
        readers = [self._reader(facet, part) for facet in facets]
        belongs = self._belonging(part)
        sums: dict[tuple[object, ...], int] = defaultdict(int)
        for count in self.counted.reduced(part.kind, window, columns):
            if belongs(count.columns):
                sums[tuple(read(count.columns) for read in readers)] += count.sums[part.amount]
        return sums

    def _reader(self, facet: str, part: Part) -> Callable[[Mapping[str, Any]], object]:
        if facet == "kind":
            return lambda _: part.kind.value
        return FACETS[facet].reader(self.context, part.by)

    def _belonging(self, part: Part) -> Callable[[Mapping[str, Any]], bool]:
        """What tells whether entries are of a part, and of the report's branches."""
        meant = [(FACETS[c.facet].reader(self.context, part.by), c) for c in part.where]
        scope = self.context.scope
        if part.between:
            here = branch_reader(self.context, part.by)
            there = "other_branch_id" if part.by != "other" else "branch_id"

            def inside(columns: Mapping[str, Any]) -> bool:
                return scope is not None and here(columns) in scope and columns[there] not in scope

        else:
            branch = branch_reader(self.context, part.by)

            def inside(columns: Mapping[str, Any]) -> bool:
                return scope is None or branch(columns) in scope

        return lambda columns: all(c.holds(read(columns)) for read, c in meant) and inside(columns)

    def _found(self) -> dict[str, set[object]]:
        """Facet → its values among what was counted."""
        found: dict[str, set[object]] = defaultdict(set)
        for row, column in product(self.table.rows, self.table.columns):
            measure = measure_of(row, column, self.table, self.definitions)
            broken = {*row.breakdown, *column.breakdown} - {"month"}
            if measure is None or not broken:
                continue
            for part in measure.parts:
                window = window_of(part, row, column, self.period)
                for facet in broken:
                    values = self._projection(part, window, (facet,))
                    found[facet] |= {value for (value,) in values}
        return found


def _told(term: Term) -> object:
    """A selection of entries, however it is written down."""
    part = term.part
    where = frozenset((*part.where, *term.where))
    return term.factor, part.kind, part.amount, part.by, part.between, where, term.window


def _why(figures: Iterable[Figure]) -> Names | None:
    """Why the first of some figures that says nothing does so."""
    return next((figure.why for figure in figures if figure.value is None and figure.why), None)


def _common(figures: Iterable[Figure]) -> str:
    """The unit of a sum: that of its parts."""
    units = {figure.unit for figure in figures}
    return units.pop() if len(units) == 1 else "count"
