"""From УДК and ББК to the subject areas of the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ils.config import Lists

#: Latin capitals typed for the Cyrillic letters of ББК.
LATIN_AS_CYRILLIC = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")


@dataclass(frozen=True)
class Classes:
    """Prefix → subject area, for each scheme."""

    udc: Mapping[str, str]
    bbk: Mapping[str, str]


def classes_of(lists: Lists) -> Classes:
    """The tables of a library."""
    return Classes(lists.udc, lists.bbk)


def subject_area(classes: Classes, udc: Sequence[str], bbk: Sequence[str]) -> str | None:
    """The subject area of a document: the first index that the tables know, УДК first.

    >>> classes = Classes({"8": "literature"}, {"63": "society", "84": "literature", "Щ": "arts"})
    >>> subject_area(classes, ["821.512.122-1"], []), subject_area(classes, [], ["63.3(5Каз)"])
    ('literature', 'society')
    >>> subject_area(classes, ["?"], ["Щ31"]), subject_area(classes, [], [])
    ('arts', None)
    """
    for table, indexes in ((classes.udc, udc), (classes.bbk, bbk)):
        for index in indexes:
            found = _longest_prefix(table, index.strip().lstrip("[('\"").upper())
            if found:
                return found
    return None


def _longest_prefix(table: Mapping[str, str], index: str) -> str | None:
    for text in (index, index.translate(LATIN_AS_CYRILLIC)):
        for length in range(min(len(text), 6), 0, -1):
            if text[:length] in table:
                return table[text[:length]]
    return None
