"""A report as text for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io

from ils.inert import inert
from ils.stats.documents.report import ReportDocument
from ils.stats.documents.wording import DECLARED, HIDDEN, marked, span, where, words


def as_text(document: ReportDocument, language: str) -> str:
    """Tables for a terminal, in Russian or Kazakh."""
    lines = [
        " · ".join((document.title[language], span(document, language), where(document, language)))
    ]
    for table in document.tables:
        lines += ["", table.title[language]]
        heads = [column.label[language] for column in table.columns]
        body = [[marked(cell) for cell in row.cells] for row in table.rows]
        names = ["  " * row.level + row.label[language] for row in table.rows]
        widths = [
            max(map(len, [head, *(row[at] for row in body)])) for at, head in enumerate(heads)
        ]
        first = max(map(len, [*names, ""])) + 2
        numbers = "  ".join(head.rjust(width) for head, width in zip(heads, widths, strict=True))
        lines.append(" " * first + numbers)
        for name, cells in zip(names, body, strict=True):
            numbers = "  ".join(cell.rjust(w) for cell, w in zip(cells, widths, strict=True))
            lines.append(name.ljust(first) + numbers)
        if any(cell.declared for row in table.rows for cell in row.cells):
            lines.append(f"* {words(DECLARED, language)}")
    return "\n".join(lines)


def as_csv(document: ReportDocument, language: str) -> bytes:
    """All cells, one a line: spreadsheet programs and other systems read it as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    heads = ("table", "row", "column", "table_name", "row_name", "column_name", "value", "unit",
             "declared", "preliminary")  # fmt: skip
    writer.writerow(heads)
    for table in document.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                value = "" if cell.value is None else cell.value
                writer.writerow([
                    table.id, inert(row.key), column.key, table.title[language],
                    inert(row.label[language]), inert(column.label[language]),
                    HIDDEN if cell.hidden else value,
                    cell.unit,
                    "1" if cell.declared else "",
                    "1" if document.preliminary else "",
                ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
