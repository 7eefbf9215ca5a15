"""What may be a code, a name, a week. Pure."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from ils.errors import N_, Invalid, Refused
from ils.ledger import ServicePlace
from ils.organisation.branches.models import PointType

NOT_IN_ADDRESSES = "/\\?#%"
MAX_CODE_LENGTH = 40
WEEKDAYS = "1234567"


class BranchInUse(Refused):
    """A branch is closed when nothing is left there."""

    code = "branch_in_use"
    message = N_("The branch cannot be closed yet: %(what)s.")


class BranchClosed(Refused):
    """Nothing is sent to a branch that works no more."""

    code = "branch_closed"
    message = N_("The branch “%(name)s” is closed.")


class AlreadyExists(Refused):
    """A code or login is taken."""

    code = "already_exists"
    message = N_("“%(code)s” is already taken.")


def checked_code(text: str, field: str) -> str:
    """A code as typed, without outer blanks.

    Raises:
        Invalid: it is empty, too long, or has blanks or signs that mean something in addresses.
    """
    code = text.strip()
    bad = any(c.isspace() or c in NOT_IN_ADDRESSES or not c.isprintable() for c in code)
    if not code or len(code) > MAX_CODE_LENGTH or bad or not code.strip("."):
        raise Invalid(field, N_("1 to 40 characters without blanks and without / \\ ? #."))
    return code


def checked_name(text: str, field: str) -> str:
    """A name, with single blanks.

    Raises:
        Invalid: nothing is left.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(field, N_("This must be filled in."))
    return name


@cache
def _zones() -> frozenset[str]:
    """All zones of this computer; finding them reads a folder of hundreds of files."""
    return frozenset(available_timezones())


def checked_timezone(text: str) -> str:
    """An IANA time zone.

    Raises:
        Invalid: there is no such zone.
    """
    if text not in _zones():
        raise Invalid(N_("Time zone"), N_("There is no such time zone."))
    return text


def checked_weekdays(digits: str) -> str:
    """Closed weekdays as digits; at least one day must stay open.

    Raises:
        Invalid: other characters, or all seven days.
    """
    days = "".join(sorted(set(digits)))
    if not set(days) <= set(WEEKDAYS) or days == WEEKDAYS:
        raise Invalid(N_("Closed weekdays"), N_("Choose some of the seven days, not all."))
    return days


def checked_van_days(digits: str) -> str:
    """Weekdays the van leaves as digits; none, or all seven.

    Raises:
        Invalid: other characters.
    """
    days = "".join(sorted(set(digits)))
    if not set(days) <= set(WEEKDAYS):
        raise Invalid(N_("The van leaves on"), N_("Choose some of the seven days."))
    return days


#: What reading at a kind of service point is, for the ledger.
PLACES = {
    PointType.LENDING: ServicePlace.HOME,
    PointType.READING_ROOM: ServicePlace.READING_ROOM,
    PointType.OUTREACH: ServicePlace.SERVICE_POINT,
    PointType.HOME_DELIVERY: ServicePlace.HOME_DELIVERY,
}
