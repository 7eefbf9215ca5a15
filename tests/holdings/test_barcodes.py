"""What we print can be read, by our own reader and by another program."""

import subprocess

import pytest

from ils.config import load
from ils.documents import barcodes, labels
from ils.documents.barcodes import BadBarcode

CONFIG = load(environ={})

SHEETS = [
    labels.label(
        CONFIG, "card", "R0000123", "Орталықтандырылған кітапхана жүйесі", "Оқырман Ә. Ғ.", "2026"
    ),
    labels.label(CONFIG, "item", "20213450", "ЦГБ", "84(5Қаз) Ә 82", "Абай жолы"),
    labels.label(CONFIG, "item", "6642906664685", "ЦГБ", "", "Длинное заглавие книги " * 10),
    labels.label(CONFIG, "item", "E0040100532A601E", "F1", "", ""),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
def test_a_printed_code_is_read_back(sheet, tmp_path):
    png = labels.png(sheet)
    assert barcodes.read(png) == [sheet.code]
    file = tmp_path / "label.png"
    file.write_bytes(png)
    command = ["zbarimg", "-q", "--raw", "--nodbus", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sheet.code


def test_a_pdf_has_a_page_for_each_sheet():
    assert labels.pdf(SHEETS).count(b"/Type /Page\n") == len(SHEETS)


def test_codes_of_a_sheet_to_be_cut_are_read_back(tmp_path):
    cards = [labels.label(CONFIG, "card", f"R{n:07}", "Кітапхана", "Оқырман") for n in range(11)]
    file = tmp_path / "cards.pdf"
    file.write_bytes(labels.sheet(CONFIG, cards))
    command = ["pdftoppm", "-r", "200", "-png", str(file), str(tmp_path / "page")]
    subprocess.run(command, check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    read = [sorted(barcodes.read(page.read_bytes())) for page in pages]
    assert [len(page) for page in read] == [8, 3]
    assert [code for page in read for code in page] == [card.code for card in cards]


@pytest.mark.parametrize("code", ["", "КАРТА", "a" * 41, "x\ny"])
def test_what_cannot_be_a_barcode_is_said(code):
    with pytest.raises(BadBarcode):
        labels.png(labels.label(CONFIG, "item", code))
