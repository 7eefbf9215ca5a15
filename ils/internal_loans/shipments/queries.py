"""Reading boxes between branches and what is under way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.internal_loans.shipments.rules import ShipmentCounts, UnknownShipment


def shipment_by_id(session: Session, number: int, *, lock: bool = False) -> Shipment:
    """A box.

    Raises:
        UnknownShipment: there is none.
    """
    found = session.get(Shipment, number, with_for_update=lock)
    if found is None:
        raise UnknownShipment
    return found


def shipments(branch_id: int) -> Select[Shipment]:
    """The boxes a branch packs, sent or is to receive: those not received first."""
    return (
        select(Shipment)
        .where(or_(Shipment.from_branch_id == branch_id, Shipment.to_branch_id == branch_id))
        .order_by(Shipment.received_at.is_not(None), Shipment.id.desc())
    )


def to_be_packed(session: Session, branch_id: int) -> list[tuple[int, int]]:
    """(branch, copies) that are to leave from here and lie in no box yet."""
    query = (
        select(Transit.to_branch_id, func.count())
        .where(
            Transit.from_branch_id == branch_id, Transit.ended_at.is_(None),
            Transit.shipment_id.is_(None),
        )
        .group_by(Transit.to_branch_id)
        .order_by(func.count().desc(), Transit.to_branch_id)
    )  # fmt: skip
    return [(to, count) for to, count in session.execute(query)]


def contents(shipment: Shipment) -> Select[Transit]:
    """What is on the list of a box, in the order it was packed."""
    return (
        select(Transit)
        .where(Transit.shipment_id == shipment.id)
        .options(joinedload(Transit.item))
        .order_by(Transit.id)
    )


def counts(session: Session, ids: Sequence[int]) -> dict[int, ShipmentCounts]:
    """Box → what is on its list and what of it arrived or was given up."""
    lost = func.count().filter(Transit.lost)
    arrived = func.count().filter(Transit.ended_at.is_not(None), ~Transit.lost)
    query = (
        select(Transit.shipment_id, func.count(), arrived, lost)
        .where(Transit.shipment_id.in_(ids))
        .group_by(Transit.shipment_id)
    )
    found = {number: ShipmentCounts(*counted) for number, *counted in session.execute(query)}
    return {number: found.get(number, ShipmentCounts()) for number in ids}


def on_the_list(session: Session, shipment: Shipment, item_id: int) -> Transit | None:
    """The line of a copy on the list of a box."""
    query = select(Transit).where(Transit.shipment_id == shipment.id, Transit.item_id == item_id)
    return session.scalars(query.order_by(Transit.id.desc()).limit(1)).first()


def under_way(
    from_id: int | None = None, to_id: int | None = None, before: datetime | None = None
) -> Select[Transit, Shipment | None]:
    """Copies on their way with their boxes, longest under way first."""
    query = (
        select(Transit, Shipment)
        .outerjoin(Shipment, Shipment.id == Transit.shipment_id)
        .where(Transit.ended_at.is_(None))
        .options(joinedload(Transit.item))
        .order_by(Transit.sent_at, Transit.id)
    )
    if from_id is not None:
        query = query.where(Transit.from_branch_id == from_id)
    if to_id is not None:
        query = query.where(Transit.to_branch_id == to_id)
    return query if before is None else query.where(Transit.sent_at < before)


def way_by_id(session: Session, number: int) -> Transit | None:
    """A way that has not ended, held until the transaction ends."""
    query = select(Transit).where(Transit.id == number, Transit.ended_at.is_(None))
    return session.scalar(query.with_for_update(of=Transit))


def lent_out(branch_id: int | None = None) -> Select[InternalLoan]:
    """Copies lent to branches and not back, those that should be back first."""
    query = (
        select(InternalLoan)
        .where(InternalLoan.ended_at.is_(None))
        .options(joinedload(InternalLoan.item))
        .order_by(InternalLoan.until.is_(None), InternalLoan.until, InternalLoan.id)
    )
    return query if branch_id is None else query.where(InternalLoan.to_branch_id == branch_id)
