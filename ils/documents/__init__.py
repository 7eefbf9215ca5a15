"""What a printed document is made of; `pdf` and `word` write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

#: Of the width of a table, for the names of its rows.
NAMES = 0.34


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a small one is a note; one at the right is for whoever approves."""

    text: str
    small: bool = False
    right: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column holds names, the others numbers.

    Attributes:
        levels: how deep each row stands under others.
        texts: all columns hold texts, none of them wider than the others.
        widths: the shares of the columns, where they are not to be guessed.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    levels: Sequence[int]
    texts: bool = False
    widths: Sequence[float] = ()

    @property
    def shares(self) -> Sequence[float]:
        """How wide the columns are to each other: a third for names, the rest alike."""
        if self.widths or self.texts or len(self.head) == 1:
            return self.widths or [1] * len(self.head)
        others = len(self.head) - 1
        return [NAMES, *[(1 - NAMES) / others] * others]


@dataclass(frozen=True)
class PagedTable:
    """A table over pages, each with its own total and the total so far.

    Attributes:
        rows: the cells of each, and the numbers of the columns that are summed.
        sums: the column of each of these numbers, and how its sum is written.
        page_total, carried: what the two lines of totals are called.
        widths: the shares of the columns.
    """

    head: Sequence[str]
    rows: Sequence[tuple[Sequence[str], Sequence[int]]]
    sums: Sequence[tuple[int, Callable[[int], str]]] = field(repr=False)  # the same each time
    page_total: str
    carried: str
    widths: Sequence[float]

    def totals(self, first: int, end: int) -> list[list[str]]:
        """The two lines below the rows from ``first`` to before ``end`` on one page."""
        lines = []
        for name, start in ((self.page_total, first), (self.carried, 0)):
            line = [name, *[""] * (len(self.head) - 1)]
            for at, (column, write) in enumerate(self.sums):
                line[column] = write(sum(numbers[at] for _, numbers in self.rows[start:end]))
            lines.append(line)
        return lines


@dataclass(frozen=True)
class Barcode:
    """The code of the paper itself, to be scanned, with its signs below."""

    code: str


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | PagedTable | Barcode | PageBreak
