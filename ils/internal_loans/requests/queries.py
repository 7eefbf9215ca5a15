"""Reading requests, what stands free where, and what was sent for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ils.circulation.holds.models import IS_OPEN, ORDER, Hold, HoldStatus
from ils.circulation.loans.models import Loan
from ils.circulation.transit.models import InternalLoan, InternalLoanState
from ils.holdings.items.models import Item, ItemStatus
from ils.internal_loans.requests.models import InternalRequest, RequestState
from ils.internal_loans.requests.rules import LENT_WITHIN, Offer, UnknownRequest, next_van
from ils.organisation.branches.models import Branch


def request_by_id(session: Session, number: int, *, lock: bool = False) -> InternalRequest:
    """A request.

    Raises:
        UnknownRequest: there is none.
    """
    held = {"of": InternalRequest} if lock else None
    found = session.get(InternalRequest, number, with_for_update=held)
    if found is None:
        raise UnknownRequest
    return found


def requests(state: str = "", branch_id: int | None = None) -> Select[InternalRequest]:
    """Requests, those that wait first and longest."""
    query = select(InternalRequest).order_by(
        InternalRequest.state != RequestState.REQUESTED, InternalRequest.id
    )
    if state:
        query = query.where(InternalRequest.state == state)
    return query if branch_id is None else query.where(InternalRequest.branch_id == branch_id)


def open_requests_of(branch_id: int) -> Select[InternalRequest]:
    """What a branch waits for, to be packed for it."""
    return requests(RequestState.REQUESTED, branch_id)


def sent_for(request: InternalRequest) -> Select[InternalLoan]:
    """Copies that were picked for a request, with where they are."""
    return (
        select(InternalLoan)
        .where(InternalLoan.request_id == request.id)
        .where(InternalLoan.state != InternalLoanState.CANCELLED)
        .options(joinedload(InternalLoan.item))
        .order_by(InternalLoan.id)
    )


def sent_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Request → copies picked for it."""
    query = (
        select(InternalLoan.request_id, func.count())
        .where(InternalLoan.request_id.in_(ids))
        .where(InternalLoan.state != InternalLoanState.CANCELLED)
        .group_by(InternalLoan.request_id)
    )
    return {number: count for number, count in session.execute(query) if number is not None}


def offers(session: Session, request: InternalRequest, now: datetime, day: date) -> list[Offer]:
    """What other branches could give for a request of a document."""
    free = func.sum(Item.copies).filter(Item.status == ItemStatus.AVAILABLE)
    query = (
        select(Item.branch_id, free)
        .where(Item.record_id == request.record_id, Item.branch_id != request.branch_id)
        .where(Item.copies == 1)
        .group_by(Item.branch_id)
    )
    lent = dict(session.execute(
        select(Loan.branch_id, func.count())
        .join(Item, Item.id == Loan.item_id)
        .where(Item.record_id == request.record_id, Loan.issued_at >= now - LENT_WITHIN)
        .group_by(Loan.branch_id)
    ).all())  # fmt: skip
    branches = {branch.id: branch for branch in session.scalars(select(Branch))}
    route = branches[request.branch_id].route
    return [
        Offer(
            number,
            copies,
            lent.get(number, 0),
            next_van(branches[number].van_days(), day),
            is_near=bool(route) and branches[number].route == route,
        )
        for number, copies in session.execute(query)
        if copies
    ]


def to_pick(branch_id: int) -> Select[Item]:
    """Copies of a branch that others asked for, in the order of its shelves."""
    wanted = select(InternalRequest.record_id).where(
        InternalRequest.state == RequestState.REQUESTED, InternalRequest.record_id.is_not(None),
        InternalRequest.branch_id != branch_id,
    )  # fmt: skip
    return (
        select(Item)
        .join(Item.record)
        .where(
            Item.branch_id == branch_id, Item.status == ItemStatus.AVAILABLE, Item.copies == 1,
            Item.record_id.in_(wanted),
        )
        .options(contains_eager(Item.record))
        .order_by(Item.location, Item.shelf_mark, Item.id)
    )  # fmt: skip


def holds_elsewhere() -> Select[Hold]:
    """Readers who wait at a branch for a document of which none stands there."""
    here = select(Item.id).where(
        Item.record_id == Hold.record_id, Item.branch_id == Hold.branch_id,
        Item.status == ItemStatus.AVAILABLE,
    )  # fmt: skip
    return (
        select(Hold)
        .where(IS_OPEN, Hold.status == HoldStatus.WAITING, ~here.exists())
        .options(joinedload(Hold.record), joinedload(Hold.patron))
        .order_by(ORDER, Hold.id)
    )
