"""What a request may say, and whom to ask first. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from ils.errors import N_, NotFound, Refused

#: Days of use that tell how much a branch needs its copies itself.
LENT_WITHIN = timedelta(days=365)
MOST_COPIES = 500
A_WEEK = 7


class UnknownRequest(NotFound):
    """No request has this id."""

    code = "unknown_internal_request"
    message = N_("There is no such request.")


class RequestEnded(Refused):
    """A request that ended changes no more."""

    code = "internal_request_ended"
    message = N_("This request has ended already: %(state)s.")


class RequestOfAnother(Refused):
    """A request is taken back by the branch that asked, or by the central library."""

    code = "request_of_another"
    message = N_("Another branch asked for this: only it or the central library takes it back.")


class CopiesOnTheWay(Refused):
    """A request is not taken back while copies travel for it."""

    code = "copies_on_the_way"
    message = N_("Copies were sent for this request already: %(count)s. End it as filled.")


class AnotherDocument(Refused):
    """The request names a document, and the copy is of another."""

    code = "another_document"
    message = N_("The request asks for another document.")


class PickedAlready(Refused):
    """As many copies were picked as the branch asked for."""

    code = "picked_already"
    message = N_("All copies this request asks for are picked: %(count)s.")


@dataclass(frozen=True)
class Offer:
    """Copies a branch could give.

    Attributes:
        free: those on the shelf.
        lent: loans of all its copies of the document within a year.
        van_on: the day its next van leaves; none: nobody said when it goes.
        is_near: its van makes the same round as that of the branch that asks.
    """

    branch_id: int
    free: int
    lent: int
    van_on: date | None
    is_near: bool = False


def next_van(weekdays: Collection[int], day: date) -> date | None:
    """The next day the van goes, from the day after one on; 1 is Monday.

    >>> next_van({1, 4}, date(2026, 11, 30)), next_van(set(), date(2026, 11, 30))
    (datetime.date(2026, 12, 3), None)
    """
    following = (day + timedelta(days=n) for n in range(1, A_WEEK + 1))
    return next((one for one in following if one.isoweekday() in weekdays), None)


def in_order(offers: Collection[Offer]) -> list[Offer]:
    """Whom to ask first: whose van leaves next, who is near, who lends it least, who has most.

    >>> here, there = Offer(1, 1, 0, None), Offer(2, 1, 5, None, is_near=True)
    >>> [one.branch_id for one in in_order([here, there])]
    [2, 1]
    """
    return sorted(
        offers,
        key=lambda one: (
            one.van_on or date.max, not one.is_near, one.lent, -one.free, one.branch_id
        ),
    )  # fmt: skip
