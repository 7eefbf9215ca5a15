"""The decision tree of a scanned copy; `docs/glossary.md` tells it by numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ils.errors import N_, Invalid, NotFound, Refused
from ils.holdings.items.models import ItemStatus


class Situation(StrEnum):
    """A branch of the decision tree; the glossary has its numbers."""

    LOAN = "loan"
    ASK_RENEWAL = "ask_renewal"
    RETURN_AND_LOAN = "return_and_loan"
    HOLD_AND_LOAN = "hold_and_loan"
    HELD_FOR_ANOTHER = "held_for_another"
    RETURN = "return"
    TO_HOLD_SHELF = "to_hold_shelf"
    INTO_TRANSIT = "into_transit"
    ON_SHELF = "on_shelf"
    RECEIVED = "received"
    BOUND_ELSEWHERE = "bound_elsewhere"
    FOUND = "found"
    FOUND_AND_LOAN = "found_and_loan"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    ALREADY_DONE = "already_done"
    #: Another desk lent this copy a moment ago: not a return, a clear refusal.
    JUST_LENT = "just_lent"
    #: The state needs another department: in repair, in processing.
    UNAVAILABLE = "unavailable"
    #: A group of copies without numbers: how many?
    GROUP = "group"
    COMMAND = "command"
    #: Besides copies: a card, a name, an act asked for by its button.
    PATRON = "card"
    NAMES = "names"
    #: Several readers or copies have the code: which one is it?
    SHARED_CODE = "shared_code"
    ISBN = "isbn"
    RENEWAL = "renewal"
    ALL_RENEWED = "all_renewed"
    LOST = "lost"
    IN_HOUSE_USE = "in_house_use"
    UNDO = "undo"


class Level(StrEnum):
    """How an answer sounds and looks."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class ScanFacts:
    """What is known of the scanned copy when the tree is asked.

    Attributes:
        lent_to_open_patron: ``None`` when the copy is not on loan.
        since_lent: time since its open loan began.
        lent_here: the desk that scans it now has lent it.
        since_returned: time since its last loan ended by a return.
        for_open_patron: it stands on the hold shelf for the open reader.
        bound_here: it is in transit to this branch.
        is_bulk: it is a group of copies without numbers.
    """

    status: ItemStatus
    lent_to_open_patron: bool | None = None
    since_lent: timedelta | None = None
    lent_here: bool = True
    since_returned: timedelta | None = None
    for_open_patron: bool = False
    bound_here: bool = False
    is_bulk: bool = False


def _just(since: timedelta | None, repeat: timedelta) -> bool:
    """Whether something was done a moment ago; a clock set back makes no moment of a year."""
    return since is not None and -repeat < since < repeat


def situation(  # noqa: C901, PLR0911, PLR0912 -- a tree has branches and leaves
    copy: ScanFacts, *, patron_open: bool, repeat: timedelta
) -> Situation:
    """Which branch of the tree a scan is.

    Args:
        repeat: within this time the same scan is taken for the same act.
    """
    if copy.status is ItemStatus.WITHDRAWN:
        return Situation.WITHDRAWN
    if copy.status is ItemStatus.ON_LOAN:
        just_lent = _just(copy.since_lent, repeat)
        if not patron_open:
            elsewhere = just_lent and not copy.lent_here
            return Situation.JUST_LENT if elsewhere else Situation.RETURN
        if copy.lent_to_open_patron:
            return Situation.ALREADY_DONE if just_lent else Situation.ASK_RENEWAL
        return Situation.JUST_LENT if just_lent else Situation.RETURN_AND_LOAN
    if copy.status in MISSING_OR_LOST:
        return Situation.FOUND_AND_LOAN if patron_open else Situation.FOUND
    if copy.status is ItemStatus.ON_HOLD_SHELF:
        if not patron_open:
            return Situation.TO_HOLD_SHELF
        return Situation.HOLD_AND_LOAN if copy.for_open_patron else Situation.HELD_FOR_ANOTHER
    if copy.status is ItemStatus.IN_TRANSIT:
        if copy.for_open_patron:
            return Situation.HOLD_AND_LOAN
        if patron_open:
            return Situation.LOAN
        return Situation.RECEIVED if copy.bound_here else Situation.BOUND_ELSEWHERE
    if copy.status is not ItemStatus.AVAILABLE:
        return Situation.UNAVAILABLE
    if copy.is_bulk:
        return Situation.GROUP
    if patron_open:
        return Situation.LOAN
    if _just(copy.since_returned, repeat):
        return Situation.ALREADY_DONE
    return Situation.ON_SHELF


def may_be_item(readings: Sequence[str], cards: Sequence[str]) -> bool:
    """Whether an unknown code may be a book's: it is no card of the library, and no name.

    Args:
        cards: patterns of the library's cards.
    """
    if any(re.fullmatch(pattern, reading) for pattern in cards for reading in readings):
        return False
    code = readings[0]
    letters = [c for c in code if not c.isspace() and c not in "-.'’"]
    number = any(reading.isdigit() for reading in readings)
    return len(code) > 1 and (number or not all(c.isalpha() for c in letters))


#: A scan proves that such a copy exists.
MISSING_OR_LOST = {ItemStatus.MISSING, ItemStatus.LOST}


class UnknownCode(NotFound):
    """No card, copy or name fits what was scanned."""

    code = "unknown_code"
    message = N_("“%(code)s” was not found: no card, copy or reader has it.")


class CardReplaced(Refused):
    """A lost or worn card: its reader has another."""

    code = "card_replaced"
    message = N_(
        "This card was replaced on %(day)s. Find the patron by name and check their identity."
    )


class CopyWithdrawn(Refused):
    """The copy was written off."""

    code = "copy_withdrawn"
    message = N_("“%(title)s” (%(number)s) was withdrawn. Act: %(act)s.")


class CopyUnavailable(Refused):
    """First another department has to act."""

    code = "copy_unavailable"
    message = N_("“%(title)s” (%(number)s) cannot be lent or returned here: %(status)s.")


class JustLent(Refused):
    """Two desks scanned one copy; the other one was faster."""

    code = "just_lent"
    message = N_("“%(title)s” (%(number)s) was lent at another desk a moment ago.")


class JustLentHere(Refused):
    """The same desk lent the copy to another reader a moment ago: perhaps to the wrong one."""

    code = "just_lent_here"
    message = N_(
        "“%(title)s” (%(number)s) was lent a moment ago to %(reader)s. If that was a mistake, "
        "undo it (Ctrl+Z); if not, scan the copy again in a few seconds."
    )


class EmptyScan(Invalid):
    """Nothing was scanned."""

    code = "empty_scan"
    message = N_("Nothing was scanned.")


STATUS_TEXTS = {
    ItemStatus.IN_PROCESSING: N_("it is being processed"),
    ItemStatus.AVAILABLE: N_("it is on the shelf"),
    ItemStatus.ON_LOAN: N_("it is on loan"),
    ItemStatus.ON_HOLD_SHELF: N_("it waits on the hold shelf"),
    ItemStatus.IN_TRANSIT: N_("it is on its way between branches"),
    ItemStatus.IN_REPAIR: N_("it is in repair"),
    ItemStatus.MISSING: N_("it is missing"),
    ItemStatus.LOST: N_("it is marked as lost"),
    ItemStatus.WITHDRAWN: N_("it is withdrawn"),
}
