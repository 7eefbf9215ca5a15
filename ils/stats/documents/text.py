"""A report as text for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from ils.stats.documents.content import DECLARED, shown, span, where, words


def as_text(said: Mapping[str, Any], language: str) -> str:
    """Tables for a terminal, in Russian or Kazakh."""
    lines = [" · ".join((said["title"][language], span(said), where(said, language)))]
    for table in said["tables"]:
        lines += ["", table["title"][language]]
        heads = [_head(column, language) for column in table["columns"]]
        body = [
            [
                shown(row["cells"][column["key"]], row.get("units", {}).get(column["key"], "count"))
                + ("*" if column["key"] in row.get("declared", ()) else "")
                for column in table["columns"]
            ]
            for row in table["rows"]
        ]
        names = ["  " * row["level"] + row["label"][language] for row in table["rows"]]
        widths = [
            max(len(head), *(len(cells[at]) for cells in body), 0) if body else len(head)
            for at, head in enumerate(heads)
        ]
        first = max(map(len, [*names, ""])) + 2
        lines.append(
            " " * first + "  ".join(h.rjust(w) for h, w in zip(heads, widths, strict=True))
        )
        for name, cells in zip(names, body, strict=True):
            numbers = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append(name.ljust(first) + "  ".join(numbers))
        if any(row.get("declared") for row in table["rows"]):
            lines.append(f"* {words(DECLARED, language)}")
    return "\n".join(lines)


def _head(column: Mapping[str, Any], language: str) -> str:
    label: str = column["label"][language]
    return label


def as_csv(said: Mapping[str, Any], language: str) -> bytes:
    """All cells, one a line: spreadsheet programs and other systems read it as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    heads = ("table", "row", "column", "table_name", "row_name", "column_name", "value", "unit",
             "declared")  # fmt: skip
    writer.writerow(heads)
    for table in said["tables"]:
        for row in table["rows"]:
            for column in table["columns"]:
                key = column["key"]
                value = row["cells"][key]
                writer.writerow([
                    table["id"], row["key"], key, table["title"][language],
                    row["label"][language], column["label"][language],
                    "" if value is None else value,
                    row.get("units", {}).get(key, "count"),
                    "1" if key in row.get("declared", ()) else "",
                ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
