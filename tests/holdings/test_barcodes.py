"""What we print can be read, by our own reader and by another program."""

import subprocess

import pytest

from ils.documents import barcodes
from ils.documents.barcodes import BadBarcode

SHEETS = [
    barcodes.card("R0000123", "Орталықтандырылған кітапхана жүйесі", "Оқырман Ә. Ғ.", "2026"),
    barcodes.label("20213450", "ЦГБ", "84(5Қаз) Ә 82", "Абай жолы"),
    barcodes.label("6642906664685", "ЦГБ", "", "Длинное заглавие книги " * 10),
    barcodes.label("E0040100532A601E", "F1", "", ""),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
def test_a_printed_code_is_read_back(sheet, tmp_path):
    png = barcodes.png(sheet)
    assert barcodes.read(png) == [sheet.code]
    file = tmp_path / "label.png"
    file.write_bytes(png)
    command = ["zbarimg", "-q", "--raw", "--nodbus", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sheet.code


def test_a_pdf_has_a_page_for_each_sheet():
    assert barcodes.pdf(SHEETS).count(b"/Type /Page\n") == len(SHEETS)


@pytest.mark.parametrize("code", ["", "КАРТА", "a" * 41, "x\ny"])
def test_what_cannot_be_a_barcode_is_said(code):
    with pytest.raises(BadBarcode):
        barcodes.png(barcodes.label(code, "", "", ""))
