"""Tables over pages as reportlab breaks them: the totals stand where the page really ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab import platypus
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, TableStyle

from ils.documents import PagedTable

SIZE, SMALLEST, PADDING = 7, 4.5, 2
#: More rows than any page has room for.
MOST = 60


class PagedRows(Flowable):  # type: ignore[misc]  # it has no types
    """The rows of a table from one on, as far as a page has room for them."""

    def __init__(self, block: PagedTable, fonts: tuple[str, str], first: int = 0) -> None:
        """``fonts``: plain, bold."""
        super().__init__()
        self.block, self.fonts, self.first = block, fonts, first
        self.made: Any = None
        #: Rows that were made to be measured, for the page they come to stand on.
        self.cells: dict[int, list[Any]] = {}

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size of all that is left, with its totals."""
        if len(self.block.rows) - self.first > MOST:
            return width, height + 1  # it is split anyway: nothing is built in vain
        self.made = self._table(width, len(self.block.rows))
        size: tuple[float, float] = self.made.wrap(width, 10**6)
        return size

    def split(self, width: float, height: float) -> list[Flowable]:
        """As many rows as fit with the totals below them, and the rest for the next page."""
        whole = self._table(width, min(len(self.block.rows), self.first + MOST))
        whole.wrap(width, 10**6)
        heights = whole._rowHeights  # noqa: SLF001 -- not told otherwise
        used, number = heights[0] + sum(heights[-2:]), 0
        for one in heights[1:-2]:
            if used + one > height:
                break
            used, number = used + one, number + 1
        if number == 0:
            return []
        end = self.first + number
        rest = PagedRows(self.block, self.fonts, end)
        rest.cells = self.cells
        return [self._table(width, end), platypus.PageBreak(), rest]

    def draw(self) -> None:
        """What fits is drawn as it is."""
        self.made.drawOn(self.canv, 0, 0)

    def _table(self, width: float, end: int) -> Any:
        block = self.block
        widths = [width * share / sum(block.widths) for share in block.widths]
        summed = {column for column, _ in block.sums}
        head = [self._head(text, room) for text, room in zip(block.head, widths, strict=True)]
        rows: list[list[Any]] = [head]
        for at in range(self.first, end):
            if at not in self.cells:
                self.cells[at] = self._row(block.rows[at][0], widths, summed, total=False)
            rows.append(self.cells[at])
        rows += [
            self._row(cells, widths, summed, total=True) for cells in block.totals(self.first, end)
        ]
        first_sum = min(summed, default=1)
        spans = [("SPAN", (0, -n), (first_sum - 1, -n)) for n in (1, 2)] if first_sum > 1 else []
        table = platypus.Table(rows, colWidths=widths, repeatRows=1)
        table.setStyle(TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.4, "#777777"),
            ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"),
            ("BACKGROUND", (0, -2), (-1, -1), "#f6f6f6"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            *spans,
        ]))  # fmt: skip
        return table

    def _row(
        self, cells: Sequence[str], widths: Sequence[float], summed: set[int], *, total: bool
    ) -> list[Any]:
        return [
            self._cell(text, room, right=at in summed, whole=total and at == 0)
            for at, (text, room) in enumerate(zip(cells, widths, strict=True))
        ]

    def _head(self, text: str, room: float) -> Any:
        return self._cell(text, room, font=self.fonts[1])

    def _cell(
        self, text: str, room: float, *, right: bool = False, whole: bool = False, font: str = ""
    ) -> Any:
        """A text whose longest word fits its column: words, dates and sums are never broken."""
        font = font or self.fonts[0]
        words = [] if whole else text.replace("\n", " ").split(" ")
        longest = max((pdfmetrics.stringWidth(word, font, SIZE) for word in words), default=0)
        inner = room - 2 * PADDING - 0.5
        size = SIZE if longest <= inner else max(SMALLEST, SIZE * inner / longest)
        style = ParagraphStyle("paged", fontName=font, fontSize=size, leading=size * 1.2)
        if right:
            style.alignment = TA_RIGHT
        return platypus.Paragraph(escape(text), style)
