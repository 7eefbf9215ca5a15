"""Charts as SVG: bars a screen reader can name; the table beside them has the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ils.stats.documents.content import shown

WIDTH, BAR, GAP, NAMES, NUMBERS = 640, 16, 6, 220, 80
MAX_LABEL_LENGTH = 28


def charts(said: Mapping[str, Any], language: str) -> dict[str, str]:
    """Table id → its chart, of tables that are charted and have something to show."""
    return {
        table["id"]: drawn
        for table in said["tables"]
        if table.get("chart") and (drawn := _bars(table, language))
    }


def _bars(table: Mapping[str, Any], language: str) -> str:
    """A bar for each row but totals, as long as its first number."""
    key = table["columns"][0]["key"]
    rows = [
        (row["label"][language], row["cells"][key])
        for row in table["rows"]
        if row["key"] != "total" and row["level"] == 0 and isinstance(row["cells"][key], int)
    ]
    most = max((number for _, number in rows), default=0)
    if most <= 0:
        return ""
    title = f"{table['title'][language]}: {table['columns'][0]['label'][language]}"
    height = len(rows) * (BAR + GAP) + GAP
    said = quoteattr(_said(title, rows))
    parts = [f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" aria-label={said}>']
    for at, (name, number) in enumerate(rows):
        y = GAP + at * (BAR + GAP)
        length = max(0, round((WIDTH - NAMES - NUMBERS) * number / most))
        short = name if len(name) <= MAX_LABEL_LENGTH else f"{name[: MAX_LABEL_LENGTH - 1]}…"
        parts += [
            f'<text class="name" x="{NAMES - 8}" y="{y + BAR - 4}">{escape(short)}</text>',
            f'<rect x="{NAMES}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
            f'<text x="{NAMES + length + 6}" y="{y + BAR - 4}">{shown(number)}</text>',
        ]
    return "".join((*parts, "</svg>"))


def _said(title: str, rows: list[tuple[str, int]]) -> str:
    return f"{title}. " + "; ".join(f"{name} — {shown(number)}" for name, number in rows)
