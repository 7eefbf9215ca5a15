"""Words marked on the picture of a page: by the forms search knows."""

from __future__ import annotations

from dataclasses import dataclass

from ils.digitization.text.tree import Page, PlacedWord
from ils.search.analysis import marked


@dataclass(frozen=True)
class Mark:
    """A place on a page, in thousandths of its width and height."""

    left: int
    top: int
    width: int
    height: int


def marks_on(page: Page, asked: str) -> list[Mark]:
    """Where on a page the words stand."""
    found = [word for word in page.words() if is_hit(word, asked)]
    return [
        Mark(
            1000 * word.left // page.width, 1000 * word.top // page.height,
            max(1, 1000 * word.width // page.width), max(1, 1000 * word.height // page.height),
        )
        for word in found
    ]  # fmt: skip


def is_hit(word: PlacedWord, asked: str) -> bool:
    """Whether a word is asked for, in whatever form."""
    return any(flag for _, flag in marked(word.text, asked))
