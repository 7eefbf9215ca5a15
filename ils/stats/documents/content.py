"""The content of a report, ready to be written: labels, and numbers as each format needs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from ils import clock
from ils.config import Config
from ils.errors import N_
from ils.stats.definitions.schema import Names
from ils.stats.documents.hiding import Place, hidden_places
from ils.stats.engine.axes import AxisLine
from ils.stats.engine.filling import Figure, Filled
from ils.stats.engine.reporting import FilledReport, both
from ils.stats.periods import next_month

DECLARED = N_("entered manually, not counted")
HIDDEN = "…"
HIDDEN_NOTE = N_("…: below 5, or hidden because such a number could be computed from it.")
TENTH, CENT = Decimal("0.1"), Decimal("0.01")
DECIMALS = {"ratio": TENTH, "percent": TENTH, "money": CENT}


def content(done: FilledReport, config: Config, *, public: bool = False) -> dict[str, Any]:
    """The report as JSON, a contract: every other format is made of it.

    Args:
        public: for people outside: counts below 5 are hidden, and what would tell them.
    """
    asked = done.asked
    codes = [b.code for b in asked.branches]
    truncate = config.statistics.rounding == "truncate"
    return {
        "report": asked.report.id,
        "title": pair(asked.report.names),
        "library": {"ru": config.library.name_ru, "kk": config.library.name_kk},
        "from": asked.period.start.isoformat(),
        "to": asked.period.last.isoformat(),
        "branch": None if not codes else codes[0] if len(codes) == 1 else codes,
        "branch_names": [{"ru": b.name_ru, "kk": b.name_kk} for b in asked.branches],
        "frozen": [f"{month:%Y-%m}" for month in done.frozen],
        "plans": [
            {
                "day": f"{clock.local_day(version.set_at, config.library.timezone):%d.%m.%Y}",
                "reason": version.reason,
                "who": login or "—",
            }
            for version, login in done.plans
            if not public
        ],
        "tables": [_table(one, truncate=truncate, public=public) for one in done.tables],
    }


def pair(names: Names) -> dict[str, str]:
    """Names as JSON."""
    return {"ru": names.ru, "kk": names.kk}


def _table(one: Filled, *, truncate: bool, public: bool) -> dict[str, Any]:
    hidden = hidden_places(one) if public else frozenset()
    said: dict[str, Any] = {
        "id": one.table.id,
        "title": pair(one.table.names),
        "columns": [{"key": c.key, "label": pair(c.names), "level": c.level} for c in one.columns],
        "rows": [_row(one, row, hidden, truncate=truncate) for row in one.rows],
    }
    if one.base:
        said["base"] = [_row(one, row, hidden, truncate=truncate) for row in one.base]
    notes = [pair(one.table.note)] if one.table.note else []
    notes += [pair(both(HIDDEN_NOTE))] if hidden else []
    if notes:
        said["note"] = {code: " ".join(note[code] for note in notes) for code in notes[0]}
    if one.table.chart:
        said["chart"] = True
    return said


def _row(one: Filled, row: AxisLine, hidden: frozenset[Place], *, truncate: bool) -> dict[str, Any]:
    figures = {c.key: one.figures[row.key, c.key] for c in one.columns}
    shown_ = {key: f for key, f in figures.items() if (row.key, key) not in hidden}
    cells = {key: number(figure, truncate=truncate) for key, figure in figures.items()}
    said: dict[str, Any] = {
        "key": row.key,
        "label": pair(row.names),
        "level": row.level,
        "cells": {key: value if key in shown_ else HIDDEN for key, value in cells.items()},
    }
    about: dict[str, dict[str, str]] = {
        "fractions": {key: said_ for key, f in shown_.items() if (said_ := _exact(f))},
        "units": {key: f.unit for key, f in figures.items() if f.unit != "count"},
        "formulas": {key: f.formula for key, f in shown_.items() if f.formula},
    }
    said |= {name: found for name, found in about.items() if found}
    for name in ("declared", "counted"):
        if keys := [k for k, f in figures.items() if getattr(f, name) and f.value is not None]:
            said[name] = keys
    return said


def _exact(figure: Figure) -> str:
    """What was divided by what, or the fraction of a value that is no whole number."""
    if figure.base is not None:
        return f"{written(figure.base[0])}/{written(figure.base[1])}"
    if figure.value is None or figure.value.denominator == 1:
        return ""
    return str(figure.value)


def written(value: Fraction) -> str:
    """An exact number: whole, or with its own fraction in brackets."""
    return str(value.numerator) if value.denominator == 1 else f"({value})"


def number(figure: Figure, *, truncate: bool = False) -> int | str | None:
    """A count as a whole number, a ratio as a decimal text, nothing as nothing."""
    if figure.value is None:
        return None
    value = figure.value / 100 if figure.unit == "money" else figure.value
    places = DECIMALS.get(figure.unit)
    if places is None:
        if value.denominator != 1 and not truncate:
            return int(_rounded(value, Decimal(1), truncate=False))
        return int(value)
    return str(_rounded(value, places, truncate=truncate))


def _rounded(value: Fraction, places: Decimal, *, truncate: bool) -> Decimal:
    """To so many places: half up, or cut off as some old reports did."""
    scale = 1 / Fraction(places)
    whole = abs(value) * scale
    rounding = ROUND_DOWN if truncate else ROUND_HALF_UP
    digits = whole.numerator // whole.denominator
    if rounding == ROUND_HALF_UP and (whole - digits) * 2 >= 1:
        digits += 1
    return (Decimal(digits if value >= 0 else -digits) / Decimal(int(scale))).quantize(places)


def span(said: Mapping[str, Any]) -> str:
    """The period in words of figures."""
    first, last = date.fromisoformat(said["from"]), date.fromisoformat(said["to"])
    return f"{first:%d.%m.%Y} – {last:%d.%m.%Y}"


def closed(said: Mapping[str, Any]) -> str:
    """The closed months in it, those that follow each other as one: ``01.2026 – 10.2026``."""
    spans: list[list[date]] = []
    for text in said["frozen"]:
        month = date.fromisoformat(f"{text}-01")
        if spans and next_month(spans[-1][-1]) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(
        f"{one[0]:%m.%Y} – {one[-1]:%m.%Y}" if len(one) > 1 else f"{one[0]:%m.%Y}" for one in spans
    )


def where(said: Mapping[str, Any], language: str) -> str:
    """What the report is of: branches, or the whole library."""
    names = said["branch_names"] or [said["library"]]
    return ", ".join(name[language] for name in names)


def shown(value: int | str | None, unit: str = "count") -> str:
    """A number for people: thousands apart, a decimal comma; «—» for none."""
    if value is None:
        return "—"
    if isinstance(value, str) and (value == HIDDEN or unit not in DECIMALS):
        return value
    whole, _, rest = str(value).partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", "\u00a0")
    return sign + grouped + (f",{rest}" if rest else "")


def words(text: str, language: str) -> str:
    """One of the program's texts in the language of a report."""
    return both(text)[language]
