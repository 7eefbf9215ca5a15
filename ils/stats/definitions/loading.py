"""Definitions read from ``config/reports/*.toml``; a wrong one stops the start, with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ils.config import ROOT, BadConfiguration, Lists, load_lists
from ils.ledger import Kind
from ils.stats.definitions import checks
from ils.stats.definitions.formulas import BadFormula, Term, parse, references
from ils.stats.definitions.schema import (
    AMOUNTS,
    UNITS,
    WHENS,
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
    Within,
)
from ils.stats.facets.conditions import Conditions, condition
from ils.stats.facets.registry import BRANCH_COLUMNS, FACETS
from ils.stats.names import Names

FOLDER = ROOT / "config" / "reports"
#: A part that counts entries of every kind.
ANY = "any"
PERIODS = ("day", "month", "quarter", "year")
PART_KEYS = {"kind", "sign", "amount", "by", "between"}
LINE_KEYS = {
    "key", "ru", "kk", "measure", "where",
    "breakdown", "always_shown", "parts", "when", "back", "formula",
    "share_of", "input", "plan", "plan_of", "days", "unit",
    "after_closing", "hidden", "compact", "children",
}  # fmt: skip
TABLE_KEYS = {
    "id", "ru", "kk", "measure", "plans", "rows", "columns", "note_ru", "note_kk", "since", "until",
    "chart",
}  # fmt: skip


def load(lists: Lists, folder: Path = FOLDER) -> Definitions:
    """All measures, tables, reports and declared inputs of a folder.

    Raises:
        BadConfiguration: what is wrong, and where.
    """
    found: dict[str, dict[str, Any]] = {"measures": {}, "subset": {}, "inputs": {}, "reports": {}}
    tables: list[TableDefinition] = []
    for path in sorted(folder.glob("*.toml")):
        read = _read(path)
        for section, entries in read.items():
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
    checks.check(loaded)
    return loaded


@cache
def definitions() -> Definitions:
    """Those of this library, read once."""
    return load(load_lists(ROOT / "config"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(place=path.name, problem=str(error)) from error


def _entry(section: str, place: str, key: str, said: dict[str, Any], lists: Lists) -> object:
    if section == "measures":
        return _measure(place, key, said, lists)
    if section == "subset":
        where = {facet: codes for facet, codes in said.items() if facet not in {"ru", "kk"}}
        return Within(key, _names(place, said), _conditions(place, where, lists))
    if section == "inputs":
        _known(place, said, {"ru", "kk", "per", "adds", "noted"})
        per = _one_of(place, said, "per", PERIODS, "year")
        return Input(key, _names(place, said), per, _flag(said, "adds"), _flag(said, "noted"))
    _known(place, said, {"ru", "kk", "tables", "months", "to_date"})
    return Report(
        key,
        _names(place, said),
        tuple(said.get("tables", ())),
        said.get("months"),
        _flag(said, "to_date"),
    )


def _measure(place: str, key: str, said: dict[str, Any], lists: Lists) -> Measure:
    _known(place, said, {"parts", "unit", "by", "amount"})
    if not said.get("parts"):
        raise BadConfiguration(place=place, problem="it has no parts")
    parts = []
    for number, part in enumerate(said["parts"], 1):
        whole = {"by": said.get("by", "branch"), "amount": said.get("amount", "count")} | part
        parts += list(_parts(f"{place}, part {number}", whole, lists))
    return Measure(key, tuple(parts), _one_of(place, said, "unit", UNITS, "count"))


def _parts(place: str, said: dict[str, Any], lists: Lists) -> Iterator[Part]:
    where = {facet: codes for facet, codes in said.items() if facet not in PART_KEYS}
    if said.get("sign", 1) not in {1, -1}:
        raise BadConfiguration(place=place, problem="sign is 1 or -1")
    kinds = said.get("kind", ())
    kinds = list(Kind) if kinds == ANY else [kinds] if isinstance(kinds, str) else kinds
    for kind in kinds:
        if kind not in set(Kind):
            raise BadConfiguration(place=place, problem=f"unknown kind “{kind}”")
        yield Part(
            Kind(kind),
            _conditions(place, where, lists),
            said.get("sign", 1),
            _one_of(place, said, "amount", AMOUNTS, "count"),
            _one_of(place, said, "by", tuple(BRANCH_COLUMNS), "branch"),
            _flag(said, "between"),
        )
    if not kinds:
        raise BadConfiguration(place=place, problem="it has no kind")


def _table(place: str, said: dict[str, Any], lists: Lists) -> TableDefinition:
    place = f"{place} {said.get('id', '?')}"
    _known(place, said, TABLE_KEYS)
    if not isinstance(said.get("id"), str):
        raise BadConfiguration(place=place, problem="it has no id")
    note = None
    if "note_ru" in said or "note_kk" in said:
        note = _names(place, {"ru": said.get("note_ru"), "kk": said.get("note_kk")})
    return TableDefinition(
        said["id"],
        _names(place, said),
        tuple(_line(f"{place}, row", one, lists) for one in said.get("rows", ())),
        tuple(_line(f"{place}, column", one, lists) for one in said.get("columns", ())),
        said.get("measure"),
        said.get("plans"),
        note,
        said.get("since", date.min),
        said.get("until", date.max),
        _flag(said, "chart"),
    )


def _line(place: str, said: dict[str, Any], lists: Lists) -> Line:
    each = said.get("breakdown", ())
    each = (each,) if isinstance(each, str) else tuple(each)
    key = said.get("key", "+".join(each))
    place = f"{place} {key or '?'}"
    _known(place, said, LINE_KEYS)
    for name in ("measure", "share_of", "input", "plan_of", "formula"):
        if not isinstance(said.get(name, ""), str):
            raise BadConfiguration(place=place, problem=f"{name} is a text")
    if type(said.get("back", 0)) is not int:
        raise BadConfiguration(place=place, problem="back is a number of years")
    if not key:
        raise BadConfiguration(place=place, problem="it has no key")
    for facet in each:
        if facet not in FACETS:
            raise BadConfiguration(place=place, problem=f"unknown facet “{facet}”")
    common: dict[str, Any] = {
        "key": key,
        "names": _names(place, said, needed=not each),
        "where": _conditions(place, said.get("where", {}), lists),
        "breakdown": each,
        "always_shown": tuple(said.get("always_shown", ())),
        "parts": tuple(said.get("parts", ())),
        "when": _one_of(place, said, "when", WHENS, None),
        "back": said.get("back", 0),
        "unit": _one_of(place, said, "unit", UNITS, None),
        **{name: _flag(said, name) for name in ("after_closing", "hidden", "compact", "children")},
    }
    return _of_its_kind(place, said, common)


def _of_its_kind(place: str, said: dict[str, Any], common: dict[str, Any]) -> Line:
    """The line, of the kind its keys say: one of them, or none."""
    plan = "plan_of" in said or _flag(said, "plan")
    kinds: list[str] = [
        name for name in ("measure", "formula", "share_of", "input") if name in said
    ]
    kinds += [name for name, there in (("plan", plan), ("days", _flag(said, "days"))) if there]
    if len(kinds) > 1:
        raise BadConfiguration(place=place, problem=f"it has both {' and '.join(kinds)}")
    match kinds:
        case ["formula"]:
            return FormulaLine(**common, formula=_formula(place, said["formula"]))
        case ["share_of"]:
            return ShareLine(**common, share_of=said["share_of"])
        case ["input"]:
            return InputLine(**common, input=said["input"])
        case ["plan"]:
            return PlanLine(**common, plan_of=said.get("plan_of"))
        case ["days"]:
            return DaysLine(**common)
    return CountedLine(**common, measure=said.get("measure"))


def _names(place: str, said: Mapping[str, Any], *, needed: bool = True) -> Names:
    if not needed and "ru" not in said and "kk" not in said:
        return Names("", "")
    for language in ("ru", "kk"):
        if not isinstance(said.get(language), str) or not said[language].strip():
            raise BadConfiguration(place=place, problem=f"it has no label in {language}")
    return Names(said["ru"], said["kk"])


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


def _known(place: str, said: Mapping[str, Any], keys: set[str]) -> None:
    if unknown := said.keys() - keys:
        problem = f"unknown key “{', '.join(sorted(unknown))}”"
        raise BadConfiguration(place=place, problem=problem)


def _one_of(
    place: str, said: Mapping[str, Any], key: str, known: tuple[str, ...], default: str | None
) -> Any:
    value = said.get(key, default)
    if value is not None and value not in known:
        raise BadConfiguration(place=place, problem=f"{key} “{value}” is not known")
    return value


def _flag(said: Mapping[str, Any], key: str) -> bool:
    return said.get(key) is True
