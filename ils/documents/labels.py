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
from ils.documents.barcodes import DPI, MM

Millimetres = Annotated[float, Meta(gt=0, le=1000)]
Share = Annotated[float, Meta(gt=0, lt=1)]
#: Free at the edges, and above and below the written code, in millimetres.
EDGE, BELOW, CODE_SIZE = 3, 5, 2.8


class LabelLayout(Declared, frozen=True):
    """How a label is laid out."""

    width: Millimetres
    height: Millimetres
    code: Share
    lines: tuple[Millimetres, ...]


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


def label(config: Config, kind: Literal["card", "item"], code: str, *lines: str) -> Label:
    """A label of a kind; ``lines`` from the top."""
    return Label(layouts(config).card if kind == "card" else layouts(config).item, code, lines)


def png(sheet: Label) -> bytes:
    """One label as a PNG of 300 dpi, black and white for label printers.

    Raises:
        BadBarcode: the code has characters Code 128 lacks, or does not fit.
    """
    out = io.BytesIO()
    drawn(sheet).save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


def drawn(sheet: Label) -> Image.Image:
    """A label as a picture."""
    layout = sheet.layout
    width, height = round(layout.width * MM), round(layout.height * MM)
    page = Image.new("L", (width, height), 255)
    bars = barcodes.symbol(sheet.code, width, round(height * layout.code))
    pen = ImageDraw.Draw(page)
    page.paste(bars, ((width - bars.width) // 2, height - bars.height - round(BELOW * MM)))
    written = barcodes.font(round(CODE_SIZE * MM))
    pen.text((width / 2, height - round(2.6 * MM)), sheet.code, fill=0, font=written, anchor="mm")
    top = 2 * MM
    for line, size in zip(sheet.lines, layout.lines, strict=False):
        font = barcodes.font(round(size * MM))
        pen.text((EDGE * MM, top), barcodes.fitted(line, font, width - 2 * EDGE * MM), 0, font)
        top += font.size * 1.3
    return page


def pdf(labels: Sequence[Label]) -> bytes:
    """A PDF with a page for each label, its bars drawn as lines."""
    from ils.documents import pdf as writer  # noqa: PLC0415 -- each web process would keep it

    return writer.labels(labels)


def sheet(config: Config, labels: Sequence[Label]) -> bytes:
    """A PDF of pages with as many labels on each as fit; all are of one layout."""
    from ils.documents import pdf as writer  # noqa: PLC0415 -- each web process would keep it

    return writer.labels(labels, layouts(config).sheet)
