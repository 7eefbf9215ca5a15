"""Catalogue cards and documents as PDF. The one importer of reportlab."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab import platypus
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus.doctemplate import LayoutError

from ils.documents import (
    Barcode,
    Block,
    Heading,
    PageBreak,
    PagedTable,
    Paragraph,
    barcodes,
)  # fmt: skip
from ils.documents.labels import Label, SheetLayout
from ils.documents.paged import PagedRows
from ils.errors import Unavailable

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
FONT, BOLD = "Sandyq", "Sandyq-Bold"
#: A catalogue card (ГОСТ 7.1: 75 × 125 mm) with its hole and margins, in millimetres.
CARD = (125, 75)
LEFT, SECOND, TOP = 22, 30, 7


@dataclass(frozen=True)
class Card:
    """What a catalogue card says."""

    mark: str
    heading: str
    body: str
    indexes: str
    tracings: str


@cache
def _fonts() -> None:
    """Register fonts with Kazakh letters.

    Raises:
        Unavailable: they are not installed.
    """
    try:
        pdfmetrics.registerFont(TTFont(FONT, FOLDER / "DejaVuSans.ttf"))
        pdfmetrics.registerFont(TTFont(BOLD, FOLDER / "DejaVuSans-Bold.ttf"))
    except OSError as error:
        raise Unavailable(reason="install the package fonts-dejavu-core") from error


def cards(cards_: Sequence[Card]) -> bytes:
    """A PDF with a page of 125 × 75 mm for each card; a long description goes on overleaf."""
    _fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(CARD[0] * mm, CARD[1] * mm))
    for card in cards_:
        _draw(canvas, card)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, card: Card) -> None:
    lines = [(card.heading, LEFT, BOLD)] if card.heading else []
    lines += [(card.body, SECOND if card.heading else LEFT, FONT)]
    lines += [(card.tracings, SECOND, FONT)] if card.tracings else []
    paragraphs = [
        (
            platypus.Paragraph(
                escape(text),
                ParagraphStyle(
                    "c", fontName=font, fontSize=8, leading=9.6, firstLineIndent=8 if n else 0
                ),
            ),
            left,
        )
        for n, (text, left, font) in enumerate(lines)
    ]
    _frame(canvas, card)
    y = (CARD[1] - TOP) * mm
    bottom = 11 * mm
    queue = list(paragraphs)
    while queue:
        paragraph, left = queue.pop(0)
        width = (CARD[0] - left - 5) * mm
        _, height = paragraph.wrap(width, 1000 * mm)
        if height > y - bottom:
            fitting = paragraph.split(width, y - bottom)
            if len(fitting) > 1:
                fitting[0].wrap(width, y - bottom)
                fitting[0].drawOn(canvas, left * mm, y - fitting[0].height)
                queue.insert(0, (fitting[1], left))
            else:
                queue.insert(0, (paragraph, left))
            canvas.showPage()
            _frame(canvas, card)
            y = (CARD[1] - TOP) * mm
            continue
        paragraph.drawOn(canvas, left * mm, y - height)
        y -= height + 1.2 * mm
    canvas.showPage()


def _frame(canvas: Canvas, card: Card) -> None:
    """The shelf mark on the left, the indexes below, the place of the rod's hole."""
    canvas.setFont(FONT, 7)
    for at, line in enumerate(card.mark.split("\n")[:4]):
        canvas.drawString(3 * mm, (CARD[1] - TOP - 2 - at * 4) * mm, line[:14])
    canvas.drawRightString((CARD[0] - 5) * mm, 4 * mm, card.indexes[:70])
    canvas.circle(CARD[0] / 2 * mm, 6 * mm, 3 * mm, stroke=1, fill=0)


def document(title: str, blocks: Sequence[Block], *, wide: bool = False, foot: str = "") -> bytes:
    """Headings, paragraphs and tables on A4 with page numbers; ``wide``: across.

    Args:
        foot: stands at the foot of each page, left of its number.

    Raises:
        Unavailable: a paragraph or row is longer than a page.
    """
    _fonts()
    out = io.BytesIO()
    size = landscape(A4) if wide else A4
    written = SimpleDocTemplate(
        out, pagesize=size, leftMargin=(15 if wide else 25) * mm, rightMargin=15 * mm,
        topMargin=20 * mm, bottomMargin=20 * mm, title=title,
    )  # fmt: skip
    story = [flowable for block in blocks for flowable in _flow(block, written.width)]
    try:
        number = partial(_number, foot)
        written.build(story, onFirstPage=number, onLaterPages=number)
    except LayoutError as error:
        raise Unavailable(reason="an entry is longer than a page") from error
    return out.getvalue()


PLAIN = ParagraphStyle("entry", fontName=FONT, fontSize=10, leading=13, spaceAfter=5)
SMALL = ParagraphStyle("note", parent=PLAIN, fontSize=8, leading=10)
RIGHT = ParagraphStyle("approval", parent=PLAIN, alignment=TA_RIGHT)
CELL = ParagraphStyle("cell", parent=SMALL, spaceAfter=0)
NUMBER = ParagraphStyle("number", parent=CELL, alignment=TA_RIGHT)
HEADS = {
    1: ParagraphStyle("head", parent=PLAIN, fontName=BOLD, fontSize=14, leading=18,
                      alignment=TA_CENTER, spaceAfter=6 * mm),
    2: ParagraphStyle("section", parent=PLAIN, fontName=BOLD, fontSize=11, spaceBefore=8),
}  # fmt: skip
#: So much room is needed below the beginning of a heading.
BELOW_HEADING = 35 * mm
#: On both sides of what stands in a cell.
CELL_PADDING = 6
#: Letters of a cell, in points.
SMALLEST = 4.5


def _flow(block: Block, width: float) -> list[Flowable]:
    if isinstance(block, Heading):
        head = platypus.Paragraph(escape(block.text), HEADS[block.level])
        return [platypus.CondPageBreak(BELOW_HEADING), head]  # it never stands alone at the foot
    if isinstance(block, PageBreak):
        return [platypus.PageBreak()]
    if isinstance(block, PagedTable):
        return [PagedRows(block, (FONT, BOLD)), Spacer(1, 4 * mm)]
    if isinstance(block, Barcode):
        bars = Code128(block.code, barWidth=0.34 * mm, barHeight=12 * mm)
        return [bars, platypus.Paragraph(escape(block.code), SMALL)]
    if isinstance(block, Paragraph):
        style = RIGHT if block.right else SMALL if block.small else PLAIN
        return [platypus.Paragraph(escape(block.text), style)]
    widths = [width * share / sum(block.shares) for share in block.shares]
    rows: list[list[Any]] = [[
        _fitted(text, CELL, room)
        for text, room in zip(block.head, widths, strict=True)
    ]]  # fmt: skip
    style = CELL if block.texts else NUMBER
    for cells, level in zip(block.rows, block.levels, strict=True):
        name = platypus.Paragraph("&nbsp;" * 4 * level + escape(cells[0]), CELL)
        others = zip(cells[1:], widths[1:], strict=True)
        rows.append([name, *(_cell(text, style, room) for text, room in others)])
    table = platypus.Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.4, "#777777"),
            ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("FONT", (0, 0), (-1, -1), FONT, CELL.fontSize, CELL.leading),
            ("ALIGN", (1, 1), (-1, -1), "LEFT" if block.texts else "RIGHT"),
            ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING / 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING / 2),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ])
    )  # fmt: skip
    return [table, Spacer(1, 4 * mm)]


def _cell(text: str, style: ParagraphStyle, room: float) -> Any:
    """A text as it is where it fits, which is quick; else one that is broken into lines."""
    if pdfmetrics.stringWidth(text, FONT, style.fontSize) < room - CELL_PADDING:
        return text
    return _fitted(text, style, room)


def _fitted(text: str, style: ParagraphStyle, room: float) -> platypus.Paragraph:
    """A text in letters so small that no word and no number is cut, yet to be read.

    A long word of two, as «общественно-политический», is broken at its hyphen.
    """
    free = room - CELL_PADDING

    def width(word: str) -> float:
        return float(pdfmetrics.stringWidth(word, FONT, style.fontSize))

    words = [word.replace("-", "-\n") if width(word) > free else word for word in text.split(" ")]
    widest = max(width(part) for word in words for part in word.split("\n"))
    if widest > free:
        size = max(SMALLEST, int(style.fontSize * free / widest * 10) / 10)
        style = ParagraphStyle(
            f"{style.name}{size}", parent=style, fontSize=size, leading=size + 1.5
        )
    return platypus.Paragraph(escape(" ".join(words)).replace("\n", "<br/>"), style)


def _number(foot: str, canvas: Canvas, written: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 6)
    canvas.drawString(written.leftMargin, 6 * mm, foot)
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(written.pagesize[0] / 2, 10 * mm, str(written.page))


def labels(labels_: Sequence[Label], sheet: SheetLayout | None = None) -> bytes:
    """A page for each label; or pages of a sheet, as many on each as fit.

    Raises:
        BadBarcode: a code cannot be said, or does not fit.
    """
    _fonts()
    out = io.BytesIO()
    canvas = Canvas(out)
    if sheet is None:
        for one in labels_:
            canvas.setPageSize((one.layout.width * mm, one.layout.height * mm))
            _label(canvas, one)
            canvas.showPage()
    else:
        for at, places in _places(labels_, sheet):
            canvas.setPageSize((sheet.width * mm, sheet.height * mm))
            for one, (left, top) in zip(labels_[at:], places, strict=False):
                canvas.saveState()
                canvas.translate(left * mm, (sheet.height - top - one.layout.height) * mm)
                canvas.setStrokeGray(0.6)
                canvas.rect(0, 0, one.layout.width * mm, one.layout.height * mm)
                _label(canvas, one)
                canvas.restoreState()
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _places(
    labels_: Sequence[Label], sheet: SheetLayout
) -> Iterator[tuple[int, list[tuple[float, float]]]]:
    """The first label of each page, and where labels stand on it: left and top, in mm."""
    layout = labels_[0].layout
    across = int((sheet.width - 2 * sheet.margin + sheet.gap) // (layout.width + sheet.gap))
    down = int((sheet.height - 2 * sheet.margin + sheet.gap) // (layout.height + sheet.gap))
    places = [
        (
            sheet.margin + column * (layout.width + sheet.gap),
            sheet.margin + row * (layout.height + sheet.gap),
        )
        for row in range(max(1, down))
        for column in range(max(1, across))
    ]
    for at in range(0, len(labels_), len(places)):
        yield at, places


def _label(canvas: Canvas, one: Label) -> None:
    """A label at the lower left corner."""
    layout, width = one.layout, one.layout.width * mm
    canvas.setFillGray(0)
    if layout.code is None:
        _middle(canvas, one)
        return
    canvas.setFont(FONT, 2.8 * mm)
    if layout.square or not barcodes.linear(one.code):
        size = (layout.height * layout.code + 5) * mm
        _square(canvas, one.code, size)
        canvas.drawString(size, 1.8 * mm, one.code)
    else:
        bars = _bars(one.code, layout.width, layout.height * layout.code)
        bars.drawOn(canvas, (width - bars.width) / 2, 5 * mm)
        canvas.drawCentredString(width / 2, 1.8 * mm, one.code)
    top = layout.height - 2
    for line, size in zip(one.lines, layout.lines, strict=False):
        canvas.setFont(FONT, size * mm)
        canvas.drawString(3 * mm, (top - size) * mm, _cut(line, size, layout.width - 6))
        top -= size * 1.3


def _middle(canvas: Canvas, one: Label) -> None:
    """Lines in the middle of a label without a code."""
    layout = one.layout
    top = (layout.height + sum(size * 1.2 for size in layout.lines)) / 2
    for line, size in zip(one.lines, layout.lines, strict=False):
        canvas.setFont(FONT, size * mm)
        text = _cut(line, size, layout.width - 2)
        canvas.drawCentredString(layout.width / 2 * mm, (top - size) * mm, text)
        top -= size * 1.2


def _square(canvas: Canvas, code: str, size: float) -> None:
    """A QR code in the lower left corner, drawn as lines."""
    widget = QrCodeWidget(code, barLevel="M")
    left, low, right, high = widget.getBounds()
    scale = [size / (right - left), 0, 0, size / (high - low), 0, 0]
    drawing = Drawing(size, size, transform=scale)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, 0, 0)


def _bars(code: str, width: float, height: float) -> Code128:
    """The bars of a code as lines, as wide as fits; sizes in mm."""
    barcodes.checked(code)
    for module in barcodes.MODULE_MM:
        bars = Code128(code, barWidth=module * mm, barHeight=height * mm, quiet=1)
        if bars.width <= width * mm:
            return bars
    raise barcodes.BadBarcode(text=code)


def _cut(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it would run over the edge; sizes in mm."""

    def too_wide(text: str) -> bool:
        return bool(pdfmetrics.stringWidth(text, FONT, size * mm) > width * mm)

    if not too_wide(text):
        return text
    while text and too_wide(text + "…"):
        text = text[:-1]
    return text + "…"
