"""What a scan at a shelf means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ils.codes.keyboard import readings
from ils.errors import N_, NotFound, Refused
from ils.holdings.items.models import ItemStatus
from ils.holdings.stocktaking.models import ScanOutcome

#: What the labels of places begin with.
_PLACE_CODE = re.compile(r"SQ-P\d+")
#: Lines of a table that tell which column has the codes.
SAMPLE = 200
#: Statuses that say where a copy is although it is not on the shelf.
EXPLAINED = (
    ItemStatus.ON_LOAN, ItemStatus.IN_TRANSIT, ItemStatus.IN_REPAIR, ItemStatus.ON_HOLD_SHELF,
)  # fmt: skip
#: Copies a check does not expect.
NOT_EXPECTED = (ItemStatus.WITHDRAWN, ItemStatus.LOST, ItemStatus.MISSING)
#: The question a scan leaves open, and who has it in hand: outcomes that are work.
TO_SETTLE = (ScanOutcome.ELSEWHERE, ScanOutcome.FOUND, ScanOutcome.UNKNOWN, ScanOutcome.ON_LOAN)
LEVELS = {
    ScanOutcome.HERE: "success", ScanOutcome.ALREADY: "info", ScanOutcome.ELSEWHERE: "warning",
    ScanOutcome.ON_LOAN: "warning", ScanOutcome.IN_TRANSIT: "warning",
    ScanOutcome.WITHDRAWN: "error", ScanOutcome.FOUND: "warning", ScanOutcome.UNKNOWN: "error",
}  # fmt: skip


def place_code(code: str) -> str:
    r"""The label of a place, whatever the layout made of it; empty: it is none.

    >>> place_code("sq-p12"), place_code("ЫЙөЗ\"ә"), place_code("SQ-NEXT")
    ('SQ-P12', 'SQ-P12', '')
    """
    return next(filter(_PLACE_CODE.fullmatch, map(str.upper, readings(code))), "")


class UnknownStocktake(NotFound):
    """No check has this number."""

    code = "unknown_stocktake"
    message = N_("There is no such check of the stock.")


class StocktakeClosed(Refused):
    """The check takes no scans now."""

    code = "stocktake_closed"
    message = N_("The check is “%(state)s”: it takes no scans now.")


class PlaceTaken(Refused):
    """A place of the branch has this name."""

    code = "place_taken"
    message = N_("The branch has a place of this name already.")


@dataclass(frozen=True)
class Known:
    """A copy that was scanned, as far as a check needs to know it.

    Attributes:
        expected: it is on the list of the check.
        counted: it was scanned in this check before.
        location: where it should stand.
        place: where it was scanned; empty where no place was.
    """

    status: str
    expected: bool
    counted: bool
    location: str
    place: str


#: What the state of a copy says of its scan, wherever it stands.
_BY_STATUS = {
    ItemStatus.MISSING: ScanOutcome.FOUND,
    ItemStatus.LOST: ScanOutcome.FOUND,
    ItemStatus.ON_LOAN: ScanOutcome.ON_LOAN,
    ItemStatus.IN_TRANSIT: ScanOutcome.IN_TRANSIT,
}


def outcome_of(copy: Known) -> ScanOutcome:
    """What the scan of a copy turned out to be."""
    if copy.status == ItemStatus.WITHDRAWN:
        return ScanOutcome.WITHDRAWN
    if copy.counted:
        return ScanOutcome.ALREADY
    if (told := _BY_STATUS.get(ItemStatus(copy.status))) is not None:
        return told
    if not copy.expected or not _stands_there(copy.location, copy.place):
        return ScanOutcome.ELSEWHERE
    return ScanOutcome.HERE


def _stands_there(location: str, place: str) -> bool:
    """Whether a copy of this place stands at a place that was scanned; either may be unknown."""
    own, scanned = location.casefold().strip(), place.casefold().strip()
    return not own or not scanned or _within(own, scanned) or _within(scanned, own)


def _within(narrow: str, wide: str) -> bool:
    """Whether a place is in another: shelf 1 of a room is, shelf 10 is not in shelf 1."""
    rest = narrow.removeprefix(wide)
    return narrow.startswith(wide) and not rest[:1].isalnum()


def codes_in(text: str, known: Callable[[Sequence[str]], int] = len) -> list[str]:
    r"""The codes of a file of a scanner, between whatever separates them.

    Of a table, which has as many columns in each line, one column is taken: the one of which
    most is known, else the first.

    Args:
        known: how many of some codes there are.

    >>> codes_in("K-1;10:15\nK-2;10:16"), codes_in("1, 2 3\n4")
    (['K-1', 'K-2'], ['1', '2', '3', '4'])
    >>> codes_in("30.11.2026,K-1\n30.11.2026,K-2", lambda codes: sum("K" in c for c in codes))
    ['K-1', 'K-2']
    """
    for separators in (r"[;\t|]", r",(?!\s)"):
        lines = [re.split(separators, line) for line in text.splitlines() if line.strip()]
        widths = {len(line) for line in lines}
        if len(lines) > 1 and len(widths) == 1 and widths != {1}:
            columns = [_tidy(column) for column in zip(*lines, strict=True)]
            return max(columns, key=lambda column: known(column[:SAMPLE]))
    return _tidy(re.split(r"[\s;,|]+", text))


def _tidy(codes: Iterable[str]) -> list[str]:
    return [code for code in (one.strip().strip('"') for one in codes) if code]
