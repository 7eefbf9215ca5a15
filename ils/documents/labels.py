"""Cards and labels with a barcode: PNG for a label printer, PDF for a sheet. Layouts are data."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from PIL import Image, ImageDraw

from ils.config import Config
from ils.datafiles import Declared, Meta, checked, read
from ils.documents import barcodes
from ils.documents.barcodes import DPI, MM_PER_INCH

Millimetres = Annotated[float, Meta(gt=0, le=1000)]
Share = Annotated[float, Meta(gt=0, lt=1)]
#: Free at the edges, and above and below the written code, in millimetres.
EDGE, BELOW, CODE_SIZE = 3, 5, 2.8


class LabelLayout(Declared, frozen=True):
    """How a label is laid out; one without a code has its lines in the middle."""

    width: Millimetres
    height: Millimetres
    lines: tuple[Millimetres, ...]
    code: Share | None = None
    #: A QR code instead of bars: for numbers with Cyrillic letters, small labels.
    square: bool = False


class SheetLayout(Declared, frozen=True):
    """How labels stand on a page."""

    width: Millimetres
    height: Millimetres
    margin: Millimetres
    gap: Millimetres


class Layouts(Declared, frozen=True):
    """All layouts of a library."""

    card: LabelLayout
    item: LabelLayout
    spine: LabelLayout
    place: LabelLayout
    separator: LabelLayout
    sheet: SheetLayout


@dataclass(frozen=True)
class Label:
    """Something to print: a code, and lines of text above it."""

    layout: LabelLayout
    code: str
    lines: Sequence[str]


def layouts(config: Config) -> Layouts:
    """The layouts of a library, read once."""
    return config.holding(_load)


def _load(config: Config) -> Layouts:
    path = config.source / "labels.toml"
    return checked(read(path), Layouts, path.name)


LabelKind = Literal["card", "item", "spine", "place", "separator"]


def label(config: Config, kind: LabelKind, code: str, *lines: str) -> Label:
    """A label of a kind; ``lines`` from the top."""
    layout: LabelLayout = getattr(layouts(config), kind)
    return Label(layout, code, lines)


def png(sheet: Label) -> bytes:
    """One label as a PNG of 300 dpi, black and white for label printers.

    Raises:
        BadBarcode: the code has characters Code 128 lacks, or does not fit.
    """
    out = io.BytesIO()
    drawn(sheet).save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


def drawn(sheet: Label, dpi: int = DPI) -> Image.Image:
    """A label as a picture."""
    layout, mm = sheet.layout, dpi / MM_PER_INCH
    width, height = round(layout.width * mm), round(layout.height * mm)
    page = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(page)
    if layout.code is None:
        _draw_middle(pen, sheet, width, height, mm)
        return page
    left = EDGE * mm
    if _is_square(sheet):
        code = barcodes.square(sheet.code, round(height * layout.code) + round(BELOW * mm))
        page.paste(code, (0, height - code.height))
        written = barcodes.font(round(CODE_SIZE * mm))
        pen.text((code.width, height - round(2.6 * mm)), sheet.code, 0, written, anchor="lm")
    else:
        bars = barcodes.symbol(sheet.code, width, round(height * layout.code), dpi)
        page.paste(bars, ((width - bars.width) // 2, height - bars.height - round(BELOW * mm)))
        written = barcodes.font(round(CODE_SIZE * mm))
        place = (width / 2, height - round(2.6 * mm))
        pen.text(place, sheet.code, fill=0, font=written, anchor="mm")
    top = 2 * mm
    for line, size in zip(sheet.lines, layout.lines, strict=False):
        font = barcodes.font(round(size * mm))
        pen.text((left, top), barcodes.fitted(line, font, width - 2 * left), 0, font)
        top += font.size * 1.3
    return page


def _is_square(sheet: Label) -> bool:
    """Whether its code is a QR code: said so, or there is no other way to say it."""
    return sheet.layout.square or not barcodes.linear(sheet.code)


def _draw_middle(
    pen: ImageDraw.ImageDraw, sheet: Label, width: int, height: int, mm: float
) -> None:
    """Lines in the middle of a label without a code."""
    sizes = [round(size * mm) for size in sheet.layout.lines]
    top = (height - sum(round(size * 1.2) for size in sizes)) / 2
    for line, size in zip(sheet.lines, sizes, strict=False):
        font = barcodes.font(size)
        text = barcodes.fitted(line, font, width - 2 * mm)
        pen.text((width / 2, top), text, 0, font, anchor="ma")
        top += round(size * 1.2)


def pdf(labels: Sequence[Label]) -> bytes:
    """A PDF with a page for each label, its bars drawn as lines."""
    from ils.documents import pdf as writer  # noqa: PLC0415 -- each web process would keep it

    return writer.labels(labels)


def sheet(config: Config, labels: Sequence[Label]) -> bytes:
    """A PDF of pages with as many labels on each as fit; all are of one layout."""
    from ils.documents import pdf as writer  # noqa: PLC0415 -- each web process would keep it

    return writer.labels(labels, layouts(config).sheet)
