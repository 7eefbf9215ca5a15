"""Reader cards and item labels with Code 128. The one importer of python-barcode and pyzbar."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import barcode
from barcode.writer import ImageWriter
from PIL import Image, ImageDraw, ImageFont
from pyzbar import pyzbar

from ils.errors import N_, Invalid, Unavailable

DPI = 300
MM = DPI / 25.4
QUIET_MODULES = 10
MARGIN, GAP = round(12 * MM), round(2 * MM)
MODULE_MM = (0.34, 0.254, 0.17)
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
)

Font = ImageFont.FreeTypeFont


class BadBarcode(Invalid):
    """The text cannot be printed as Code 128."""

    code = "bad_barcode"
    message = N_("“%(text)s” cannot be a barcode: only Latin letters, digits and signs, up to 40.")


@dataclass(frozen=True)
class Label:
    """Something to print: size in millimetres, a code, and lines of text above it."""

    width: int
    height: int
    code: str
    lines: Sequence[str]


def card(code: str, library: str, name: str, until: str) -> Label:
    """A reader card of the size of a bank card."""
    return Label(86, 54, code, (library, name, until))


def label(code: str, owner: str, shelf_mark: str, title: str) -> Label:
    """A label for a copy."""
    return Label(58, 30, code, (owner, shelf_mark, title))


def png(sheet: Label) -> bytes:
    """One sheet as a PNG of 300 dpi."""
    out = io.BytesIO()
    draw(sheet).save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


def pdf(sheets: Sequence[Label]) -> bytes:
    """A PDF with a page for each sheet."""
    first, *rest = [draw(sheet) for sheet in sheets]
    out = io.BytesIO()
    first.save(out, "PDF", resolution=DPI, save_all=True, append_images=rest)
    return out.getvalue()


def a4(sheets: Sequence[Label]) -> bytes:
    """A PDF of A4 pages with as many sheets on each as fit; all are of one size."""
    width, height = round(210 * MM), round(297 * MM)
    pictures = [draw(sheet) for sheet in sheets]
    across = (width - 2 * MARGIN) // (pictures[0].width + GAP)
    down = (height - 2 * MARGIN) // (pictures[0].height + GAP)
    pages = []
    for at in range(0, len(pictures), across * down):
        page = Image.new("L", (width, height), 255)
        for n, picture in enumerate(pictures[at : at + across * down]):
            row, column = divmod(n, across)
            left = MARGIN + column * (picture.width + GAP)
            top = MARGIN + row * (picture.height + GAP)
            page.paste(picture, (left, top))
            frame = (left, top, left + picture.width, top + picture.height)
            ImageDraw.Draw(page).rectangle(frame, outline=160)
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=DPI, save_all=True, append_images=pages[1:])
    return out.getvalue()


def read(image: bytes) -> list[str]:
    """The barcodes in a picture."""
    with Image.open(io.BytesIO(image)) as picture:
        return [found.data.decode("utf-8", "replace") for found in pyzbar.decode(picture)]


def draw(sheet: Label) -> Image.Image:
    """The sheet as a picture.

    Raises:
        BadBarcode: the code has characters Code 128 lacks, or does not fit the sheet.
        Unavailable: no font with Kazakh letters is installed.
    """
    width, height = round(sheet.width * MM), round(sheet.height * MM)
    page = Image.new("L", (width, height), 255)
    bars = _bars(sheet.code, width, round(height * 0.4))
    pen = ImageDraw.Draw(page)
    code_font = _font(round(2.8 * MM))
    page.paste(bars, ((width - bars.width) // 2, height - bars.height - round(5 * MM)))
    pen.text((width / 2, height - round(2.6 * MM)), sheet.code, fill=0, font=code_font, anchor="mm")
    top = 2 * MM
    for at, line in enumerate(sheet.lines):
        font = _font(round((3.4 if at == 1 else 2.6) * MM))
        pen.text((3 * MM, top), _fitted(line, font, width - 6 * MM), fill=0, font=font)
        top += font.size * 1.3
    return page


def _bars(code: str, width: int, height: int) -> Image.Image:
    if not code.isascii() or not code.isprintable() or not 0 < len(code) <= 40:
        raise BadBarcode(text=code)
    for module in MODULE_MM:
        options = {
            "module_width": module,
            "module_height": height / MM,
            "quiet_zone": module * QUIET_MODULES,
            "dpi": DPI,
            "write_text": False,
            "margin_top": 0,
            "margin_bottom": 0,
        }
        symbol: Image.Image = barcode.Code128(code, writer=ImageWriter()).render(options)
        if symbol.width <= width:
            return symbol.convert("L")
    raise BadBarcode(text=code)


def _fitted(text: str, font: Font, width: float) -> str:
    """The text, cut with an ellipsis where it would run over the edge."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


@cache
def _font(size: int) -> Font:
    for path in FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    raise Unavailable(reason="install the package fonts-dejavu-core")
