"""Labels for Zebra printers (ZPL II): whole pictures, so that any letter prints.

Source: Zebra, ZPL II Programming Guide: ^GF, and its "alternative data compression".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageDraw

from ils.documents import barcodes
from ils.documents.barcodes import MM_PER_INCH
from ils.documents.labels import Label, drawn

#: What is darker is printed.
DARK = 128


@dataclass(frozen=True)
class Printing:
    """How labels come out of one printer.

    Attributes:
        right, down: how far the picture is moved, in millimetres.
    """

    dpi: int = 203
    right: float = 0
    down: float = 0


def written(labels: Iterable[Label], printing: Printing) -> Iterator[str]:
    """The commands of labels, one after another.

    Raises:
        BadBarcode: a code does not fit.
    """
    for one in labels:
        yield picture(drawn(one, printing.dpi), printing)


def picture(page: Image.Image, printing: Printing) -> str:
    """The commands of one label."""
    dots = printing.dpi / MM_PER_INCH
    right, down = round(printing.right * dots), round(printing.down * dots)
    moved = Image.new("L", page.size, 255)
    moved.paste(page, (right, down))
    width, height = page.size
    row = (width + 7) // 8
    bits = Image.new("1", (row * 8, height), 0)
    bits.paste(moved.point(lambda grey: 255 if grey < DARK else 0).convert("1"), (0, 0))
    data = bits.tobytes().hex().upper()
    body = _compressed(data, row * 2)
    total = row * height
    return f"^XA^PW{width}^LL{height}^LH0,0^FO0,0^GFA,{total},{total},{row},{body}^FS^XZ\n"


def _compressed(data: str, width: int) -> str:
    """Hexadecimal rows, runs of a digit counted, a row like the one before as a colon."""
    rows, before = [], ""
    for start in range(0, len(data), width):
        row = data[start : start + width]
        rows.append(":" if row == before else _row(row))
        before = row
    return "".join(rows)


def _row(row: str) -> str:
    said = []
    for digit, run in groupby(row):
        said.append(_count(len(list(run))) + digit)
    return "".join(said)


def _count(number: int) -> str:
    """How often a digit stands: G is 1 … Y is 19, g is 20 … z is 400."""
    said = ""
    while number > 419:
        said += "z"
        number -= 400
    if number >= 20:
        said += chr(ord("f") + number // 20)
    if number % 20:
        said += chr(ord("F") + number % 20)
    return "" if said == "G" else said


def ruler(width: float, height: float, printing: Printing) -> str:
    """A test label: a frame and a ruler in millimetres, by which the offset is found."""
    mm = printing.dpi / MM_PER_INCH
    page = Image.new("L", (round(width * mm), round(height * mm)), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, page.width - 1, page.height - 1), outline=0, width=2)
    font = barcodes.font(round(2.4 * mm))
    for at in range(1, int(width)):
        long = at % 10 == 0
        pen.line((at * mm, 0, at * mm, (4 if long else 2) * mm), fill=0)
        if long:
            pen.text((at * mm, 4.2 * mm), str(at), 0, font, anchor="ma")
    for at in range(1, int(height)):
        pen.line((0, at * mm, (4 if at % 10 == 0 else 2) * mm, at * mm), fill=0)
    pen.text((page.width / 2, page.height / 2), "Ә Ғ Қ Ң Ө Ұ Ү Һ І  ёжщъыю", 0, font, anchor="mm")
    return picture(page, printing)
