"""Boxes for service points: packed by scans, sent out, unpacked by scans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from ils.circulation.boxes import queries as box_queries
from ils.circulation.boxes.models import Box, BoxItem
from ils.circulation.context import Desk
from ils.circulation.desk.rules import EmptyScan, UnknownCode
from ils.circulation.loans import queries as loan_queries
from ils.codes.keyboard import readings
from ils.errors import N_, Refused
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import item_by_code
from ils.organisation.branches.models import ServicePoint


class NotOnShelf(Refused):
    """Only copies that stand on the shelf are packed."""

    code = "not_on_shelf"
    message = N_("“%(title)s” (%(number)s) is not on the shelf; it cannot be packed.")


class InAnotherBox(Refused):
    """The copy is packed already."""

    code = "in_another_box"
    message = N_("“%(title)s” (%(number)s) is in box %(box)s.")


class BoxClosed(Refused):
    """The box was unpacked."""

    code = "box_closed"
    message = N_("This box was unpacked already.")


class NotInBox(Refused):
    """The copy was not packed into this box."""

    code = "not_in_box"
    message = N_("“%(code)s” is not in this box.")


class Packed(StrEnum):
    """What a scan at a box did."""

    PUT_IN = "put_in"
    BACK = "back"
    STILL_LENT = "still_lent"
    ALREADY = "already"


@dataclass(frozen=True)
class BoxScan:
    """The copy scanned at a box, and what happened."""

    item: Item
    did: Packed


def make_box(desk: Desk, point: ServicePoint) -> Box:
    """A new, empty box for a service point of this branch."""
    last = select(func.max(Box.number)).where(Box.branch_id == desk.origin.branch_id)
    box = Box(
        number=(desk.session.scalar(last) or 0) + 1,
        branch_id=desk.origin.branch_id,
        point=point,
        made_at=desk.origin.at,
    )
    desk.session.add(box)
    desk.session.flush()
    return box


def scan_at_box(desk: Desk, box: Box, code: str) -> BoxScan:
    """Pack a copy; or, once the box was sent, check that it is back.

    Raises:
        UnknownCode, NotInBox, NotOnShelf, InAnotherBox, BoxClosed: nothing was done.
    """
    if box.closed_at is not None:
        raise BoxClosed
    item = item_by_code(desk.session, readings(code), lock=True)
    if not code.strip():
        raise EmptyScan
    if item is None:
        raise UnknownCode(code=code.strip())
    inside = box_queries.inside(desk.session, item.id)
    facts = {"title": item.record.title, "number": item.number}
    if box.sent_at is not None:
        return _unpack(desk, box, item, inside, code)
    if inside is not None and inside.box_id == box.id:
        return BoxScan(item, Packed.ALREADY)
    if inside is not None:
        raise InAnotherBox(**facts, box=desk.session.get_one(Box, inside.box_id).number)
    if item.status != ItemStatus.AVAILABLE:
        raise NotOnShelf(**facts)
    desk.session.add(BoxItem(box_id=box.id, item=item, put_at=desk.origin.at))
    desk.session.flush()
    return BoxScan(item, Packed.PUT_IN)


def _unpack(desk: Desk, box: Box, item: Item, inside: BoxItem | None, code: str) -> BoxScan:
    if inside is None:
        was = box_queries.was_in(desk.session, box.id, item.id)
        if was is not None:
            return BoxScan(item, Packed.ALREADY)
    if inside is None or inside.box_id != box.id:
        raise NotInBox(code=code.strip())
    if item.status == ItemStatus.ON_LOAN:
        return BoxScan(item, Packed.STILL_LENT)
    inside.out_at, inside.back = desk.origin.at, True
    item.branch_id = desk.origin.branch_id
    return BoxScan(item, Packed.BACK)


def take_out(desk: Desk, box: Box, item_id: int) -> None:
    """Take a copy out of a box that is still being packed.

    Raises:
        BoxClosed: the box was sent.
    """
    if box.sent_at is not None:
        raise BoxClosed
    inside = box_queries.inside(desk.session, item_id)
    if inside is not None and inside.box_id == box.id:
        desk.session.delete(inside)


def send_box(desk: Desk, box: Box) -> None:
    """The box leaves for its service point."""
    if box.sent_at is None:
        box.sent_at = desk.origin.at


def close_box(desk: Desk, box: Box) -> list[Item]:
    """The box is unpacked; returns copies that are neither back nor on loan.

    Raises:
        BoxClosed: that was done before.
    """
    if box.closed_at is not None:
        raise BoxClosed
    missing = []
    for inside in desk.session.scalars(box_queries.contents(box.id)).all():
        if inside.out_at is None:
            inside.out_at = desk.origin.at
            lent = loan_queries.last_loan(desk.session, inside.item_id)
            was_lent = lent is not None and lent.issued_at >= inside.put_at
            if inside.item.status != ItemStatus.ON_LOAN and not was_lent:
                missing.append(inside.item)
    box.closed_at = desk.origin.at
    return missing
