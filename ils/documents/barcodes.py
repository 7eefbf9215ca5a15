"""Code 128 as a picture, and pictures read. The one importer of python-barcode and pyzbar."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import barcode
from barcode.writer import ImageWriter
from PIL import Image, ImageFont
from pyzbar import pyzbar

from ils.errors import N_, Invalid, Unavailable

DPI = 300
MM = DPI / 25.4
QUIET_MODULES = 10
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


def read(image: bytes) -> list[str]:
    """The barcodes in a picture."""
    with Image.open(io.BytesIO(image)) as picture:
        return [found.data.decode("utf-8", "replace") for found in pyzbar.decode(picture)]


def checked(code: str) -> str:
    """The code, if Code 128 can say it.

    Raises:
        BadBarcode: it has other characters, or is too long.
    """
    if not code.isascii() or not code.isprintable() or not 0 < len(code) <= 40:
        raise BadBarcode(text=code)
    return code


def symbol(code: str, width: int, height: int) -> Image.Image:
    """The bars of a code, as wide as fits.

    Args:
        width, height: in dots.

    Raises:
        BadBarcode: it cannot be said, or does not fit.
    """
    checked(code)
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
        bars: Image.Image = barcode.Code128(code, writer=ImageWriter()).render(options)
        if bars.width <= width:
            return bars.convert("L")
    raise BadBarcode(text=code)


def fitted(text: str, font: Font, width: float) -> str:
    """The text, cut with an ellipsis where it would run over the edge."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


@cache
def font(size: int) -> Font:
    """A font with Kazakh letters.

    Raises:
        Unavailable: none is installed.
    """
    for path in FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    raise Unavailable(reason="install the package fonts-dejavu-core")
