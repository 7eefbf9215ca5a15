"""What we print can be read, by our own reader and by another program."""

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from ils.config import load
from ils.documents import barcodes, labels, zpl
from ils.documents.barcodes import BadBarcode
from ils.documents.zpl import Printing

CONFIG = load(environ={})

SHEETS = [
    labels.label(
        CONFIG, "card", "R0000123", "Орталықтандырылған кітапхана жүйесі", "Оқырман Ә. Ғ.", "2026"
    ),
    labels.label(CONFIG, "item", "20213450", "ЦГБ", "84(5Қаз) Ә 82", "Абай жолы"),
    labels.label(CONFIG, "item", "6642906664685", "ЦГБ", "", "Длинное заглавие книги " * 10),
    labels.label(CONFIG, "item", "E0040100532A601E", "F1", "", ""),
    labels.label(CONFIG, "item", "К-1234/2026", "Орталық кітапхана", "84(5Қаз)", "Қоңыр күз"),
    labels.label(CONFIG, "separator", "SQ-S1047375878977224712", "Орталық", "Дидар", "2026 № 3"),
    labels.label(CONFIG, "place", "SQ-P12", "Өскемен филиалы", "Абонемент, 3-сөре"),
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
    with Image.open(file) as picture:
        assert barcodes.read_otherwise(picture) == [sheet.code]


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


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
@pytest.mark.parametrize("dpi", [203, 300])
def test_what_a_zebra_prints_is_read_by_two_readers(sheet, dpi, tmp_path):
    (commands,) = zpl.written([sheet], Printing(dpi))
    picture = printed_by_zebra(commands)
    assert picture.size == (round(sheet.layout.width * dpi / 25.4),
                            round(sheet.layout.height * dpi / 25.4))  # fmt: skip
    around = Image.new("L", (picture.width + 40, picture.height + 40), 255)
    around.paste(picture, (20, 20))
    assert barcodes.read_otherwise(around) == [sheet.code]
    file = tmp_path / "label.png"
    around.save(file)
    command = ["zbarimg", "-q", "--raw", "--nodbus", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sheet.code


def printed_by_zebra(commands):
    """The picture of a label, as the printer builds it: ZPL II, ^GFA with counted runs."""
    about = re.fullmatch(r"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),\3,(\d+),(.*)\^FS\^XZ\n",
                         commands)  # fmt: skip
    width, height, total, row = (int(about[n]) for n in range(1, 5))
    rows, line, count = [], "", 0
    for sign in about[5]:
        if sign == ":":
            rows.append(rows[-1])
        elif "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        else:
            line += sign * (count or 1)
            count = 0
        if len(line) == row * 2:
            rows.append(line)
            line = ""
    data = bytes.fromhex("".join(rows))
    assert (line, len(data), len(rows)) == ("", total, height)
    drawn = Image.frombytes("1", (row * 8, height), data).convert("L")
    return ImageOps.invert(drawn).crop((0, 0, width, height))


@given(st.binary(min_size=1, max_size=400), st.integers(1, 9))
def test_a_picture_comes_out_of_the_printer_as_it_went_in(data, row):
    height = -(-len(data) // row)
    whole = Image.frombytes("1", (row * 8, height), data.ljust(row * height, b"\0")).convert("L")
    assert printed_by_zebra(zpl.picture(whole, Printing())).tobytes() == whole.tobytes()


def test_labels_move_with_the_offset_of_a_workstation():
    plain, moved = (printed_by_zebra(next(zpl.written(SHEETS[1:2], Printing(203, right=2, down=d))))
                    for d in (0, 1))  # fmt: skip
    assert moved.crop((0, 8, 400, 200)).tobytes() == plain.crop((0, 0, 400, 192)).tobytes()


def test_sixty_cards_weigh_little():
    cards = [
        labels.label(CONFIG, "card", f"R{n:07}", "Кітапхана", f"Оқырман {n}") for n in range(60)
    ]
    assert len(labels.sheet(CONFIG, cards)) < 150_000


@pytest.mark.parametrize("code", ["", "a" * 41, "x\ny" * 20])
def test_what_cannot_be_a_barcode_is_said(code):
    with pytest.raises(BadBarcode):
        labels.png(labels.label(CONFIG, "item", code))
