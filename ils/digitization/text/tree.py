"""The text of a page as our own data: blocks of lines of words, with places and certainty. Pure.

PDF, ALTO and search are made from it. Places are pixels of the upright page. As JSON::

    {"width": …, "height": …, "dpi": …, "blocks": [[line, …], …]}
    line: {"id": "12", "by": "tesseract 5.3.0 Cyrillic", "right": false,
           "words": [[left, top, width, height, certainty, "сөз"], …]}

``by`` is the engine with its version, or ``staff``; who it was stands in the revisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

#: Words an engine is less sure of are doubtful, in hundredths; shorter ones are not asked about.
SURE, SHORTEST = 70, 2
STAFF = "staff"
#: What a word is broken with at the end of a line.
HYPHENS = ("-", "¬")
#: A corrected line stays where a new one lies on so much of it, in hundredths.
SAME_PLACE = 60


@dataclass(frozen=True)
class PlacedWord:
    """A word: its box in pixels, how sure the engine is in hundredths, what it says.

    ``known``: it is in a dictionary, or nobody asked.
    """

    left: int
    top: int
    width: int
    height: int
    certainty: int
    text: str
    known: bool = True

    @property
    def letters(self) -> int:
        """How many letters and digits it has."""
        return sum(map(str.isalnum, self.text))


@dataclass(frozen=True)
class Line:
    """A line: who read it, and whether a person said it is right."""

    id: str
    words: Sequence[PlacedWord]
    by: str
    right: bool = False

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width, height around its words."""
        left = min(word.left for word in self.words)
        top = min(word.top for word in self.words)
        right = max(word.left + word.width for word in self.words)
        bottom = max(word.top + word.height for word in self.words)
        return left, top, right - left, bottom - top


@dataclass(frozen=True)
class Page:
    """The text of a page; blocks in the order they are read in."""

    width: int
    height: int
    dpi: int
    blocks: Sequence[Sequence[Line]] = field(default=())

    def lines(self) -> Iterator[Line]:
        """Its lines in order."""
        for block in self.blocks:
            yield from block

    def words(self) -> Iterator[PlacedWord]:
        """Its words in order."""
        for line in self.lines():
            yield from line.words

    @property
    def plain(self) -> str:
        """Its lines, with an empty one between blocks."""
        return "\n\n".join("\n".join(line.text for line in block) for block in self.blocks)

    @property
    def sure_letters(self) -> int:
        """Letters in words the engine is sure of: what tells a good reading from a bad one."""
        return sum(word.letters for word in self.words() if word.certainty >= SURE)

    @property
    def letters(self) -> int:
        """All letters."""
        return sum(word.letters for word in self.words())

    @property
    def certainty(self) -> int | None:
        """How sure the engine is of an average letter; ``None``: there is none."""
        letters = self.letters
        if not letters:
            return None
        return sum(word.letters * word.certainty for word in self.words()) // letters


def doubtful(line: Line) -> list[int]:
    """Which words of a line a person should look at: nobody is sure of them, or knows them."""
    if line.right or line.by == STAFF:
        return []
    return [
        number
        for number, word in enumerate(line.words)
        if (word.certainty < SURE or not word.known) and word.letters >= SHORTEST
    ]


def looked_for(page: Page) -> Iterator[str]:
    """What its words are, those broken at a line's end also as one."""
    for block in page.blocks:
        for line in block:
            yield from (word.text for word in line.words)
        for line, after in pairwise(block):
            if _goes_on(line.words[-1], after.words[0]):
                yield line.words[-1].text[:-1] + after.words[0].text


def _goes_on(last: PlacedWord, first: PlacedWord) -> bool:
    return last.text.endswith(HYPHENS) and first.text[:1].islower()


def looked_up(page: Page, knows: Callable[[str], bool]) -> Page:
    """The page with each word marked that is not known; one broken at a line's end is one word."""
    blocks = []
    for block in page.blocks:
        lines = [list(line.words) for line in block]
        for at, line in enumerate(lines):
            lines[at] = [replace(word, known=knows(word.text)) for word in line]
        for line, after in pairwise(lines):
            if _goes_on(line[-1], after[0]):
                known = knows(line[-1].text[:-1] + after[0].text)
                line[-1], after[0] = (replace(one, known=known) for one in (line[-1], after[0]))
        blocks.append([replace(line, words=own) for line, own in zip(block, lines, strict=True)])
    return replace(page, blocks=blocks)


def dumped(page: Page) -> dict[str, Any]:
    """The page as JSON keeps it."""
    blocks = [
        [
            {"id": line.id, "by": line.by, "right": line.right,
             "words": [[w.left, w.top, w.width, w.height, w.certainty, w.text,
                        *([] if w.known else [False])] for w in line.words]}
            for line in block
        ]
        for block in page.blocks
    ]  # fmt: skip
    return {"width": page.width, "height": page.height, "dpi": page.dpi, "blocks": blocks}


def loaded(data: Mapping[str, Any]) -> Page:
    """The page from what JSON kept."""
    blocks = [
        [
            Line(one["id"], [PlacedWord(*word) for word in one["words"]], one["by"], one["right"])
            for one in block
        ]
        for block in data["blocks"]
    ]
    return Page(data["width"], data["height"], data["dpi"], blocks)


def joined(page: Page) -> str:
    """The text for search: a word broken at the end of a line is whole again.

    >>> one = Line("1", [PlacedWord(0, 0, 5, 5, 90, "кітап-")], "e")
    >>> two = Line("2", [PlacedWord(0, 9, 5, 5, 90, "хана")], "e")
    >>> joined(Page(10, 20, 300, [[one, two]]))
    'кітапхана'
    """
    parts = []
    for block in page.blocks:
        text = ""
        for line in block:
            broken = text.endswith(HYPHENS) and len(text) > 1 and text[-2].isalpha()
            goes_on = line.text[:1].islower()
            text = text[:-1] + line.text if broken and goes_on else f"{text} {line.text}".strip()
        parts.append(text)
    return "\n".join(filter(None, parts))


def corrected(page: Page, line_id: str, text: str) -> tuple[Page, str]:
    """The page with another text in a line, and the text before; the same one: it is right.

    Words keep their places where there are as many as before; else the line is shared out by
    the lengths of the new ones. An empty text takes the line away.

    Raises:
        KeyError: there is no such line.
    """
    found = {line.id: line for line in page.lines()}
    old = found[line_id]
    new = replace(old, words=_placed(old, text.split()), by=STAFF, right=True)
    if text.split() == old.text.split():
        new = replace(old, right=True)
    blocks = [
        [new if line.id == line_id else line for line in block
         if line.id != line_id or new.words]
        for block in page.blocks
    ]  # fmt: skip
    return replace(page, blocks=[block for block in blocks if block]), old.text


def _placed(line: Line, texts: Sequence[str]) -> list[PlacedWord]:
    if len(texts) == len(line.words):
        return [
            replace(word, text=text, certainty=100, known=True)
            for word, text in zip(line.words, texts, strict=True)
        ]
    left, top, width, height = line.box
    all_letters = sum(map(len, texts)) + max(0, len(texts) - 1)
    placed, at = [], 0
    for text in texts:
        start, end = width * at // all_letters, width * (at + len(text)) // all_letters
        placed.append(PlacedWord(left + start, top, max(1, end - start), height, 100, text))
        at += len(text) + 1
    return placed


@dataclass(frozen=True)
class Merged:
    """A page recognised again: how many lines of people stayed, were lost, others changed."""

    page: Page
    kept: int
    lost: Sequence[str]
    changed: int


def merged(old: Page, new: Page) -> Merged:
    """A new reading of a page with the lines people put right in the old one.

    Such a line takes the place of the new one that lies on most of it; where none lies on
    enough of it, it is lost, and said to be.
    """
    scaled = _resized(old, new.width, new.height)
    own = [line for line in scaled.lines() if line.right]
    taken: dict[str, Line] = {}
    lost = []
    for line in own:
        there = [one for one in new.lines() if one.id not in taken]
        best = max(there, key=lambda one: overlap(line.box, one.box), default=None)
        if best is None or overlap(line.box, best.box) < SAME_PLACE:
            lost.append(line.text)
        else:
            taken[best.id] = replace(line, id=best.id)
    blocks = [[taken.get(line.id, line) for line in block] for block in new.blocks]
    before = {line.text for line in old.lines() if not line.right}
    changed = sum(line.text not in before for line in new.lines() if line.id not in taken)
    return Merged(replace(new, blocks=blocks), len(taken), lost, changed)


def _resized(page: Page, width: int, height: int) -> Page:
    """A page in another size: a scan may be drawn with more dots than before."""
    if (page.width, page.height) == (width, height):
        return page
    across, down = width / max(1, page.width), height / max(1, page.height)

    def moved(word: PlacedWord) -> PlacedWord:
        return replace(
            word, left=round(word.left * across), top=round(word.top * down),
            width=max(1, round(word.width * across)), height=max(1, round(word.height * down)),
        )  # fmt: skip

    blocks = [
        [replace(line, words=[moved(word) for word in line.words]) for line in block]
        for block in page.blocks
    ]
    return replace(page, width=width, height=height, blocks=blocks)


Box = tuple[int, int, int, int]


def overlap(one: Box, two: Box) -> int:
    """How much of the smaller box lies in the other, in hundredths.

    >>> overlap((0, 0, 10, 10), (5, 0, 10, 10)), overlap((0, 0, 10, 10), (2, 2, 4, 4))
    (50, 100)
    """
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    smaller = min(one[2] * one[3], two[2] * two[3])
    return 100 * max(0, width) * max(0, height) // max(1, smaller)


def within(page: Page, region: Sequence[int] | None) -> Page:
    """What of a page lies in a region: left, top, width, height in thousandths of it."""
    if region is None:
        return page
    left, width = (page.width * part // 1000 for part in (region[0], region[2]))
    top, height = (page.height * part // 1000 for part in (region[1], region[3]))
    box = (left, top, width, height)
    blocks = [
        [_moved(line, left, top) for line in block if overlap(line.box, box) >= SAME_PLACE]
        for block in page.blocks
    ]
    return Page(width, height, page.dpi, [block for block in blocks if block])


def _moved(line: Line, left: int, top: int) -> Line:
    words = [replace(w, left=max(0, w.left - left), top=max(0, w.top - top)) for w in line.words]
    return replace(line, words=words)
