"""Small numbers of files for people outside: hidden, with whatever would tell them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from ils.stats.definitions.cells import ComputedCell, resolve, summands
from ils.stats.definitions.formulas import references
from ils.stats.definitions.schema import TOTAL, CountedLine, Line
from ils.stats.engine.axes import AxisLine
from ils.stats.engine.filling import Figure, Filled

MIN_SHOWN = 5
Place = tuple[str, str]
#: Elimination is done in whole numbers, but for multiples of this.
PRIME = 2**61 - 1
#: Cells that come to nothing when they are added up with these factors: a whole less its parts.
Relation = Mapping[Place, int]


def hidden_in_all(tables: Sequence[Filled]) -> list[frozenset[Place]]:
    """What to hide in each table of a report: what is hidden in one is not shown in another."""
    hidden = [hidden_places(table) for table in tables]
    while True:
        secret = {
            table.figures[place].counts
            for table, places in zip(tables, hidden, strict=True)
            for place in places
            if table.figures[place].counts and table.figures[place].value
        }
        again = [
            hidden_places(table, {p for p, f in table.figures.items() if f.counts in secret})
            for table in tables
        ]
        if again == hidden:
            return hidden
        hidden = again


def hidden_places(table: Filled, told_elsewhere: Collection[Place] = ()) -> frozenset[Place]:
    """Cells to hide: counts below 5, what is computed from them, and enough beside them.

    Beside: no small count follows from what is shown and from how lines add up; and where some
    cells of a whole are hidden, they add up to more than one each.
    """
    sums = _sums(table)
    back = _years_back(table)
    small = {
        place
        for place, figure in table.figures.items()
        if _small(figure) and not _compares(sums.get(place, {}), back)
    }
    relations = [one for one in _relations(table, sums) if _holds(one, table.figures)]
    computed = {
        place: set(references(figure.formula))
        for place, figure in table.figures.items()
        if figure.formula is not None and place not in sums
    }
    hidden = small | set(told_elsewhere)
    found = bool(hidden)
    while found:
        more = {p for p, behind in computed.items() if p not in hidden and hidden & behind}
        hidden |= more
        found = bool(more)
        for relation in relations:
            if _tells(relation, hidden, table.figures):
                found |= _hide_one(relation, hidden, table.figures)
        if not found:
            told = small & _told(relations, hidden)
            for relation in relations:
                if told & relation.keys():
                    found |= _hide_one(relation, hidden, table.figures)
    return frozenset(hidden)


def _small(figure: Figure) -> bool:
    """A count of something, from 1 to 4."""
    if figure.value is None or not figure.counted or figure.unit != "count":
        return False
    return 0 < figure.value < MIN_SHOWN


def _compares(terms: Relation, back: Mapping[Place, int]) -> bool:
    """Whether a cell is the growth from one year to another: it counts nobody."""
    years = {back.get(place, 0) for place in terms}
    return sorted(terms.values()) == [-1, 1] and len(years) > 1


def _years_back(table: Filled) -> dict[Place, int]:
    """How many years earlier each cell is counted."""
    return {
        (row.key, column.key): row.line.back + column.line.back
        for row in (*table.rows, *table.base)
        for column in table.columns
    }


def _sums(table: Filled) -> dict[Place, Relation]:
    """The cells that are sums and differences of others: cell → the others, with factors."""
    found: dict[Place, Relation] = {}
    for row in (*table.rows, *table.base):
        for column in table.columns:
            source = resolve(row.line, column.line)
            if isinstance(source, ComputedCell):
                factors = summands(source, row.key, column.key)
                if factors is not None:
                    found[row.key, column.key] = {(c.row, c.column): f for c, f in factors.items()}
    return found


def _relations(table: Filled, sums: Mapping[Place, Relation]) -> Iterator[Relation]:
    rows, columns = (*table.rows, *table.base), table.columns
    for whole, parts in (*_wholes(rows), *_broken_down(rows)):
        for column in columns:
            yield {(whole, column.key): 1, **{(part, column.key): -1 for part in parts}}
    for whole, parts in (*_wholes(columns), *_broken_down(columns)):
        for row in rows:
            yield {(row.key, whole): 1, **{(row.key, part): -1 for part in parts}}
    for place, terms in sums.items():
        yield {place: 1, **{term: -factor for term, factor in terms.items()}}


def _wholes(items: Sequence[AxisLine]) -> Iterator[tuple[str, list[str]]]:
    """Lines that may be wholes, with the lines that may be all their parts."""
    keys = {item.key for item in items}
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for item in items:
        if item.key == TOTAL:
            continue
        own = item.key.removesuffix(f".{item.part}") if item.part else item.key
        above = own.rpartition(".")[0]
        whole = above if above in keys else TOTAL
        facets = tuple(sorted({c.facet for c in item.where}))
        line = item.line.breakdown or (facets, _measure(item.line))
        if item.part:  # of its own line, by a facet; and of all lines that have this part
            groups[own, item.where[-1].facet].append(item.key)
            groups[f"{whole}.{item.part}", line, item.level].append(item.key)
        else:
            groups[whole, line, item.level].append(item.key)
    return ((str(whole), parts) for (whole, *_), parts in groups.items() if whole in keys)


def _broken_down(items: Sequence[AxisLine]) -> Iterator[tuple[str, list[str]]]:
    """Named lines and breakdowns that count the same: readers, by category."""
    lines = {item.line.key: item.line for item in items if item.line.breakdown}
    for key, line in lines.items():
        parts = [i.key for i in items if i.line.key == key and not i.part and i.level == 0]
        for whole in items:
            named = whole.line
            same = (_measure(named), named.when, named.back, whole.where)
            counts_alike = same == (_measure(line), line.when, line.back, line.where)
            single = isinstance(named, CountedLine) and not (named.breakdown or whole.part)
            if counts_alike and single:
                yield whole.key, parts


def _measure(line: Line) -> str | None:
    return line.measure if isinstance(line, CountedLine) else None


def _holds(relation: Relation, figures: Mapping[Place, Figure]) -> bool:
    """Whether it is so of these figures: what may be a whole need not be."""
    values = [figures[place].value if place in figures else None for place in relation]
    if any(value is None for value in values):
        return False
    factors = relation.values()
    return sum(f * v for f, v in zip(factors, values, strict=True) if v is not None) == 0


def _tells(relation: Relation, hidden: Collection[Place], figures: Mapping[Place, Figure]) -> bool:
    """Whether it alone tells what is hidden of it: one cell, or cells that must be one each."""
    there = [place for place in relation if place in hidden]
    total = sum((figures[place].value or Fraction(0) for place in there), Fraction(0))
    one_sided = len({relation[place] for place in there}) == 1
    return len(there) == 1 or (one_sided and 0 < total <= len(there))


def _hide_one(relation: Relation, hidden: set[Place], figures: Mapping[Place, Figure]) -> bool:
    """Hide the smallest cell of a relation that is shown, if there is one."""
    shown = [place for place in relation if place not in hidden and figures[place].value]
    if not shown:
        return False
    hidden.add(min(shown, key=lambda place: abs(figures[place].value or Fraction(0))))
    return True


def _told(relations: Sequence[Relation], hidden: Collection[Place]) -> set[Place]:
    """The hidden cells whose numbers follow from all relations together, by elimination."""
    solved: dict[Place, dict[Place, int]] = {}
    for relation in relations:
        row = {place: factor for place, factor in relation.items() if place in hidden}
        for place in [place for place in row if place in solved]:
            _subtract(row, solved[place], row[place])
        if not row:
            continue
        first = next(iter(row))
        inverse = pow(row[first], -1, PRIME)
        row = {place: factor * inverse % PRIME for place, factor in row.items()}
        for other in solved.values():
            if first in other:
                _subtract(other, row, other[first])
        solved[first] = row
    return {place for place, row in solved.items() if len(row) == 1}


def _subtract(row: dict[Place, int], other: Mapping[Place, int], times: int) -> None:
    for place, factor in other.items():
        left = (row.get(place, 0) - times * factor) % PRIME
        if left:
            row[place] = left
        else:
            row.pop(place, None)
