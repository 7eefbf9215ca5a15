"""The rows and columns a table has for a period and a library. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ils.clock import Period
from ils.stats import periods
from ils.stats.definitions.schema import TOTAL, Definitions, Line, part_of
from ils.stats.facets.conditions import Condition, Conditions, band
from ils.stats.facets.context import ReportContext
from ils.stats.facets.registry import FACETS, NONE
from ils.stats.names import Names
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

    context: ReportContext
    period: Period
    labels: Labels
    found: Mapping[str, Collection[object]]


def items(lines: Sequence[Line], definitions: Definitions, setting: AxisContext) -> list[AxisLine]:
    """The lines of an axis in order, breakdowns and parts written out."""
    made: list[AxisLine] = []
    for line in lines:
        for item in _each(line, setting) if line.breakdown else [_single(line, setting.period)]:
            made.append(item)
            made += [_part(item, code, definitions) for code in line.parts]
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


def _part(item: AxisLine, code: str, definitions: Definitions) -> AxisLine:
    within = definitions.subsets[code]
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
        AxisLine(line.none if value == NONE else _key(first, value, setting),
                 _names(first, value, setting), line,
                 (*line.where, _condition(first, value, setting)))
        for value in _values(first, line, setting)
    ]  # fmt: skip
    if line.children:
        rows = [one for row in rows for one in (row, *_below(row, first, setting))]
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


def _below(row: AxisLine, name: str, setting: AxisContext) -> Iterable[AxisLine]:
    """What stands under a code of a list, and what of it stands under none."""
    facet, lists = FACETS[name], setting.context.lists
    under = facet.below(row.key, lists)
    for code in under:
        where = (*row.line.where, Condition(name, frozenset({code})))
        yield replace(
            row, key=f"{row.key}.{code}", names=_names(name, code, setting), where=where, level=1
        )
    if under:
        where = (*row.line.where, Condition(name, frozenset({row.key})))
        names = setting.labels["rest"][name]
        yield replace(row, key=f"{row.key}.{REST}", names=names, where=where, level=1)


def _values(name: str, line: Line, setting: AxisContext) -> list[object]:
    """The values of a breakdown, in their order: those expected, then others that were found."""
    facet, context, found = FACETS[name], setting.context, set(setting.found.get(name, ()))
    expected = list(line.always_shown or facet.expected(context, setting.period))
    if name == "age":  # bands; what is found are ages
        return [*expected, *([NONE] if NONE in found else [])]
    extra = sorted(found - set(expected) - set(facet.listed(context.lists)) - {NONE}, key=str)
    if facet.places is not None:  # those of the report only
        extra = [value for value in extra if value not in facet.places(context)]
    allowed = [c for c in line.where if c.facet == name]
    values = [*expected, *extra, *([NONE] if NONE in found else [])]
    return [value for value in values if all(c.holds(value) for c in allowed)]


def _condition(name: str, value: object, setting: AxisContext) -> Condition:
    if name == "age" and value != NONE:
        return Condition("age", frozenset(band(str(value))))
    return Condition(name, frozenset({value, *FACETS[name].below(value, setting.context.lists)}))


def _key(name: str, value: object, setting: AxisContext) -> str:
    places = FACETS[name].places
    if places is not None and value in places(setting.context):
        return places(setting.context)[value].code
    return value.isoformat() if isinstance(value, date) else str(value)


def _names(name: str, value: object, setting: AxisContext) -> Names:
    facet = FACETS[name]
    if value == NONE:
        return setting.labels["none"][NONE]
    if facet.places is not None and value in facet.places(setting.context):
        return facet.places(setting.context)[value].names
    if value in (listed := facet.listed(setting.context.lists)):
        return Names(listed[str(value)]["ru"], listed[str(value)]["kk"])
    text = f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)
    return setting.labels.get(name, {}).get(text, Names(text, text))


def facets_of(lines: Iterable[Line], definitions: Definitions) -> frozenset[str]:
    """Every facet some lines are told apart by."""
    found = set[str]()
    for line in lines:
        found |= {c.facet for c in line.where} | set(line.breakdown)
        for part in line.parts:
            found |= {c.facet for c in definitions.subsets[part].where}
    return frozenset(found - {"month"})
