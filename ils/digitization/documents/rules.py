"""What may happen to a document, and what is asked of one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ils.errors import N_, Invalid, Refused
from ils.fields import described


class WrongState(Refused):
    """It cannot be done in this state; facts name the state."""

    code = "document_state"
    message = N_("This cannot be done now: the document is in the state “%(state)s”.")


class NoRecord(Refused):
    """Only what is described is published."""

    code = "document_without_record"
    message = N_("Attach the document to its record first.")


class NoPages(Refused):
    """A document without pages cannot be recognised."""

    code = "document_without_pages"
    message = N_("The document has no pages.")


class OpenQuestions(Refused):
    """What was asked when scans arrived waits for somebody to look."""

    code = "document_questions"
    message = N_("Look at the questions at its pages first: %(count)s.")


class AnotherMustAgree(Refused):
    """Two people remove a document."""

    code = "another_must_agree"
    message = N_("Another account must agree: a document is removed by two people.")


@dataclass(frozen=True)
class DocumentData:
    """What a form asks of a document."""

    title: str = described(N_("Title"), default="", longest=500)
    kind: str = described(N_("Kind"), codes="document_kind", default="other")
    language: str = described(
        N_("Language"), codes="document_language", default="", empty=N_("not said")
    )
    record: str = described(
        N_("Record"), default="", hint=N_("Number of the record, or a barcode of a copy.")
    )


#: A smaller part of a page, in thousandths of it, is a slip of the mouse.
LEAST_PART = 10


def parsed_region(text: str) -> list[int] | None:
    """A part of a page: left, top, width, height in thousandths; nothing: all of it.

    >>> parsed_region("0,100,500,250"), parsed_region("")
    ([0, 100, 500, 250], None)

    Raises:
        Invalid: it is something else, or not within the page.
    """
    if not text.strip():
        return None
    numbers = text.replace(" ", "").split(",")
    if len(numbers) == 4 and all(one.isascii() and one.isdigit() for one in numbers):
        left, top, width, height = map(int, (one[:5] for one in numbers))
        if min(width, height) >= LEAST_PART and left + width <= 1000 and top + height <= 1000:
            return [left, top, width, height]
    raise Invalid(N_("Part of the page"), N_("Draw it on the picture, or write four numbers."))


def turned(region: list[int] | None, degrees: int) -> list[int] | None:
    """The same part of a page that was turned clockwise by quarters.

    >>> turned([0, 100, 500, 250], 90), turned([0, 100, 500, 250], 180), turned(None, 90)
    ([650, 0, 250, 500], [500, 650, 500, 250], None)
    """
    if region is None or degrees == 0:
        return region
    left, top, width, height = region
    return turned([1000 - top - height, left, height, width], degrees - 90)


def parts(cuts: Iterable[int], pages: Sequence[int]) -> list[list[int]]:
    """Pages in the documents that begin where there are cuts.

    >>> parts([3, 4], [1, 2, 3, 4, 5])
    [[1, 2], [3], [4, 5]]
    """
    starts, found = set(cuts), list[list[int]]()
    for page in pages:
        if not found or page in starts:
            found.append([])
        found[-1].append(page)
    return found
