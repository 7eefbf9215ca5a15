"""A report as XLSX: numbers are numbers, ratios are formulas over the cells they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ils.documents.spreadsheets import Cell, Sheet, address, workbook
from ils.stats.definitions.formulas import Reference, references, written
from ils.stats.documents.report import ReportCell, ReportDocument, ReportTable
from ils.stats.documents.wording import DECLARED, HIDDEN, span, where, words

FORMATS = {
    "ratio": "0.0",
    "percent": "0.0",
    "money": "#,##0.00",  # each program shows its own sign between thousands
    "count": "#,##0",
    "bytes": "#,##0",
}
#: Rows above the table: the report, its period, the title of the table, the names of columns.
ABOVE = 4
#: What a spreadsheet says for ``a | b``.
CHOICE = "IFERROR({},{})"
#: (row key, column key) → its address on the sheet.
Addresses = Mapping[tuple[str, str], str]


def render(document: ReportDocument, language: str) -> bytes:
    """A workbook: its contents, and a sheet for each table, printed as wide as a page."""
    sheets = [_sheet(document, table, language) for table in document.tables]
    return workbook(sheets, contents=f"{document.title[language]} · {where(document, language)}")


def _sheet(document: ReportDocument, table: ReportTable, language: str) -> Sheet:
    lines = [*table.rows, *table.base]
    addresses = {
        (row.key, column.key): address(ABOVE + 1 + at, 2 + across)
        for at, row in enumerate(lines)
        for across, column in enumerate(table.columns)
    }
    rows: list[Sequence[Cell]] = [
        [Cell(f"{document.title[language]} · {where(document, language)}", bold=True)],
        [Cell(span(document, language))],
        [Cell(table.title[language], bold=True)],
        [Cell(""), *(Cell(column.label[language], bold=True) for column in table.columns)],
    ]
    for row in lines:
        cells = [_cell(cell, addresses) for cell in row.cells]
        rows.append([Cell(row.label[language], indent=row.level), *cells])
    if table.note:
        rows.append([Cell(table.note[language])])
    if table.declared:
        rows.append([Cell(f"* {words(DECLARED, language)}")])
    hidden = [ABOVE + 1 + at for at in range(len(table.rows), len(lines))]
    return Sheet(table.title[language], rows, hidden, head=ABOVE)


def _cell(cell: ReportCell, addresses: Addresses) -> Cell:
    if cell.value is None:
        return Cell(HIDDEN if cell.hidden else "—")
    shape = FORMATS.get(cell.unit, "General") + ('"*"' if cell.declared else "")
    value = float(cell.value) if isinstance(cell.value, Decimal) else cell.value
    if cell.fraction and (cell.unit == "count" or cell.formula is None):
        top, bottom = cell.fraction
        value = float(top / bottom)  # rounded when it is shown, not before it is computed with
    return Cell(value, _formula(cell, addresses), shape)


def _formula(cell: ReportCell, addresses: Addresses) -> str:
    """The formula over addresses; none where a cell it is made of is not on the sheet."""
    if cell.formula is None or any(ref not in addresses for ref in references(cell.formula)):
        return ""

    def address_of(reference: Reference) -> str:
        return addresses[reference] if isinstance(reference, tuple) else str(reference)

    return written(cell.formula, address_of, choice=CHOICE)
