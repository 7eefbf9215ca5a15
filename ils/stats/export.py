"""A filled report as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ils import texts
from ils.clock import Period
from ils.config import Config
from ils.errors import N_
from ils.organisation import queries as organisation
from ils.organisation.models import Branch
from ils.stats import queries
from ils.stats.reports import NONE, OTHER, TOTAL, Cells, Report, Table

LANGUAGE_NAMES = {
    "kk": N_("in Kazakh"),
    "ru": N_("in Russian"),
    OTHER: N_("in other languages"),
}
TOTAL_NAME, NONE_NAME = N_("Total"), N_("not stated")


@dataclass(frozen=True)
class Row:
    """A line: its stable key, the key its entries are asked by, its names, its numbers."""

    key: str
    ask: str
    label: Mapping[str, str]
    cells: Mapping[str, int]


@dataclass(frozen=True)
class FilledTable:
    """A table with its rows in order, the total first."""

    table: Table
    rows: Sequence[Row]


@dataclass(frozen=True)
class FilledReport:
    """A report of a period, of one branch or of all."""

    report: Report
    period: Period
    branch: Branch | None
    tables: Sequence[FilledTable]


def filled(
    session: Session, config: Config, report: Report, period: Period, branch: Branch | None
) -> FilledReport:
    """Sum the ledger into a report."""
    naming = _Names(session, config)
    branch_id = branch.id if branch else None
    tables = []
    for table in report.tables:
        cells = table.fill(queries.totals(session, table.facts, period, branch_id))
        tables.append(FilledTable(table, naming.rows(table, cells)))
    return FilledReport(report, period, branch, tables)


class _Names:
    """Names and the order of rows."""

    def __init__(self, session: Session, config: Config) -> None:
        self.branches = {str(b.id): b for b in session.scalars(organisation.branches())}
        self.divisions = config.lists.divisions

    def rows(self, table: Table, cells: Cells) -> list[Row]:
        """The rows of a table that have something to show; the total first."""
        order = {
            "branch_id": list(self.branches),
            "division": list(self.divisions),
            "language": ["kk", "ru", OTHER],
        }[table.rows]
        keys = [TOTAL, *order, *sorted(cells.keys() - {TOTAL, NONE, *order}), NONE]
        return [self._row(table, key, cells[key]) for key in keys if key in cells]

    def _row(self, table: Table, key: str, cells: Mapping[str, int]) -> Row:
        if key in {TOTAL, NONE}:
            name = TOTAL_NAME if key == TOTAL else NONE_NAME
            return Row(key, key, {lang: texts.say(name, lang) for lang in ("ru", "kk")}, cells)
        if table.rows == "branch_id":
            branch = self.branches[key]
            return Row(branch.code, key, {"ru": branch.name_ru, "kk": branch.name_kk}, cells)
        if table.rows == "language":
            name = LANGUAGE_NAMES[key]
            return Row(key, key, {lang: texts.say(name, lang) for lang in ("ru", "kk")}, cells)
        return Row(key, key, self.divisions.get(key, {"ru": key, "kk": key}), cells)


def as_json(done: FilledReport) -> dict[str, Any]:
    """The JSON contract of `design/reports.md`."""
    return {
        "report": done.report.id,
        "title": both(done.report.title),
        "from": done.period.start.isoformat(),
        "to": done.period.last.isoformat(),
        "branch": done.branch.code if done.branch else None,
        "frozen": [],
        "tables": [
            {
                "id": one.table.id,
                "title": both(one.table.title),
                "columns": [{"key": m.key, "label": both(m.label)} for m in one.table.measures],
                "rows": [
                    {
                        "key": row.key,
                        "label": {lang: row.label[lang] for lang in ("ru", "kk")},
                        "cells": dict(row.cells),
                    }
                    for row in one.rows
                ],
            }
            for one in done.tables
        ],
    }


def as_text(done: FilledReport, language: str) -> str:
    """Tables for a terminal, in a language."""
    where = done.branch.name(language) if done.branch else ""
    span = f"{done.period.start:%d.%m.%Y} – {done.period.last:%d.%m.%Y}"
    lines = [" · ".join(filter(None, (texts.say(done.report.title, language), span, where)))]
    for one in done.tables:
        lines += ["", texts.say(one.table.title, language)]
        heads = [texts.say(m.label, language) for m in one.table.measures]
        names = [row.label["kk" if language == "kk" else "ru"] for row in one.rows]
        first = max(map(len, [*names, ""])) + 2
        lines.append(" " * first + "  ".join(heads))
        for name, row in zip(names, one.rows, strict=True):
            numbers = (
                str(row.cells[m.key]).rjust(len(head))
                for m, head in zip(one.table.measures, heads, strict=True)
            )
            lines.append(name.ljust(first) + "  ".join(numbers))
    return "\n".join(lines)


def both(text: str) -> dict[str, str]:
    """A text in the two languages of every report."""
    return {language: texts.say(text, language) for language in ("ru", "kk")}
