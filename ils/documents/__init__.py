"""What a printed document is made of; `pdf` and `word` write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a small one is a note."""

    text: str
    small: bool = False


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


@dataclass(frozen=True)
class Barcode:
    """The code of the paper itself, to be scanned, with its signs below."""

    code: str


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | Barcode | PageBreak
