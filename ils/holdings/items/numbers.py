"""Inventory numbers given to new copies: on from the last, none twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.codes import queries as codes
from ils.codes.models import Code
from ils.codes.rules import CodeTaken, LooksAlike, folded
from ils.errors import N_, Invalid
from ils.holdings.items.models import Item
from ils.holdings.items.queries import item_by_id

#: Of the numbers given last, so many are looked at for the one to go on from.
LATEST = 500
#: The year at the end of 12345/2026 is no part of the count.
_series = re.compile(r"(.*?)(\d+)([/-](?:19|20)\d\d)|(.*?)(\d+)(\D*)")


@dataclass
class NumberSeries:
    """Numbers for the copies of one act: each is given once."""

    session: Session
    given: set[str] = field(default_factory=set)
    series: dict[int, Iterator[str]] = field(default_factory=dict)

    def give(self, first: str, count: int, branch_id: int) -> list[str]:
        """Numbers from a first one on; an empty one: the next free ones of a branch.

        Raises:
            CodeTaken: one of them is somebody's.
            Invalid: the first has no digits to count on from, and others are to follow.
        """
        if not first:
            follow = self.series.setdefault(branch_id, next_numbers(self.session, branch_id))
            new = (number for number in follow if folded(number) not in self.given)
            return self._noted(list(islice(new, count)))
        if not folded(first) or (count > 1 and _series.fullmatch(first) is None):
            raise Invalid(N_("First inventory number"), N_("It must have digits to count on from."))
        numbers = numbers_from(first, count)
        free = set(_free(self.session, iter(numbers)))
        for number in numbers:
            if number not in free or folded(number) in self.given:
                raise CodeTaken(taken=number)
        return self._noted(numbers)

    def _noted(self, numbers: list[str]) -> list[str]:
        self.given.update(folded(number) for number in numbers)
        return numbers


def next_numbers(session: Session, branch_id: int) -> Iterator[str]:
    """The numbers after the one given last at a branch, that nobody has.

    A branch that never gave one goes on from the system's last.
    """
    for where in (Item.owner_branch_id == branch_id, Item.id > 0):
        query = select(Item.inventory_number).where(where, Item.inventory_number.is_not(None))
        latest = session.scalars(query.order_by(Item.id.desc()).limit(LATEST)).all()
        for last in latest:
            if last and _series.fullmatch(last):
                return _free(session, _following(last))
    return _free(session, _following("0"))


def check_unlike(session: Session, numbers: Iterable[str]) -> None:
    """See that the eye takes none of some new numbers for one that is there already.

    Raises:
        LooksAlike: the first that it does.
    """
    if found := codes.alike(session, filter(None, numbers)):
        number, other = found
        of: str = N_("the card of a reader")
        if other.item_id is not None:
            of = item_by_id(session, other.item_id).record.title
        raise LooksAlike(number=number, other=other.written, of=of)


def numbers_from(first: str, count: int) -> list[str]:
    """A first number and those that follow it; none of an empty one."""
    return [first, *islice(_following(first), count - 1)] if first else []


def number_after(first: str, count: int) -> str:
    """The number a series goes on with after so many.

    Raises:
        Invalid: it has no digits to count on from.
    """
    after = next(islice(_following(first), count - 1, None), None)
    if after is None:
        raise Invalid(N_("First inventory number"), N_("It must have digits to count on from."))
    return after


def around_count(number: str) -> tuple[str, str]:
    """What stands before and after the count in a number: none of one without a count.

    >>> around_count("К-12"), around_count("7/2026"), around_count("Б")
    (('К-', ''), ('', '/2026'), ('', ''))
    """
    said = _series.fullmatch(number)
    if said is None:
        return "", ""
    head, _, tail = said.groups()[:3] if said[2] else said.groups()[3:]
    return head, tail


def _following(number: str) -> Iterator[str]:
    """Numbers after one, as long as it is: K-0099, K-0100; 7/2026, 8/2026."""
    said = _series.fullmatch(number)
    if said is None:
        return
    head, digits, tail = said.groups()[:3] if said[2] else said.groups()[3:]
    at = int(digits)
    while True:
        at += 1
        yield f"{head}{at:0{len(digits)}}{tail}"


def _free(session: Session, numbers: Iterator[str]) -> Iterator[str]:
    """Those that are nobody's, asked for some hundreds at once."""
    while some := list(islice(numbers, LATEST)):
        keys = {number: folded(number) for number in some}
        taken = set(session.scalars(select(Code.folded).where(Code.folded.in_(keys.values()))))
        yield from (number for number in some if keys[number] not in taken)
