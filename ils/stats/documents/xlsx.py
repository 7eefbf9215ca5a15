"""A report as XLSX: numbers are numbers, ratios are formulas over the cells they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ils.documents.spreadsheets import Cell, Sheet, address, workbook
from ils.stats.documents.content import DECLARED, HIDDEN, span, where, words
from ils.stats.engine.filling import REFERENCE

FORMATS = {
    "ratio": "0.0",
    "percent": "0.0",
    "money": "# ##0.00",
    "count": "# ##0",
    "bytes": "# ##0",
}
#: Rows above the table: the report, its period, the title of the table, the names of columns.
ABOVE = 4


def render(said: Mapping[str, Any], language: str) -> bytes:
    """A workbook with a sheet for each table."""
    return workbook([_sheet(said, table, language) for table in said["tables"]])


def _sheet(said: Mapping[str, Any], table: Mapping[str, Any], language: str) -> Sheet:
    columns = [column["key"] for column in table["columns"]]
    lines = [*table["rows"], *table.get("base", ())]
    places = {
        (row["key"], key): address(ABOVE + 1 + at, 2 + across)
        for at, row in enumerate(lines)
        for across, key in enumerate(columns)
    }
    rows: list[Sequence[Cell]] = [
        [Cell(f"{said['title'][language]} · {where(said, language)}", bold=True)],
        [Cell(span(said))],
        [Cell(table["title"][language], bold=True)],
        [Cell(""), *(Cell(column["label"][language], bold=True) for column in table["columns"])],
    ]
    for row in lines:
        cells = [_cell(row, key, places) for key in columns]
        rows.append([Cell(row["label"][language], indent=row["level"]), *cells])
    if note := table.get("note"):
        rows.append([Cell(note[language])])
    if any(row.get("declared") for row in lines):
        rows.append([Cell(f"* {words(DECLARED, language)}")])
    shown = len(table["rows"])
    hidden = [ABOVE + 1 + at for at in range(shown, len(lines))]
    return Sheet(table["title"][language], rows, hidden)


def _cell(row: Mapping[str, Any], key: str, places: Mapping[tuple[str, str], str]) -> Cell:
    value = row["cells"][key]
    unit = row.get("units", {}).get(key, "count")
    shape = FORMATS.get(unit, "General")
    if key in row.get("declared", ()):
        shape += '"*"'
    if value is None or value == HIDDEN:
        return Cell("—" if value is None else value)
    formula = row.get("formulas", {}).get(key, "")
    referred = [(one, other) for one, other in REFERENCE.findall(formula)]
    text = ""
    if formula and all(place in places for place in referred):
        text = REFERENCE.sub(lambda found: places[found[1], found[2]], formula)
    exact = row.get("fractions", {}).get(key)
    if exact is not None and (unit == "count" or not formula):
        value = float(Fraction(exact))  # rounded when it is shown, not before it is computed with
    return Cell(float(value) if isinstance(value, str) else value, text, shape)
