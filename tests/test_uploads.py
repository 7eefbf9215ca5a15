"""Files that are sent: what is too large is refused at once, before anything is built of it."""

import io
import tracemalloc
import zipfile

import pytest
from PIL import Image

from ils.documents import spreadsheets
from ils.documents.pictures import NoPicture
from ils.documents.spreadsheets import Cell, NotComputed, NotTable, Sheet, TooLarge
from ils.patrons.photos import portrait
from ils.settings import Limits

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def workbook(sheet, strings=""):
    """A workbook with this XML for its one sheet."""
    data = io.BytesIO(spreadsheets.workbook([Sheet("1", [[Cell("а")]])]))
    out = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = f"{HEAD}{sheet}</worksheet>".encode()
            if name == "xl/sharedStrings.xml" and strings:
                text = f'<sst xmlns="{HEAD.split(chr(34))[1]}">{strings}</sst>'.encode()
            new.writestr(name, text)
    return out.getvalue()


STRAY = (
    '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"/></row>'
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
)
#: Made when asked for: together they would be a third of a gigabyte.
LARGE = {
    "a stray cell in the last corner": lambda: workbook(STRAY),
    "a row of three million cells": lambda: workbook(
        "<sheetData><row>" + "<c/>" * 3_000_000 + "</row></sheetData>"
    ),
    "a prefix before every name": lambda: workbook(
        "<sheetData><x:row>" + "<x:c />" * 200 + "</x:row></sheetData>"
    ),
    "five million texts": lambda: workbook("<sheetData/>", "<si><t/></si>" * 3_500_000),
    "sixty megabytes": lambda: workbook(f"<!--{'x' * 60_000_000}--><sheetData/>"),
    "a table of too many rows": lambda: b"a;b\n" * 60_000,
    "a line of too many columns": lambda: b";" * 200,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_file_that_is_too_large_is_refused_at_once(name):
    data = LARGE[name]()
    tracemalloc.start()
    with pytest.raises(TooLarge):
        list(spreadsheets.rows(data, Limits()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_an_ordinary_table_is_read(tmp_path):
    rows = [[Cell("фамилия"), Cell(1)], *([Cell(f"№ {n}"), Cell(n)] for n in range(2000))]
    read = list(spreadsheets.rows(spreadsheets.workbook([Sheet("Читатели", rows)]), Limits()))
    assert (len(read), read[0], read[-1]) == (2001, ["фамилия", "1"], ["№ 1999", "1999"])


def test_a_formula_nobody_computed_is_named():
    row = '<c r="A1"><v>1</v></c><c r="B1" t="str"><f>IF(A1,"")</f><v></v></c>'
    computed = f'<sheetData><row r="1">{row}</row></sheetData>'
    assert list(spreadsheets.rows(workbook(computed), Limits())) == [["1", ""]]
    bare = '<c r="C7" s="2"><f>A1*2</f></c>'
    for blanks in range(spreadsheets.CHUNK - 200, spreadsheets.CHUNK, 7):  # on the border of two
        wrong = f'<sheetData>{" " * blanks}<row r="7">{bare}</row></sheetData>'
        with pytest.raises(NotComputed) as error:
            list(spreadsheets.rows(workbook(wrong), Limits()))
        assert error.value.facts == {"cell": "C7"}


def test_a_cell_merged_downwards_is_that_of_each_of_its_rows():
    sheet = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>7</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>'
        '<row r="4"><c r="A4"><v>4</v></c></row></sheetData>'
        '<mergeCells count="2"><mergeCell ref="B1:B3"/><mergeCell ref="A4:C4"/></mergeCells>'
    )
    assert list(spreadsheets.rows(workbook(sheet), Limits())) == [
        ["1", "7"], ["2", "7"], ["3", "7"], ["4"],
    ]  # fmt: skip


def test_the_limits_are_settings():
    with pytest.raises(TooLarge):
        list(spreadsheets.rows(b"a;b\nc;d\ne;f", Limits(rows=2)))
    assert list(spreadsheets.rows(b"a;b\nc;d", Limits(rows=2))) == [["a", "b"], ["c", "d"]]


def test_what_is_no_workbook_is_said():
    with pytest.raises(NotTable):
        list(spreadsheets.rows(b"PK\x03\x04" + b"\0" * 100))


def test_a_picture_has_a_limit():
    out = io.BytesIO()
    Image.new("RGB", (4000, 3000)).save(out, "JPEG")
    assert portrait(out.getvalue(), 40)[:2] == b"\xff\xd8"
    with pytest.raises(NoPicture):
        portrait(out.getvalue(), 10)


def test_a_cell_that_would_be_a_formula_comes_back_as_it_was():
    body = [["=HYPERLINK(1)", "-5", "+7 701 000 00 01", "@x", "Абай"]]
    data = spreadsheets.as_csv(["a", "b", "c", "d", "e"], body)
    assert "'=HYPERLINK(1);-5;+7 701 000 00 01;'@x;Абай" in data.decode()
    assert list(spreadsheets.rows(data))[1] == body[0]
