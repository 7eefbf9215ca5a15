"""How far an issue is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_number = re.compile(r"№\s*(\d+)")


class IssueState(StrEnum):
    """The last step an issue has come to."""

    #: It was expected and did not come, or nobody knows of it.
    MISSING = "missing"
    ARRIVED = "arrived"
    DESCRIBED = "described"
    SCANNED = "scanned"
    RECOGNISED = "recognised"
    PUBLISHED = "published"


@dataclass(frozen=True)
class IssueStep:
    """An issue with its state and where to go on."""

    name: str
    day: date | None
    state: IssueState
    record_id: int | None = None
    document_id: int | None = None


def number_in(title: str) -> str:
    """The number of an issue in its title.

    >>> number_in("2026, № 47 (3 декабря)"), number_in("Абай")
    ('47', '')
    """
    found = _number.search(title)
    return found[1] if found else ""
