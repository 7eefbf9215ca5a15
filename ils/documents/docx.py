"""Documents as DOCX. The one importer of python-docx."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from ils.documents import (
    Barcode,
    Block,
    Heading,
    PageBreak,
    PagedTable,
    Paragraph,
    Table,
    barcodes,
)  # fmt: skip

FONT = "Times New Roman"
INDENT = "    "
#: Rows of a table with totals a page.
ROWS = 12


def document(
    title: str, blocks: Sequence[Block], *, wide: bool = False, language: str = "", foot: str = ""
) -> bytes:
    """Headings Word can find, paragraphs, and tables whose head is repeated on each page.

    Args:
        foot: stands at the foot of each page, before its number.
    """
    made = Document()
    made.styles["Normal"].font.name = FONT
    made.styles["Normal"].font.size = Pt(12)
    _plain_headings(made)
    made.core_properties.title = _clean(title)
    made.core_properties.language = {"ru": "ru-RU", "kk": "kk-KZ"}.get(language, "")
    if wide:
        page = made.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(297), Mm(210)
        page.left_margin = page.right_margin = Mm(15)
    _number_pages(made, foot)
    for block in blocks:
        if isinstance(block, Heading):
            made.add_heading(_clean(block.text), level=block.level)
        elif isinstance(block, PagedTable):
            _paged(made, block)
        elif isinstance(block, Barcode):
            picture = io.BytesIO()
            barcodes.symbol(block.code, 900, 140).save(picture, "PNG")
            picture.seek(0)
            made.add_picture(picture, width=Mm(80))
        elif isinstance(block, PageBreak):
            made.add_page_break()  # type: ignore[no-untyped-call]  # it has no types
        elif isinstance(block, Paragraph):
            _paragraph(made, block)
        else:
            _grid(made, block)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _plain_headings(made: Any) -> None:
    """Black, in the letters of the text."""
    for name in ("Heading 1", "Heading 2"):
        look = made.styles[name]
        look.font.name, look.font.color.rgb = FONT, RGBColor(0, 0, 0)
        fonts = look.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _paragraph(made: Any, block: Paragraph) -> None:
    paragraph = made.add_paragraph()
    if block.right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(_clean(block.text))
    run.font.size = Pt(9) if block.small else None


def _number_pages(made: Any, foot: str) -> None:
    """The number of the page, as Word counts it, at its foot."""
    paragraph = made.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if foot:
        paragraph.add_run(_clean(foot) + "  ").font.size = Pt(7)
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 -- python-docx has no other way


def _paged(made: Any, block: PagedTable) -> None:
    """A table on pages of so few rows that Word breaks none of them."""
    for first in range(0, max(len(block.rows), 1), ROWS):
        end = min(first + ROWS, len(block.rows))
        rows = [list(cells) for cells, _ in block.rows[first:end]] + block.totals(first, end)
        if first:
            made.add_page_break()
        levels = [0] * len(rows)
        _grid(made, Table(block.head, rows, levels, texts=True, widths=block.widths))


def _grid(made: Any, grid: Table) -> None:
    table = made.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    section = made.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    widths = [int(room * share / sum(grid.shares)) for share in grid.shares]
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table.rows[0], grid.head, widths)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 -- python-docx has no other way
    for cells, level in zip(grid.rows, grid.levels, strict=True):
        texts = [INDENT * level + cells[0], *cells[1:]]
        _row(table.add_row(), texts, widths, numbers=not grid.texts)
    made.add_paragraph()


def _row(row: Any, texts: Sequence[str], widths: Sequence[int], *, numbers: bool = True) -> None:
    for at, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = width  # Word goes by the cells
        paragraph = cell.paragraphs[0]
        paragraph.add_run(_clean(text)).font.size = Pt(9)
        if at and numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c == "\u00a0")
