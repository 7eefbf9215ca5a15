"""Definitions read from ``config/reports/*.toml``; a wrong one stops the start, with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ils.config import Config, Lists
from ils.datafiles import BadConfiguration, Declared, checked, field_types, read
from ils.ledger import Kind
from ils.stats.definitions import checks
from ils.stats.definitions.formulas import BadFormula, Term, parse, references
from ils.stats.definitions.schema import (
    Amount,
    BranchOf,
    CountedLine,
    DaysLine,
    Definitions,
    FormulaLine,
    Input,
    InputLine,
    Line,
    Measure,
    Part,
    PlanLine,
    Report,
    ShareLine,
    TableDefinition,
    Unit,
    When,
    Within,
)
from ils.stats.facets.conditions import Conditions, condition
from ils.stats.facets.registry import FACETS, NONE
from ils.stats.names import Names

#: A part that counts entries of every kind.
ANY = "any"


class _Labelled(Declared, frozen=True):
    """What has a label in both languages, or is a breakdown that needs none."""

    ru: str = ""
    kk: str = ""


class PartShape(Declared, frozen=True):
    """A part of a measure; its other keys are facets."""

    kind: str | list[str]
    sign: Literal[1, -1] = 1
    amount: Amount = "count"
    by: BranchOf = "branch"
    between: bool = False


class MeasureShape(Declared, frozen=True):
    """A measure; ``by`` and ``amount`` hold for the parts that do not say them."""

    parts: list[dict[str, Any]]
    unit: Unit = "count"
    by: BranchOf = "branch"
    amount: Amount = "count"


class InputShape(_Labelled, frozen=True):
    """A declared value."""

    per: Literal["day", "month", "quarter", "year"] = "year"
    adds: bool = False
    noted: bool = False


class ReportShape(_Labelled, frozen=True):
    """A report."""

    tables: tuple[str, ...] = ()
    months: int | None = None
    to_date: bool = False


class LineShape(_Labelled, frozen=True):
    """A row or a column."""

    key: str = ""
    measure: str | None = None
    where: dict[str, Any] | None = None
    breakdown: str | list[str] | None = None
    always_shown: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    when: When | None = None
    back: int = 0
    formula: str | None = None
    share_of: str | None = None
    input: str | None = None
    plan: bool = False
    plan_of: str | None = None
    days: bool = False
    unit: Unit | None = None
    after_closing: bool = False
    hidden: bool = False
    compact: bool = False
    none: str = NONE
    most: int | None = None
    planned_by: str | None = None
    children: bool = False


class TableShape(_Labelled, frozen=True, kw_only=True):
    """A table."""

    id: str
    rows: tuple[dict[str, Any], ...] = ()
    columns: tuple[dict[str, Any], ...] = ()
    measure: str | None = None
    plans: str | None = None
    note_ru: str | None = None
    note_kk: str | None = None
    since: date = date.min
    until: date = date.max
    chart: bool = False


def load(lists: Lists, folder: Path) -> Definitions:
    """All measures, tables, reports and declared inputs of a folder.

    Raises:
        BadConfiguration: what is wrong, and where.
    """
    found: dict[str, dict[str, Any]] = {"measures": {}, "subset": {}, "inputs": {}, "reports": {}}
    tables: list[TableDefinition] = []
    for path in sorted(folder.glob("*.toml")):
        for section, entries in read(path).items():
            if section == "table":
                tables += [_table(f"{path.name}, table", said, lists) for said in entries]
                continue
            if section not in found:
                raise BadConfiguration(place=path.name, problem=f"unknown section “{section}”")
            for key, said in entries.items():
                place = f"{path.name}, {section}.{key}"
                if key in found[section]:
                    raise BadConfiguration(place=place, problem="it stands twice")
                found[section][key] = _entry(section, place, key, said, lists)
    loaded = Definitions(
        measures=found["measures"],
        subsets=found["subset"],
        tables=tuple(tables),
        reports=found["reports"],
        inputs=found["inputs"],
    )
    checks.check(loaded, lists)
    return loaded


def definitions(config: Config) -> Definitions:
    """Those of a library, read once."""
    return config.holding(_load_all)


def _load_all(config: Config) -> Definitions:
    return load(config.lists, config.source / "reports")


def _entry(section: str, place: str, key: str, said: dict[str, Any], lists: Lists) -> object:
    if section == "measures":
        return _measure(place, key, checked(said, MeasureShape, place), lists)
    if section == "subset":
        where = {facet: codes for facet, codes in said.items() if facet not in {"ru", "kk"}}
        names = checked({k: said[k] for k in ("ru", "kk") if k in said}, _Labelled, place)
        return Within(key, _names(place, names), _conditions(place, where, lists))
    if section == "inputs":
        value = checked(said, InputShape, place)
        return Input(key, _names(place, value), value.per, value.adds, value.noted)
    report = checked(said, ReportShape, place)
    return Report(key, _names(place, report), report.tables, report.months, report.to_date)


def _measure(place: str, key: str, shape: MeasureShape, lists: Lists) -> Measure:
    if not shape.parts:
        raise BadConfiguration(place=place, problem="it has no parts")
    parts: list[Part] = []
    for number, part in enumerate(shape.parts, 1):
        whole = {"by": shape.by, "amount": shape.amount} | part
        parts += _parts(f"{place}, part {number}", whole, lists)
    return Measure(key, tuple(parts), shape.unit)


def _parts(place: str, said: dict[str, Any], lists: Lists) -> Iterator[Part]:
    own = field_types(PartShape)
    shape = checked({k: v for k, v in said.items() if k in own}, PartShape, place)
    where = {facet: codes for facet, codes in said.items() if facet not in own}
    kinds = [shape.kind] if isinstance(shape.kind, str) else shape.kind
    if not kinds:
        raise BadConfiguration(place=place, problem="it has no kind")
    for kind in list(Kind) if kinds == [ANY] else kinds:
        if kind not in set(Kind):
            raise BadConfiguration(place=place, problem=f"unknown kind “{kind}”")
        conditions = _conditions(place, where, lists)
        yield Part(Kind(kind), conditions, shape.sign, shape.amount, shape.by, shape.between)


def _table(place: str, said: dict[str, Any], lists: Lists) -> TableDefinition:
    place = f"{place} {said.get('id', '?')}"
    shape = checked(said, TableShape, place)
    note = None
    if shape.note_ru is not None or shape.note_kk is not None:
        note = _names(place, _Labelled(ru=shape.note_ru or "", kk=shape.note_kk or ""))
    return TableDefinition(
        shape.id,
        _names(place, shape),
        tuple(_line(f"{place}, row", line, lists) for line in shape.rows),
        tuple(_line(f"{place}, column", line, lists) for line in shape.columns),
        shape.measure,
        shape.plans,
        note,
        shape.since,
        shape.until,
        shape.chart,
    )


def _line(place: str, said: dict[str, Any], lists: Lists) -> Line:
    place = f"{place} {said.get('key', '?')}"
    shape = checked(said, LineShape, place)
    each = (shape.breakdown,) if isinstance(shape.breakdown, str) else tuple(shape.breakdown or ())
    key = shape.key or "+".join(each)
    if not key:
        raise BadConfiguration(place=place, problem="it has no key")
    for facet in each:
        if facet not in FACETS:
            raise BadConfiguration(place=place, problem=f"unknown facet “{facet}”")
    common: dict[str, Any] = {
        "key": key,
        "names": _names(place, shape, needed=not each),
        "where": _conditions(place, shape.where or {}, lists),
        "breakdown": each,
        "always_shown": shape.always_shown,
        "parts": shape.parts,
        **{
            name: getattr(shape, name)
            for name in (
                "when",
                "back",
                "unit",
                "after_closing",
                "hidden",
                "compact",
                "children",
                "none",
                "most",
                "planned_by",
            )
        },
    }
    return _of_its_kind(place, shape, common)


def _of_its_kind(place: str, shape: LineShape, common: dict[str, Any]) -> Line:
    """The line, of the kind its keys say: one of them, or none."""
    kinds = [
        name
        for name in ("measure", "formula", "share_of", "input")
        if getattr(shape, name) is not None
    ]
    kinds += ["plan"] * (shape.plan or shape.plan_of is not None) + ["days"] * shape.days
    if len(kinds) > 1:
        raise BadConfiguration(place=place, problem=f"it has both {' and '.join(kinds)}")
    if shape.formula is not None:
        return FormulaLine(**common, formula=_formula(place, shape.formula))
    if shape.share_of is not None:
        return ShareLine(**common, share_of=shape.share_of)
    if shape.input is not None:
        return InputLine(**common, input=shape.input)
    match kinds:
        case ["plan"]:
            return PlanLine(**common, plan_of=shape.plan_of)
        case ["days"]:
            return DaysLine(**common)
    return CountedLine(**common, measure=shape.measure)


def _names(place: str, shape: _Labelled, *, needed: bool = True) -> Names:
    if needed or shape.ru or shape.kk:
        for language in ("ru", "kk"):
            if not getattr(shape, language).strip():
                raise BadConfiguration(place=place, problem=f"it has no label in {language}")
    return Names(shape.ru, shape.kk)


def _conditions(place: str, where: Mapping[str, object], lists: Lists) -> Conditions:
    try:
        return tuple(condition(facet, codes, lists) for facet, codes in where.items())
    except ValueError as error:
        raise BadConfiguration(place=place, problem=str(error)) from error


def _formula(place: str, text: str) -> Term:
    try:
        term = parse(text)
    except BadFormula as error:
        raise BadConfiguration(place=place, problem=f"formula: {error}") from error
    for cell in references(term):
        raise BadConfiguration(place=place, problem=f"formula: “{cell}” is not expected")
    return term
