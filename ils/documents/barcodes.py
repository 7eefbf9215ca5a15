"""Code 128 and QR as pictures, and pictures read.

The one importer of python-barcode, pyzbar and zxing-cpp.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import barcode
import zxingcpp
from PIL import Image, ImageDraw, ImageFont, ImageOps
from pyzbar import pyzbar

from ils.documents import pictures
from ils.errors import N_, Invalid, Unavailable

DPI = 300
MM_PER_INCH = 25.4
QUIET_MODULES = 10
#: The width of the narrowest bar in millimetres: as wide as fits, of these.
MODULE_MM = (0.34, 0.254, 0.17)
#: Narrower bars a thermal printer does not print sharply.
FEWEST_DOTS = 2
LONGEST = 40
#: Codes whose upper edges are no further apart stand side by side, in dots of a photo.
ROW = 200
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
    """The barcodes in a picture: by one reader, or by the other where the first finds none."""
    with Image.open(io.BytesIO(image)) as picture:
        found = [one.data.decode("utf-8", "replace") for one in pyzbar.decode(picture)]
        return found or read_otherwise(picture)


def read_otherwise(picture: Image.Image) -> list[str]:
    """The barcodes in a picture, by the second reader."""
    return [str(one.text) for one in zxingcpp.read_barcodes(picture)]


#: Degrees a picture is turned by where neither reader finds a code.
TURNS = (20, -20, 40, -40)


def on_page(picture: Image.Image) -> list[str]:
    """The barcodes on a scanned page, each once.

    The second reader is quicker and asked first; the first one reads distorted codes; turned
    pictures are tried where both find nothing (measured: the two fail on different things).
    """
    for turn in (0, *TURNS):
        turned = picture.rotate(turn, expand=True, fillcolor=255) if turn else picture
        codes = read_otherwise(turned) or [
            one.data.decode("utf-8", "replace") for one in pyzbar.decode(turned)
        ]
        if codes:
            return list(dict.fromkeys(codes))
    return []


def in_photo(data: bytes, megapixels: int) -> list[str]:
    """The barcodes somebody photographed, each once: from top to bottom, a shelf from the left.

    Raises:
        NoPicture: the picture cannot be used.
    """
    with pictures.opened(data, megapixels) as opened:
        picture = ImageOps.exif_transpose(opened).convert("L")
    seen = [
        (one.rect.top // ROW, one.rect.left, one.data.decode("utf-8", "replace"))
        for one in pyzbar.decode(picture)
    ]
    seen += [
        (one.position.top_left.y // ROW, one.position.top_left.x, str(one.text))
        for one in zxingcpp.read_barcodes(picture)
    ]
    return list(dict.fromkeys(code for _, _, code in sorted(seen)))


def checked(code: str) -> str:
    """The code, if Code 128 can say it.

    Raises:
        BadBarcode: it has other characters, or is too long.
    """
    if not linear(code):
        raise BadBarcode(text=code)
    return code


def linear(code: str) -> bool:
    """Whether Code 128 can say it; a number with Cyrillic letters needs a QR code."""
    return code.isascii() and code.isprintable() and 0 < len(code) <= LONGEST


def symbol(code: str, width: int, height: int, dpi: int = DPI) -> Image.Image:
    """The bars of a code, each a whole number of dots, as wide as fits.

    Args:
        width, height: in dots.

    Raises:
        BadBarcode: it cannot be said, or does not fit.
    """
    checked(code)
    bars = barcode.Code128(code).build()[0]
    modules = len(bars) + 2 * QUIET_MODULES
    for dots in _widths(dpi):
        if modules * dots <= width:
            picture = Image.new("L", (modules * dots, height), 255)
            pen = ImageDraw.Draw(picture)
            for at, bar in enumerate(bars, QUIET_MODULES):
                if bar == "1":
                    pen.rectangle((at * dots, 0, (at + 1) * dots - 1, height - 1), fill=0)
            return picture
    raise BadBarcode(text=code)


def _widths(dpi: int) -> Iterator[int]:
    """Widths of the narrowest bar in whole dots, widest first."""
    for module in MODULE_MM:
        if (dots := round(module * dpi / MM_PER_INCH)) >= FEWEST_DOTS:
            yield dots


def square(code: str, size: int) -> Image.Image:
    """The QR code of any text, each module a whole number of dots.

    Args:
        size: the most it may measure, in dots.

    Raises:
        BadBarcode: it does not fit.
    """
    if not 0 < len(code) <= LONGEST:
        raise BadBarcode(text=code)
    made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
    drawn: Any = zxingcpp.write_barcode_to_image(made)
    height, width = drawn.shape
    modules = Image.frombytes("L", (width, height), bytes(memoryview(drawn)))
    dots = size // width
    if dots < FEWEST_DOTS:
        raise BadBarcode(text=code)
    return modules.resize((width * dots, height * dots), Image.Resampling.NEAREST)


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
