"""Boxes between branches: packed by scans, sent, received by scans, their differences settled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.boxes import queries as deposits
from ils.circulation.context import Desk
from ils.circulation.desk.rules import STATUS_TEXTS, EmptyScan, UnknownCode
from ils.circulation.holds import actions as holds
from ils.circulation.holds.models import Hold
from ils.circulation.transit import actions as ways
from ils.circulation.transit import queries as transit_queries
from ils.circulation.transit.models import InternalLoan, InternalLoanState, Shipment, Transit
from ils.codes.keyboard import readings
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import item_by_code
from ils.holdings.items.rules import ItemMove, next_status
from ils.holdings.stocktaking.findings import find_again, mark_missing
from ils.internal_loans.requests.actions import check_asked
from ils.internal_loans.requests.models import InternalRequest
from ils.internal_loans.rules import has_a_say
from ils.internal_loans.shipments import queries, rules
from ils.internal_loans.shipments.rules import BoxOutcome
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import central, check_working


@dataclass(frozen=True)
class ScannedAtBox:
    """The copy scanned at a box, what happened, and for whom it waits now."""

    item: Item
    did: BoxOutcome
    hold: Hold | None = None
    to_branch_id: int | None = None


def make_shipment(desk: Desk, to_branch_id: int) -> Shipment:
    """A new, empty box to another branch.

    Raises:
        SameBranch: it would stay here.
        BranchClosed: nothing is sent there.
    """
    session, origin = desk.session, desk.origin
    if to_branch_id == origin.branch_id:
        raise rules.SameBranch
    check_working(session, to_branch_id)
    last = select(func.max(Shipment.number)).where(Shipment.from_branch_id == origin.branch_id)
    shipment = Shipment(
        number=(session.scalar(last) or 0) + 1, from_branch_id=origin.branch_id,
        to_branch_id=to_branch_id, made_at=origin.at, made_by=origin.staff_id, extra=[],
    )  # fmt: skip
    session.add(shipment)
    session.flush()
    return shipment


def pack(
    desk: Desk, shipment: Shipment, code: str, request: InternalRequest | None
) -> ScannedAtBox:
    """Put a copy into a box: for a request, or because it goes there anyway.

    Raises:
        ShipmentSent, ShipmentElsewhere, UnknownCode, NotFree, PackedAlready, GoesElsewhere,
        StaysHere: nothing was done.
    """
    session = desk.session
    _packed_here(desk, shipment)
    item = _scanned(desk, code)
    transit = transit_queries.transit_of(session, item.id)
    if transit is not None and transit.shipment_id == shipment.id:
        return ScannedAtBox(item, BoxOutcome.ALREADY)
    if transit is not None and transit.shipment_id is not None:
        box = queries.shipment_by_id(session, transit.shipment_id)
        if box.sent_at is None or box.from_branch_id == desk.origin.branch_id:
            raise rules.PackedAlready(**_named(item), box=box.number)
        transit = _goes_on(desk, transit)
    if transit is None:
        transit = _sent_off(desk, shipment, item, request)
    if transit.to_branch_id != shipment.to_branch_id:
        name = session.get_one(Branch, transit.to_branch_id).code
        raise rules.GoesElsewhere(**_named(item), to=name)
    transit.shipment_id = shipment.id
    session.flush()
    return ScannedAtBox(item, BoxOutcome.PUT_IN)


def _goes_on(desk: Desk, transit: Transit) -> Transit:
    """A copy that lay in a wrong box goes on from here; on the list of its own it is missing."""
    transit.ended_at, transit.lost = desk.origin.at, True
    desk.session.flush()
    onward = Transit(
        item=transit.item, from_branch_id=desk.origin.branch_id,
        to_branch_id=transit.to_branch_id, hold_id=transit.hold_id, sent_at=desk.origin.at,
        sent_by=desk.origin.staff_id,
    )  # fmt: skip
    desk.session.add(onward)
    return onward


def _packed_here(desk: Desk, shipment: Shipment) -> None:
    if shipment.from_branch_id != desk.origin.branch_id:
        raise _elsewhere(desk.session, shipment)
    if shipment.sent_at is not None:
        raise rules.ShipmentSent


def _elsewhere(session: Session, shipment: Shipment) -> rules.ShipmentElsewhere:
    sender = session.get_one(Branch, shipment.from_branch_id)
    to = session.get_one(Branch, shipment.to_branch_id)
    return rules.ShipmentElsewhere(sender=sender.code, to=to.code)


def _scanned(desk: Desk, code: str) -> Item:
    if not code.strip():
        raise EmptyScan
    item = item_by_code(desk.session, readings(code), lock=True)
    if item is None:
        raise UnknownCode(code=code.strip())
    return item


def _named(item: Item) -> dict[str, str]:
    return {"title": item.record.title, "number": item.number}


def _sent_off(
    desk: Desk, shipment: Shipment, item: Item, request: InternalRequest | None
) -> Transit:
    """A copy from the shelf on its way: for a request, to a reader who waits, or home."""
    session, origin = desk.session, desk.origin
    if item.status != ItemStatus.AVAILABLE or item.copies > 1:
        raise rules.NotFree(**_named(item), status=STATUS_TEXTS[ItemStatus(item.status)])
    if deposits.inside(session, item.id) is not None:
        raise rules.NotFree(**_named(item), status=STATUS_TEXTS[ItemStatus.IN_TRANSIT])
    if request is None:
        to = holds.route_item(desk, item)
        if not isinstance(to, Transit):
            raise rules.StaysHere(**_named(item))
        return to
    if request.branch_id != shipment.to_branch_id:
        raise rules.GoesElsewhere(
            **_named(item), to=session.get_one(Branch, request.branch_id).code
        )
    check_asked(session, request, item.record_id)
    loan = transit_queries.internal_loan_of(session, item.id)
    if loan is not None:  # it is here by an internal loan of its own: home first
        name = session.get_one(Branch, item.owner_branch_id).code
        raise rules.GoesElsewhere(**_named(item), to=name)
    item.status = next_status(item.status, ItemMove.SEND)
    transit = Transit(
        item=item, from_branch_id=origin.branch_id, to_branch_id=shipment.to_branch_id,
        sent_at=origin.at, sent_by=origin.staff_id,
    )  # fmt: skip
    loan = InternalLoan(
        item=item, from_branch_id=origin.branch_id, to_branch_id=shipment.to_branch_id,
        purpose=request.purpose, request_id=request.id, state=InternalLoanState.SELECTED,
        began_at=origin.at, until=request.until,
    )  # fmt: skip
    session.add_all([transit, loan])
    item.assigned_branch_id, item.assigned_until = shipment.to_branch_id, request.until
    ways.step(session, origin, loan, InternalLoanState.SELECTED)
    return transit


def take_out(desk: Desk, shipment: Shipment, item_id: int) -> None:
    """Take a copy out of a box that is still being packed.

    Raises:
        ShipmentSent, ShipmentElsewhere: it cannot be.
    """
    session = desk.session
    _packed_here(desk, shipment)
    transit = transit_queries.transit_of(session, item_id)
    if transit is None or transit.shipment_id != shipment.id:
        return
    loan = transit_queries.internal_loan_of(session, item_id)
    if loan is not None and loan.state == InternalLoanState.SELECTED:
        session.delete(transit)
        transit.item.status = next_status(ItemStatus(transit.item.status), ItemMove.RECEIVE)
        ways.give_up(session, desk.origin, loan, transit.from_branch_id)
    else:
        transit.shipment_id = None
    session.flush()


def send_shipment(desk: Desk, shipment: Shipment) -> None:
    """The box leaves.

    Raises:
        ShipmentSent, ShipmentElsewhere, ShipmentEmpty: it cannot.
    """
    session = desk.session
    _packed_here(desk, shipment)
    lines = session.scalars(queries.contents(shipment)).all()
    if not lines:
        raise rules.ShipmentEmpty
    shipment.sent_at = desk.origin.at
    for transit in lines:
        transit.sent_at = desk.origin.at
        loan = transit_queries.internal_loan_of(session, transit.item_id)
        if loan is not None and loan.state == InternalLoanState.SELECTED:
            ways.step(session, desk.origin, loan, InternalLoanState.DISPATCHED)
    session.flush()


def _received_here(desk: Desk, shipment: Shipment) -> None:
    if shipment.to_branch_id != desk.origin.branch_id:
        raise _elsewhere(desk.session, shipment)
    if shipment.sent_at is None:
        raise rules.ShipmentNotSent


def unpack(desk: Desk, shipment: Shipment, code: str) -> ScannedAtBox:
    """Take a copy out of a box that arrived; what was not on its list is told and noted.

    Raises:
        ShipmentElsewhere, ShipmentNotSent, UnknownCode: nothing was done.
    """
    session = desk.session
    _received_here(desk, shipment)
    item = _scanned(desk, code)
    transit = transit_queries.transit_of(session, item.id)
    listed = queries.on_the_list(session, shipment, item.id)
    if transit is None and listed is not None and not listed.lost:
        return ScannedAtBox(item, BoxOutcome.ALREADY)
    if listed is None and item.id not in shipment.extra:
        shipment.extra = [*shipment.extra, item.id]
    if transit is not None and transit.to_branch_id != desk.origin.branch_id:
        return ScannedAtBox(item, BoxOutcome.SENT_ON, to_branch_id=transit.to_branch_id)
    did = BoxOutcome.RECEIVED if listed else BoxOutcome.EXTRA
    if transit is not None:
        return _arrived(desk, item, did)
    if item.status == ItemStatus.MISSING:  # it was in the box after all
        find_again(session, desk.origin, item)
    if listed is not None:
        listed.lost = False
    to = holds.route_item(desk, item) if item.status == ItemStatus.AVAILABLE else None
    way = to.to_branch_id if isinstance(to, Transit) else None
    return ScannedAtBox(item, did, to if isinstance(to, Hold) else None, way)


def _arrived(desk: Desk, item: Item, did: BoxOutcome) -> ScannedAtBox:
    to = holds.receive(desk, item)
    if isinstance(to, Hold):
        return ScannedAtBox(item, BoxOutcome.ON_HOLD_SHELF, to)
    return ScannedAtBox(item, did, to_branch_id=to.to_branch_id if to else None)


def unpack_all(desk: Desk, shipment: Shipment) -> list[ScannedAtBox]:
    """Everything on the list is there; returns what became of each copy.

    Raises:
        ShipmentElsewhere, ShipmentNotSent: nothing was done.
    """
    _received_here(desk, shipment)
    lines = desk.session.scalars(queries.contents(shipment).where(Transit.ended_at.is_(None))).all()
    done = [_arrived(_of(desk, line.item), line.item, BoxOutcome.RECEIVED) for line in lines]
    close_shipment(desk, shipment)
    return done


def _of(desk: Desk, item: Item) -> Desk:
    """The desk, for one copy of several that are received by one act."""
    return Desk(desk.session, desk.origin.derive(f"copy:{item.id}"), desk.config)


def close_shipment(desk: Desk, shipment: Shipment) -> int:
    """The list was compared with the box; returns how many copies were not in it.

    Raises:
        ShipmentElsewhere, ShipmentNotSent: it cannot be.
    """
    _received_here(desk, shipment)
    if shipment.received_at is None:
        shipment.received_at, shipment.received_by = desk.origin.at, desk.origin.staff_id
    desk.session.flush()
    return queries.counts(desk.session, [shipment.id])[shipment.id].missing


def never_left(desk: Desk, transit: Transit) -> None:
    """A copy under way stands where it was sent from: what was counted is taken back.

    Raises:
        WayElsewhere: the branch has nothing to do with it.
    """
    _has_a_say(desk, transit.item, transit.from_branch_id, transit.to_branch_id)
    session, item = desk.session, transit.item
    box = session.get(Shipment, transit.shipment_id) if transit.shipment_id is not None else None
    if box is not None and box.sent_at is not None:
        transit.lost = True  # it stays on the printed list, as a line that was not in the box
    else:
        transit.shipment_id = None
    loan = transit_queries.internal_loan_of(session, item.id)
    item.branch_id = transit.from_branch_id
    holds.release_hold(session, item, desk.origin)
    if loan is not None:
        ways.give_up(session, desk.origin, loan, transit.from_branch_id)


def _has_a_say(desk: Desk, item: Item, *ends: int) -> None:
    if has_a_say(desk.origin.branch_id, central(desk.session).id, *ends):
        return
    sender, to = (desk.session.get_one(Branch, end).code for end in ends)
    raise rules.WayElsewhere(**_named(item), sender=sender, to=to)


def lost_on_the_way(desk: Desk, transit: Transit) -> None:
    """Nobody finds a copy that was under way: it is missing; who waits for it waits on.

    Raises:
        WayElsewhere: the branch has nothing to do with it.
    """
    _has_a_say(desk, transit.item, transit.from_branch_id, transit.to_branch_id)
    session, item = desk.session, transit.item
    transit.lost = True
    loan = transit_queries.internal_loan_of(session, item.id)
    item.branch_id = transit.from_branch_id
    holds.release_hold(session, item, desk.origin)
    with ledger.act(session, desk.origin.request_id, desk.origin.at):
        if loan is not None:
            ways.step(session, desk.origin, loan, InternalLoanState.CANCELLED)
        mark_missing(session, desk.origin, [item])


def end_loan(desk: Desk, loan: InternalLoan) -> None:
    """A copy lent to a branch will not come back: it was lost or withdrawn there.

    Raises:
        WayElsewhere: the branch has nothing to do with it.
    """
    _has_a_say(desk, loan.item, loan.from_branch_id, loan.to_branch_id)
    ways.step(desk.session, desk.origin, loan, InternalLoanState.CANCELLED)


def call_back(desk: Desk, loan: InternalLoan) -> None:
    """A copy lent to a branch is to come home; the next scan of it sends it there.

    Raises:
        WayElsewhere: the branch has nothing to do with it.
    """
    _has_a_say(desk, loan.item, loan.from_branch_id, loan.to_branch_id)
    ways.call_back(desk.session, desk.origin, loan)
