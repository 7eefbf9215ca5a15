"""What keeps a branch from being closed: what stands there, travels, or is waited for."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ils.circulation.holds.models import IS_OPEN, Hold
from ils.circulation.loans.models import Loan
from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.errors import N_
from ils.holdings.items.models import Item, ItemStatus
from ils.internal_loans.requests.models import InternalRequest, RequestState

#: A copy that stands nowhere.
NOWHERE = (ItemStatus.WITHDRAWN, ItemStatus.LOST, ItemStatus.MISSING)


def ties(session: Session, branch_id: int) -> dict[str, int]:
    """What → how much of it there is at a branch; a text to be translated, no zeros."""
    ends = or_(Transit.from_branch_id == branch_id, Transit.to_branch_id == branch_id)
    lent = or_(InternalLoan.from_branch_id == branch_id, InternalLoan.to_branch_id == branch_id)
    boxes = or_(Shipment.from_branch_id == branch_id, Shipment.to_branch_id == branch_id)
    counted = {
        N_("open loans"): select(func.count(Loan.id)).where(
            Loan.branch_id == branch_id, Loan.ended_at.is_(None)
        ),
        N_("copies standing there"): select(func.count(Item.id)).where(
            Item.branch_id == branch_id, Item.status.not_in(NOWHERE)
        ),
        N_("copies under way"): select(func.count(Transit.id)).where(
            ends, Transit.ended_at.is_(None)
        ),
        N_("internal loans"): select(func.count(InternalLoan.id)).where(
            lent, InternalLoan.ended_at.is_(None)
        ),
        N_("boxes not received"): select(func.count(Shipment.id)).where(
            boxes, Shipment.received_at.is_(None)
        ),
        N_("requests of the branch"): select(func.count(InternalRequest.id)).where(
            InternalRequest.branch_id == branch_id,
            InternalRequest.state == RequestState.REQUESTED,
        ),
        N_("holds to be picked up there"): select(func.count(Hold.id)).where(
            Hold.branch_id == branch_id, IS_OPEN
        ),
    }
    found = {what: session.scalar(query) or 0 for what, query in counted.items()}
    return {what: number for what, number in found.items() if number}
