"""Catalogue cards and bibliographic lists as PDF. The one importer of reportlab."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus.doctemplate import LayoutError

from ils.catalog.rules.bibliography import Bibliography
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
            Paragraph(
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


def bibliography(title: str, list_: Bibliography, index_title: str) -> bytes:
    """A list on A4 with page numbers; the index of names at its end."""
    _fonts()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=25 * mm, rightMargin=15 * mm, topMargin=20 * mm,
        bottomMargin=20 * mm, title=title,
    )  # fmt: skip
    plain = ParagraphStyle("entry", fontName=FONT, fontSize=10, leading=13, spaceAfter=5)
    head = ParagraphStyle(
        "head", parent=plain, fontName=BOLD, fontSize=14, leading=18, alignment=TA_CENTER
    )
    section = ParagraphStyle("section", parent=plain, fontName=BOLD, fontSize=11, spaceBefore=8)
    story = [Paragraph(escape(title), head), Spacer(1, 6 * mm)]
    for part in list_.sections:
        if part.heading:
            story.append(Paragraph(escape(part.heading), section))
        story += [Paragraph(escape(f"{number}. {text}"), plain) for number, text in part.entries]
    if list_.index:
        story.append(Paragraph(escape(index_title), section))
        for name, numbers in list_.index:
            story.append(Paragraph(escape(f"{name} {', '.join(map(str, numbers))}"), plain))
    try:
        document.build(story, onFirstPage=_number, onLaterPages=_number)
    except LayoutError as error:
        raise Unavailable(reason="an entry is longer than a page") from error
    return out.getvalue()


def _number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, str(document.page))
