"""A filled report made ready to be read: labels, rounded numbers, small ones hidden."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from ils import clock
from ils.config import Config
from ils.stats.documents.hiding import Place, hidden_in_all
from ils.stats.documents.report import (
    PlanNote,
    ReportCell,
    ReportColumn,
    ReportDocument,
    ReportRow,
    ReportTable,
)
from ils.stats.documents.wording import HIDDEN_NOTE
from ils.stats.engine.axes import AxisLine
from ils.stats.engine.filling import Figure, Filled
from ils.stats.engine.reporting import FilledReport
from ils.stats.names import Names, both

#: Reasons for «—» that are said under a table.
MAX_REASONS = 8
TENTH, CENT = Decimal("0.1"), Decimal("0.01")
DECIMALS = {"ratio": TENTH, "percent": TENTH, "money": CENT}


def content(filled: FilledReport, config: Config, *, public: bool = False) -> ReportDocument:
    """The report as a document.

    Args:
        public: for people outside: counts below 5 are hidden, and what would tell them.
    """
    request = filled.asked
    truncate = config.statistics.rounding == "truncate"
    plans = () if public else filled.plans
    none: list[frozenset[Place]] = [frozenset()] * len(filled.tables)
    hidden = hidden_in_all(filled.tables) if public else none
    return ReportDocument(
        report=request.report.id,
        title=request.report.names,
        library=Names(config.library.name_ru, config.library.name_kk),
        first=request.period.start,
        last=request.period.last,
        branches=tuple(branch.code for branch in request.branches),
        branch_names=tuple(Names(branch.name_ru, branch.name_kk) for branch in request.branches),
        frozen=filled.frozen,
        plans=tuple(
            PlanNote(
                clock.local_day(version.set_at, config.library.timezone),
                version.reason,
                login or "—",
            )
            for version, login in plans
        ),
        tables=tuple(
            _table(table, places, truncate=truncate)
            for table, places in zip(filled.tables, hidden, strict=True)
        ),
    )


def _table(table: Filled, hidden: frozenset[Place], *, truncate: bool) -> ReportTable:
    notes = [note for note in (table.table.note, both(HIDDEN_NOTE) if hidden else None) if note]
    shown = (table.figures[row.key, column.key] for row in table.rows for column in table.columns)
    reasons = (figure.why for figure in shown if figure.value is None and figure.why)
    notes += list(dict.fromkeys(reasons))[:MAX_REASONS]
    return ReportTable(
        table.table.id,
        table.table.names,
        tuple(ReportColumn(c.key, c.names, c.level) for c in table.columns),
        tuple(_row(table, row, hidden, truncate=truncate) for row in table.rows),
        tuple(_row(table, row, hidden, truncate=truncate) for row in table.base),
        Names(" ".join(n.ru for n in notes), " ".join(n.kk for n in notes)) if notes else None,
        table.table.chart,
    )


def _row(table: Filled, row: AxisLine, hidden: frozenset[Place], *, truncate: bool) -> ReportRow:
    cells = (
        _cell(
            table.figures[row.key, column.key],
            hidden=(row.key, column.key) in hidden,
            truncate=truncate,
        )
        for column in table.columns
    )
    return ReportRow(row.key, row.names, row.level, tuple(cells))


def _cell(figure: Figure, *, hidden: bool, truncate: bool) -> ReportCell:
    there = figure.value is not None
    return ReportCell(
        None if hidden else number(figure, truncate=truncate),
        figure.unit,
        None if hidden else _fraction(figure),
        None if hidden else figure.formula,
        declared=figure.declared and there,
        counted=figure.counted and there,
        hidden=hidden,
    )


def _fraction(figure: Figure) -> tuple[Fraction, Fraction] | None:
    """What was divided by what, of a value that is no whole number or a ratio."""
    if figure.base is not None:
        return figure.base
    if figure.value is None or figure.value.denominator == 1:
        return None
    return Fraction(figure.value.numerator), Fraction(figure.value.denominator)


def number(figure: Figure, *, truncate: bool = False) -> int | Decimal | None:
    """A count as a whole number, a ratio as a decimal one, nothing as nothing."""
    if figure.value is None:
        return None
    value = figure.value / 100 if figure.unit == "money" else figure.value
    places = DECIMALS.get(figure.unit)
    if places is not None:
        return _rounded(value, places, truncate=truncate)
    if value.denominator != 1 and not truncate:
        return int(_rounded(value, Decimal(1), truncate=False))
    return int(value)


def _rounded(value: Fraction, places: Decimal, *, truncate: bool) -> Decimal:
    """To so many places: half up, or cut off as some old reports did."""
    scale = 1 / Fraction(places)
    whole = abs(value) * scale
    rounding = ROUND_DOWN if truncate else ROUND_HALF_UP
    digits = whole.numerator // whole.denominator
    if rounding == ROUND_HALF_UP and (whole - digits) * 2 >= 1:
        digits += 1
    return (Decimal(digits if value >= 0 else -digits) / Decimal(int(scale))).quantize(places)
