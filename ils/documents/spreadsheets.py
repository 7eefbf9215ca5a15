"""Tables people keep things in: XLSX, CSV. The one importer of openpyxl and xlsxwriter."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal, cast
from zipfile import BadZipFile, ZipFile

from ils.errors import N_, IlsError, Invalid
from ils.inert import inert, restored
from ils.settings import Limits

#: The beginnings of rows and cells in a sheet, of formulas and values in a cell, of texts in the
#: list of shared ones; the end of a cell.
_mark = re.compile(rb"<(/?)(?:\w+:)?(row|c|si|f|v)[\s>/]")
_merge = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_reference = re.compile(rb"\br=\"([A-Z]+[0-9]+)\"")
_LONGEST_MARK = 40
CHUNK = 1 << 16
MB = 1_000_000
DEFAULTS = Limits()
#: Rows and shared texts together: each row may bring ten texts of its own.
MOST_MARKS = 10
CODINGS = ("utf-8-sig", "cp1251")


class NotTable(Invalid):
    """The file is no table that can be read."""

    code = "not_table"
    message = N_("The file is not a table in XLSX or CSV: %(why)s")


class NotComputed(Invalid):
    """A formula without its result: a program wrote the file that does not compute."""

    code = "not_computed"
    message = N_(
        "Cell %(cell)s has a formula without its result. Open the file in Excel or LibreOffice, "
        "save it and send it again."
    )

    def __init__(self, cell: str) -> None:
        """Name the cell."""
        IlsError.__init__(self, cell=cell)


class TooLarge(Invalid):
    """The table has more than may be read at once."""

    code = "table_too_large"
    message = N_(
        "The table is too large: at most %(rows)s rows of %(columns)s columns, %(mb)s MB unpacked."
    )

    def __init__(self, limits: Limits) -> None:
        """Name the limits."""
        IlsError.__init__(self, rows=limits.rows, columns=limits.columns, mb=limits.unpacked_mb)


def rows(data: bytes, limits: Limits = DEFAULTS) -> Iterator[list[str]]:
    """The rows of a file as texts; dates as 2026-01-31. Of a workbook, its first sheet.

    Raises:
        NotTable: it cannot be read.
        NotComputed: a formula has no result.
        TooLarge: it has more rows, columns or signs than ``limits`` let.
    """
    packed = data.startswith(b"PK\x03\x04")
    if len(data) > limits.unpacked_mb * MB:
        raise TooLarge(limits)
    if packed:
        _check_workbook(data, limits)
    for number, row in enumerate(_of_workbook(data, limits) if packed else _of_csv(data)):
        if number >= limits.rows or len(row) > limits.columns:
            raise TooLarge(limits)
        yield row


def _check_workbook(data: bytes, limits: Limits) -> None:
    """Look through a workbook without building anything of it.

    Raises:
        TooLarge, NotTable, NotComputed: see `rows`.
    """
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > limits.unpacked_mb * MB:
                raise TooLarge(limits)
            for member in members:
                if member.filename.endswith(".xml"):
                    with packed.open(member) as stream:
                        _check_sheet(stream, limits)
    except (BadZipFile, OSError, ValueError, NotImplementedError, zlib.error) as error:
        raise NotTable(why=str(error)) from error


def _check_sheet(stream: IO[bytes], limits: Limits) -> None:
    found, cells, rest = 0, 0, b""
    cell, formula, value, more = "", False, False, True
    while more:
        more = bool(chunk := stream.read(CHUNK))
        text = rest + chunk
        end, whole = 0, max(0, len(text) - _LONGEST_MARK) if more else len(text)
        for mark in _mark.finditer(text):
            if mark.start() >= whole:
                break
            end, (closing, name) = mark.end(), mark.groups()
            if closing and name == b"c":
                if formula and not value:
                    raise NotComputed(cell)
            elif closing:
                continue
            elif name == b"c":
                cells, formula, value = cells + 1, False, False
                said = _reference.search(text, mark.end() - 1, mark.end() + _LONGEST_MARK)
                cell = said[1].decode() if said else ""
            elif name in {b"row", b"si"}:
                found, cells = found + 1, 0
            formula, value = formula or name == b"f", value or name == b"v"
            if cells > limits.columns or found > MOST_MARKS * limits.rows:
                raise TooLarge(limits)
        rest = text[max(end, whole) :]


def _of_workbook(data: bytes, limits: Limits) -> Iterator[list[str]]:
    # Only here: each web process would keep its 10 MB for a page used once a year.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size is not to be believed
        path = cast("Any", sheet)._worksheet_path  # noqa: SLF001 -- not told otherwise
        merged = _merged(data, path, limits)
        above: dict[int, str] = {}
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            row = [_text(cell) for cell in cells]
            for column, top in merged.get(number, ()):
                if number == top:
                    above[column] = row[column] if column < len(row) else ""
                elif said := above.get(column, ""):
                    row += [""] * (column + 1 - len(row))
                    row[column] = said
            yield row
    except (
        InvalidFileException,
        BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        OSError,
        SyntaxError,
    ) as error:
        raise NotTable(why=str(error)) from error


def _merged(data: bytes, member: str, limits: Limits) -> dict[int, list[tuple[int, int]]]:
    """Row → (column, first row) of cells merged downwards: each row has their value."""
    found: dict[int, list[tuple[int, int]]] = {}
    rest, rows = b"", 0
    with ZipFile(io.BytesIO(data)) as packed, packed.open(member) as stream:
        while chunk := stream.read(CHUNK):
            text, end = rest + chunk, 0
            for mark in _merge.finditer(text):
                end = mark.end()
                left, top, right, bottom = (one.decode() for one in mark.groups())
                first, last = int(top), int(bottom)
                rows += last - first
                if left != right or last <= first or rows > limits.rows:
                    continue
                for number in range(first, last + 1):
                    found.setdefault(number, []).append((_column(left), first))
            rest = text[max(end, len(text) - _LONGEST_MARK) :]
    return found


def _column(letters: str) -> int:
    """The number of a column: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _clean(str(cell))


def _clean(text: str) -> str:
    """A cell without signs that no name has and PostgreSQL does not keep."""
    return restored(text.replace("\0", "").strip())


def _of_csv(data: bytes) -> Iterator[list[str]]:
    for coding in CODINGS:
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise NotTable(why="UTF-8, cp1251")
    head = text.split("\n", 1)[0]
    separator = max(";\t,", key=head.count)
    # A quote that nobody closes would swallow all rows below it.
    quoting: Literal[0, 3] = csv.QUOTE_NONE if text.count('"') % 2 else csv.QUOTE_MINIMAL
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting):
            yield [_clean(cell) for cell in row]
    except csv.Error as error:
        raise NotTable(why=str(error)) from error


def as_csv(head: Sequence[str], body: Sequence[Sequence[str]]) -> bytes:
    """A CSV that spreadsheet programs open as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(map(inert, head))
    writer.writerows(map(inert, row) for row in body)
    return out.getvalue().encode("utf-8-sig")


#: Of the sheet that leads to the others, in both languages at once.
CONTENTS = "Мазмұны · Содержание"
#: As spreadsheets number paper.
A4 = 9


@dataclass(frozen=True)
class Cell:
    """A cell of a sheet: a text or a number; of a formula (without its sign ``=``) its value."""

    value: str | int | float | None
    formula: str = ""
    format: str = "General"
    bold: bool = False
    indent: int = 0


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, rows of cells, and which rows are hidden (from 1).

    Attributes:
        head: so many rows stay in sight, and on each printed page; 0: none.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: Sequence[int] = ()
    head: int = 0


def workbook(sheets: Sequence[Sheet], *, contents: str = "") -> bytes:
    """An XLSX of some sheets; texts stay texts, whatever sign they begin with.

    Formulas bring their values along: previews of mail programs do not compute. Each sheet is
    printed across, in the width of a page.

    Args:
        contents: the title of a first sheet that leads to the others; empty: without one.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 -- see above

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    formats: dict[tuple[object, ...], Any] = {}
    taken: list[str] = []
    front = book.add_worksheet(CONTENTS) if contents and len(sheets) > 1 else None
    if front is not None:
        taken.append(CONTENTS)
    for sheet in sheets:
        taken.append(_sheet_name(sheet.name, taken))
        made = book.add_worksheet(taken[-1])
        made.set_column(0, 0, 46)
        made.set_column(1, max((len(row) for row in sheet.rows), default=1), 14)
        for at, row in enumerate(sheet.rows):
            for place, cell in enumerate(row):
                look = (cell.format, cell.bold, cell.indent, place == 0)
                if look not in formats:
                    names = ("num_format", "bold", "indent", "text_wrap")
                    said = dict(zip(names, look, strict=True))
                    formats[look] = book.add_format({**said, "valign": "top"})
                _write(made, at, place, cell, formats[look])
        for number in sheet.hidden:
            made.set_row(number - 1, None, None, {"hidden": True})
        _lay_out(made, sheet)
    if front is not None:
        _fill_front(book, front, contents, taken[1:], sheets)
    book.close()
    return out.getvalue()


def _lay_out(made: Any, sheet: Sheet) -> None:
    """Paper across, one page wide, its head on each page and in sight."""
    made.set_landscape()
    made.set_paper(A4)
    made.fit_to_pages(1, 0)
    if sheet.head:
        made.freeze_panes(sheet.head, 1)
        made.repeat_rows(sheet.head - 1)


def _fill_front(
    book: Any, front: Any, title: str, names: Sequence[str], sheets: Sequence[Sheet]
) -> None:
    """What the workbook holds, each with a link to its sheet."""
    front.set_column(0, 0, 90)
    front.write_string(0, 0, title, book.add_format({"bold": True}))
    link = book.get_default_url_format()
    for at, (name, sheet) in enumerate(zip(names, sheets, strict=True)):
        quoted = name.replace("'", "''")
        front.write_url(at + 2, 0, f"internal:'{quoted}'!A1", link, sheet.name)
    front.set_paper(A4)


def _write(made: Any, at: int, place: int, cell: Cell, look: object) -> None:
    if cell.formula:
        value = "" if cell.value is None else cell.value
        made.write_formula(at, place, f"={cell.formula}", look, value)
    elif cell.value is None:
        made.write_blank(at, place, None, look)
    elif isinstance(cell.value, str):
        made.write_string(at, place, cell.value, look)
    else:
        made.write_number(at, place, cell.value, look)


def address(row: int, column: int) -> str:
    """The address of a cell, both from 1: ``B7``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name Excel takes: 31 signs at most, none of its own, each once."""
    short = "".join(c for c in name if c not in "[]:*?/\\")[:28].strip() or "1"
    number, made = 1, short
    while made in taken:
        number += 1
        made = f"{short[:26]} {number}"
    return made
