"""The rows and columns a table has for a period and a library. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ils.clock import Period
from ils.ledger import AccessionSource, Channel, Material, WithdrawalReason
from ils.stats import periods
from ils.stats.definitions.schema import TOTAL, Definitions, Line, Names, part_of
from ils.stats.facets import (
    LISTED,
    NONE,
    OTHER,
    Condition,
    Conditions,
    PlaceName,
    ReportContext,
    band,
    below,
    listed,
)
from ils.stats.periods import Window

REST = "rest"
#: Facet → labels of its codes: (ru, kk); those of the program, given by whoever has the texts.
Labels = Mapping[str, Mapping[str, Names]]


@dataclass(frozen=True)
class AxisLine:
    """One row or column of a filled table.

    Attributes:
        line: as it is defined, computed from lines as they are written out here.
        part: the code of the selection it is within its line («kk»), if it is one.
        level: how deep it stands under others.
        window: the days it counts, where they are not those of the report.
    """

    key: str
    names: Names
    line: Line
    where: Conditions = ()
    part: str = ""
    level: int = 0
    window: Window | None = None

    @property
    def total_key(self) -> str:
        """The key of the total this line is a share of."""
        return f"{TOTAL}.{self.part}" if self.part else TOTAL


@dataclass(frozen=True)
class AxisContext:
    """What lines are made from: the library, the period, the values that were found."""

    world: ReportContext
    period: Period
    labels: Labels
    found: Mapping[str, Collection[object]]


def items(lines: Sequence[Line], done: Definitions, setting: AxisContext) -> list[AxisLine]:
    """The lines of an axis in order, breakdowns and parts written out."""
    made: list[AxisLine] = []
    for line in lines:
        for item in _each(line, setting) if line.breakdown else [_single(line, setting.period)]:
            made.append(item)
            made += [_part(item, code, done) for code in line.parts]
    return made


def _single(line: Line, period: Period) -> AxisLine:
    years = {"{year}": str(period.last.year), "{previous}": str(period.last.year - 1)}

    def named(text: str) -> str:
        for mark, year in years.items():
            text = text.replace(mark, year)
        return text

    names = Names(named(line.names.ru), named(line.names.kk))
    level = line.key.replace("{", "").count(".")
    return AxisLine(named(line.key), names, line.renamed(named), line.where, "", level)


def _part(item: AxisLine, code: str, done: Definitions) -> AxisLine:
    within = done.subsets[code]
    return replace(
        item,
        key=f"{item.key}.{code}",
        names=within.names,
        line=item.line.renamed(part_of(code)),
        where=(*item.where, *within.where),
        part=code,
        level=item.level + 1,
    )


def _each(line: Line, setting: AxisContext) -> list[AxisLine]:
    first = line.breakdown[0]
    if first == "month":
        return [
            AxisLine(f"{w.start:%Y-%m}", periods.month_names(w.first), line, line.where, window=w)
            for w in periods.months(setting.period)
        ]
    rows = [
        AxisLine(_key(first, value, setting), _names(first, value, setting), line,
             (*line.where, _condition(first, value, setting)))
        for value in _values(first, line, setting)
    ]  # fmt: skip
    if line.children:
        rows = [one for row in rows for one in (row, *_subs(row, first, setting))]
    for facet in line.breakdown[1:]:
        rows = [one for row in rows for one in (row, *_inside(row, facet, line, setting))]
    return rows


def _inside(row: AxisLine, facet: str, line: Line, setting: AxisContext) -> Iterable[AxisLine]:
    for value in _values(facet, line, setting):
        if value != NONE:
            yield replace(
                row,
                key=f"{row.key}.{_key(facet, value, setting)}",
                names=_names(facet, value, setting),
                where=(*row.where, _condition(facet, value, setting)),
                level=row.level + 1,
            )


def _subs(row: AxisLine, facet: str, setting: AxisContext) -> Iterable[AxisLine]:
    """What stands under a code of a list, and what of it stands under none."""
    lists = setting.world.lists
    under = below(facet, row.key, lists)
    for sub in under:
        said = listed(facet, lists)[sub]
        where = (*row.line.where, Condition(facet, frozenset({sub})))
        names = Names(said["ru"], said["kk"])
        yield replace(row, key=f"{row.key}.{sub}", names=names, where=where, level=1)
    if under:
        where = (*row.line.where, Condition(facet, frozenset({row.key})))
        names = setting.labels["rest"][facet]
        yield replace(row, key=f"{row.key}.{REST}", names=names, where=where, level=1)


def _values(facet: str, line: Line, setting: AxisContext) -> list[object]:
    """The values of a breakdown, in their order: those expected, then others that were found."""
    world, found = setting.world, set(setting.found.get(facet, ()))
    expected: list[object] = list(line.always_shown) or _domain(facet, world, setting.period)
    if facet == "age":  # bands; what is found are ages
        return [*expected, *([NONE] if NONE in found else [])]
    under = set(listed(facet, world.lists)) if facet in LISTED else set()
    extra = sorted(found - set(expected) - under - {NONE}, key=str)
    if facet in {"branch", "point"}:  # those of the report only
        known: Mapping[Any, PlaceName] = world.branches if facet == "branch" else world.points
        extra = [value for value in extra if value not in known]
    allowed = [c for c in line.where if c.facet == facet]
    values = [*expected, *extra, *([NONE] if NONE in found else [])]
    return [value for value in values if all(c.holds(value) for c in allowed)]


def _domain(facet: str, world: ReportContext, period: Period) -> list[object]:
    if facet in LISTED:
        return [c for c, said in listed(facet, world.lists).items() if "parent" not in said]
    if facet == "branch":
        return [b for b in world.branches if world.scope is None or b in world.scope]
    if facet == "point":
        scope = world.scope
        return [p for p, at in world.points.items() if scope is None or at.branch_id in scope]
    if facet == "day":
        days = (period.end - period.start).days
        return [period.start + timedelta(days=n) for n in range(days)]
    fixed: dict[str, Iterable[object]] = {
        "language": ("kk", "ru", OTHER),
        "material": [m.value for m in Material],
        "source": [s.value for s in AccessionSource if s != AccessionSource.REDISTRIBUTION],
        "reason": [r.value for r in WithdrawalReason],
        "channel": [c.value for c in Channel],
        "branch_type": ("central", "branches"),
        "sex": ("f", "m"),
    }
    return list(fixed.get(facet, ()))


def _condition(facet: str, value: object, setting: AxisContext) -> Condition:
    if facet == "age" and value != NONE:
        return Condition("age", frozenset(band(str(value))))
    if facet in LISTED:
        return Condition(facet, frozenset({value, *below(facet, value, setting.world.lists)}))
    return Condition(facet, frozenset({value}))


def _key(facet: str, value: object, setting: AxisContext) -> str:
    world = setting.world
    if facet == "branch":
        return world.branches[value].code if value in world.branches else str(value)
    if facet == "point":
        return world.points[value].code if value in world.points else str(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _names(facet: str, value: object, setting: AxisContext) -> Names:
    world = setting.world
    if value == NONE:
        return setting.labels["none"][NONE]
    if facet in {"branch", "point"}:
        known: Mapping[Any, PlaceName] = world.branches if facet == "branch" else world.points
        place = known.get(value)
        return Names(place.ru, place.kk) if place else Names(str(value), str(value))
    if facet in LISTED:
        said = listed(facet, world.lists).get(str(value))
        return Names(said["ru"], said["kk"]) if said else Names(str(value), str(value))
    if isinstance(value, date):
        text = f"{value:%d.%m.%Y}"
        return Names(text, text)
    text = str(value)
    return setting.labels.get(facet, {}).get(text, Names(text, text))


def facets_of(lines: Iterable[Line], done: Definitions) -> frozenset[str]:
    """Every facet some lines are told apart by."""
    found = set[str]()
    for line in lines:
        found |= {c.facet for c in line.where} | set(line.breakdown)
        for part in line.parts:
            found |= {c.facet for c in done.subsets[part].where}
    return frozenset(found - {"month"})
