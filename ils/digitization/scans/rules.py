"""What is looked at when a scan arrives: conditions as data, and what they answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mode
from typing import Literal

from ils.config import Config
from ils.datafiles import Declared, entries, read
from ils.errors import N_, InLanguages, Invalid


class Check(Declared, frozen=True):
    """A condition a page or a file must meet.

    Attributes:
        of: what is measured: dots per inch, bits of a pixel, longer side by the shorter one in
            hundredths, sharpness, pages of the file, difference of sizes in it in per cent.
        outcome: a note is only shown; a question waits until somebody has seen it; what is
            refused does not come in.
        kinds: of documents it is asked of; none: all.
    """

    of: Literal["dpi", "depth", "ratio", "sharpness", "pages", "sizes"]
    ru: str
    kk: str
    en: str
    outcome: Literal["note", "question", "refusal"]
    least: int = 0
    most: int = 1_000_000_000
    kinds: tuple[str, ...] = ()

    @property
    def said(self) -> InLanguages:
        """What it says when it is not met."""
        return InLanguages(ru=self.ru, kk=self.kk, en=self.en)


class Refusal(Invalid):
    """A scan is not taken in."""

    code = "scan_refused"
    message = N_("%(name)s: %(why)s")


@dataclass(frozen=True)
class PageFacts:
    """A page of a file that arrives: pixels, dots per inch, bits a pixel; see `Check`."""

    width: int
    height: int
    dpi: int | None
    depth: int
    sharpness: int | None = None

    @property
    def ratio(self) -> int:
        """The longer side by the shorter one, in hundredths."""
        return 100 * max(self.width, self.height) // max(1, min(self.width, self.height))


def checks(config: Config) -> dict[str, Check]:
    """The conditions of the library: name → what it asks."""
    data = read(config.source / "scans.toml")
    return entries(data, Check, "scans.toml")


def unmet(
    known: Mapping[str, Check], kind: str, pages: Sequence[PageFacts], usual: Sequence[int] = ()
) -> Iterator[tuple[int, str]]:
    """(Index of a page, name of the condition it does not meet); −1: the file as a whole.

    Args:
        usual: pages of earlier scans of the same title: another number is asked about.
    """
    for name, check in known.items():
        if check.kinds and kind not in check.kinds:
            continue
        for index, value in _measured(check, pages, usual):
            if not check.least <= value <= check.most:
                yield index, name


def _measured(
    check: Check, pages: Sequence[PageFacts], usual: Sequence[int]
) -> Iterable[tuple[int, int]]:
    if check.of == "pages":
        # Pages that come as files of their own are not counted: nobody knows how many will.
        return [(-1, abs(len(pages) - mode(usual)))] if usual and len(pages) > 1 else []
    if check.of == "sizes":
        sides = [page.width * page.height for page in pages]
        return [(-1, 100 - 100 * min(sides) // max(sides))]
    values = [(index, getattr(page, check.of)) for index, page in enumerate(pages)]
    return [(index, value) for index, value in values if value is not None]


#: Where a resolution is not said, the longer side is taken for one of A4; within these bounds.
A4_INCHES, LEAST_DPI, MOST_DPI = 11.7, 72, 1200


def likely_dpi(width: int, height: int, said: int | None) -> int:
    """Dots per inch: what the file says, if that can be, else those of a page of A4.

    >>> likely_dpi(2480, 3508, None), likely_dpi(2480, 3508, 1), likely_dpi(100, 200, 400)
    (300, 300, 400)
    """
    if said is not None and LEAST_DPI <= said <= MOST_DPI:
        return said
    return min(MOST_DPI, max(LEAST_DPI, round(max(width, height) / A4_INCHES)))
