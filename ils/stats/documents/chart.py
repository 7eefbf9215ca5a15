"""Charts as SVG: bars a screen reader can name; the table beside them has the numbers."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from ils.stats.definitions.schema import TOTAL
from ils.stats.documents.report import ReportDocument, ReportTable
from ils.stats.documents.wording import number_shown

WIDTH, BAR, GAP, NAMES, NUMBERS = 640, 16, 6, 220, 80
MAX_LABEL_LENGTH = 28


def charts(document: ReportDocument, language: str) -> dict[str, str]:
    """Table id → its chart, of tables that are charted and have something to show."""
    return {
        table.id: drawn
        for table in document.tables
        if table.chart and (drawn := _bars(table, language))
    }


def _bars(table: ReportTable, language: str) -> str:
    """A bar for each row but totals, as long as its first number."""
    rows = [
        (row.label[language], row.cells[0].value)
        for row in table.rows
        if row.key != TOTAL and row.level == 0 and isinstance(row.cells[0].value, int)
    ]
    most = max((number for _, number in rows), default=0)
    if most <= 0:
        return ""
    title = f"{table.title[language]}: {table.columns[0].label[language]}"
    height = len(rows) * (BAR + GAP) + GAP
    label = quoteattr(_label(title, rows))
    parts = [f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" aria-label={label}>']
    for at, (name, number) in enumerate(rows):
        y = GAP + at * (BAR + GAP)
        length = max(0, round((WIDTH - NAMES - NUMBERS) * number / most))
        short = name if len(name) <= MAX_LABEL_LENGTH else f"{name[: MAX_LABEL_LENGTH - 1]}…"
        parts += [
            f'<text class="name" x="{NAMES - 8}" y="{y + BAR - 4}">{escape(short)}</text>',
            f'<rect x="{NAMES}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
            f'<text x="{NAMES + length + 6}" y="{y + BAR - 4}">{number_shown(number)}</text>',
        ]
    return "".join((*parts, "</svg>"))


def _label(title: str, rows: list[tuple[str, int]]) -> str:
    return f"{title}. " + "; ".join(f"{name} — {number_shown(number)}" for name, number in rows)
