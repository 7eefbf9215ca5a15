"""A report as JSON, a contract with other programs; prepared reports are kept so. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ils.stats.definitions.formulas import parse, written
from ils.stats.documents.report import (
    PlanNote,
    ReportCell,
    ReportColumn,
    ReportDocument,
    ReportRow,
    ReportTable,
)
from ils.stats.documents.wording import HIDDEN
from ils.stats.names import Names

DAY = "%d.%m.%Y"


def to_payload(document: ReportDocument) -> dict[str, Any]:
    """The report as JSON: counts are numbers, decimals are texts, nothing is nothing."""
    codes = document.branches
    return {
        "report": document.report,
        "title": _pair(document.title),
        "library": _pair(document.library),
        "from": document.first.isoformat(),
        "to": document.last.isoformat(),
        "branch": None if not codes else codes[0] if len(codes) == 1 else list(codes),
        "branch_names": [_pair(names) for names in document.branch_names],
        "frozen": [f"{month:%Y-%m}" for month in document.frozen],
        "preliminary": document.preliminary,
        "plans": [
            {"day": f"{plan.day:{DAY}}", "reason": plan.reason, "who": plan.who}
            for plan in document.plans
        ],
        "tables": [_table(table) for table in document.tables],
    }


def _pair(names: Names) -> dict[str, str]:
    return {"ru": names.ru, "kk": names.kk}


def _table(table: ReportTable) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    payload: dict[str, Any] = {
        "id": table.id,
        "title": _pair(table.title),
        "columns": [
            {"key": column.key, "label": _pair(column.label), "level": column.level}
            for column in table.columns
        ],
        "rows": [_row(row, keys) for row in table.rows],
    }
    if table.base:
        payload["base"] = [_row(row, keys) for row in table.base]
    if table.note:
        payload["note"] = _pair(table.note)
    if table.chart:
        payload["chart"] = True
    return payload


def _row(row: ReportRow, keys: Sequence[str]) -> dict[str, Any]:
    cells = dict(zip(keys, row.cells, strict=True))
    payload: dict[str, Any] = {
        "key": row.key,
        "label": _pair(row.label),
        "level": row.level,
        "cells": {key: _value(cell) for key, cell in cells.items()},
    }
    optional: dict[str, Any] = {
        "fractions": {k: _ratio(*c.fraction) for k, c in cells.items() if c.fraction},
        "units": {k: c.unit for k, c in cells.items() if c.unit != "count"},
        "formulas": {k: written(c.formula, str) for k, c in cells.items() if c.formula is not None},
        "declared": [k for k, c in cells.items() if c.declared],
        "counted": [k for k, c in cells.items() if c.counted],
    }
    return payload | {name: value for name, value in optional.items() if value}


def _value(cell: ReportCell) -> int | str | None:
    if cell.hidden:
        return HIDDEN
    return str(cell.value) if isinstance(cell.value, Decimal) else cell.value


def _ratio(top: Fraction, bottom: Fraction) -> str:
    """``7/2``; each side whole, or a fraction of its own in brackets: ``(7/2)/3``."""
    return "/".join(str(side) if side.denominator == 1 else f"({side})" for side in (top, bottom))


def from_payload(payload: Mapping[str, Any]) -> ReportDocument:
    """The report that was kept as JSON."""
    branch = payload["branch"]
    return ReportDocument(
        report=payload["report"],
        title=_names(payload["title"]),
        library=_names(payload["library"]),
        first=date.fromisoformat(payload["from"]),
        last=date.fromisoformat(payload["to"]),
        branches=() if branch is None else (branch,) if isinstance(branch, str) else tuple(branch),
        branch_names=tuple(map(_names, payload["branch_names"])),
        frozen=tuple(date.fromisoformat(f"{month}-01") for month in payload["frozen"]),
        plans=tuple(
            PlanNote(datetime.strptime(plan["day"], DAY).date(), plan["reason"], plan["who"])  # noqa: DTZ007 -- a day has no zone
            for plan in payload["plans"]
        ),
        tables=tuple(map(_table_of, payload["tables"])),
    )


def _names(pair: Mapping[str, str]) -> Names:
    return Names(pair["ru"], pair["kk"])


def _table_of(payload: Mapping[str, Any]) -> ReportTable:
    columns = tuple(
        ReportColumn(column["key"], _names(column["label"]), column["level"])
        for column in payload["columns"]
    )
    note = payload.get("note")
    return ReportTable(
        payload["id"],
        _names(payload["title"]),
        columns,
        tuple(_row_of(row, columns) for row in payload["rows"]),
        tuple(_row_of(row, columns) for row in payload.get("base", ())),
        _names(note) if note else None,
        payload.get("chart", False),
    )


def _row_of(payload: Mapping[str, Any], columns: Sequence[ReportColumn]) -> ReportRow:
    cells = tuple(_cell_of(payload, column.key) for column in columns)
    return ReportRow(payload["key"], _names(payload["label"]), payload["level"], cells)


def _cell_of(row: Mapping[str, Any], key: str) -> ReportCell:
    value = row["cells"][key]
    formula = row.get("formulas", {}).get(key)
    fraction = row.get("fractions", {}).get(key)
    hidden = value == HIDDEN
    return ReportCell(
        None if hidden else Decimal(value) if isinstance(value, str) else value,
        row.get("units", {}).get(key, "count"),
        _fraction(fraction) if fraction else None,
        parse(formula) if formula else None,
        declared=key in row.get("declared", ()),
        counted=key in row.get("counted", ()),
        hidden=hidden,
    )


def _fraction(text: str) -> tuple[Fraction, Fraction]:
    """What ``7/2`` or ``(7/2)/3`` divides by what."""
    top, _, bottom = text.rpartition("/")
    if text.endswith(")"):
        top, _, bottom = text[: text.rindex("(")].rstrip("/"), "", text[text.rindex("(") :]
    return Fraction(top.strip("()")), Fraction(bottom.strip("()"))
