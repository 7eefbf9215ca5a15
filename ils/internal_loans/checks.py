"""What must be true of requests, boxes and ways between branches; for the self-check."""

from __future__ import annotations

from sqlalchemy import CompoundSelect, Select, and_, case, func, select

from ils.circulation.transit.actions import KINDS as WAY_KINDS
from ils.circulation.transit.models import InternalLoan, InternalLoanState, Shipment, Transit
from ils.holdings.items.models import Item
from ils.internal_loans.requests.actions import ASKED
from ils.internal_loans.requests.models import InternalRequest, RequestState
from ils.ledger import Channel, Entry, Kind

#: Kinds of entries that say where a copy on an internal loan is.
WAYS = [kind for state, kind in WAY_KINDS.items() if state != InternalLoanState.CANCELLED]
#: What was brought in as sums has no requests behind it.
_OWN = Entry.channel != Channel.IMPORT


def loans_differ() -> CompoundSelect[int]:
    """A copy's internal loan stands where the last entry of its ways says; none ends unsaid."""
    undone = select(Entry.reverses_id).where(Entry.kind.in_(WAYS), Entry.reverses_id.is_not(None))
    last = (
        select(Entry.item_id, func.max(Entry.id).label("id"))
        .where(Entry.kind.in_(WAYS), Entry.reverses_id.is_(None), Entry.id.not_in(undone))
        .where(Entry.item_id.is_not(None))
        .group_by(Entry.item_id)
        .subquery()
    )
    told = select(last.c.item_id, Entry.kind).join(Entry, Entry.id == last.c.id).subquery()
    state = func.coalesce(case(
        {kind.value: state.value for state, kind in WAY_KINDS.items()}, value=told.c.kind,
    ), "")  # fmt: skip
    open_ = InternalLoan.ended_at.is_(None)
    wrong = (
        select(InternalLoan.id)
        .outerjoin(told, told.c.item_id == InternalLoan.item_id)
        .where(open_, InternalLoan.state != state)
    )
    return wrong.union_all(_came_back_unsaid())


def assigned_differ() -> Select[int]:
    """A copy is to stand at a branch ⇔ it was picked for a request of that branch."""
    asked = (
        select(InternalLoan.item_id, InternalRequest.branch_id)
        .join(InternalRequest, InternalRequest.id == InternalLoan.request_id)
        .where(InternalLoan.ended_at.is_(None))
        .subquery()
    )
    return (
        select(Item.id)
        .outerjoin(asked, asked.c.item_id == Item.id)
        .where(func.coalesce(Item.assigned_branch_id, 0) != func.coalesce(asked.c.branch_id, 0))
    )


def _came_back_unsaid() -> Select[int]:
    """Of a copy: as many loans ended at home as entries say."""
    said = (
        select(Entry.item_id, func.sum(Entry.count).label("n"))
        .where(Entry.kind == Kind.IL_BACK, Entry.item_id.is_not(None), _OWN)
        .group_by(Entry.item_id)
        .subquery()
    )
    ended = (
        select(InternalLoan.item_id, func.count().label("n"))
        .where(InternalLoan.state == InternalLoanState.BACK)
        .group_by(InternalLoan.item_id)
        .subquery()
    )
    return (
        select(func.coalesce(ended.c.item_id, said.c.item_id))
        .outerjoin_from(ended, said, said.c.item_id == ended.c.item_id, full=True)
        .where(func.coalesce(ended.c.n, 0) != func.coalesce(said.c.n, 0))
    )


def boxes_differ() -> CompoundSelect[int]:
    """What is under way in a box goes where the box goes; of a box that left, so is its loan."""
    under_way = select(Transit.id).join(Shipment, Shipment.id == Transit.shipment_id)
    under_way = under_way.where(Transit.ended_at.is_(None))
    astray = under_way.where(Transit.to_branch_id != Shipment.to_branch_id)
    open_ = and_(InternalLoan.item_id == Transit.item_id, InternalLoan.ended_at.is_(None))
    unsaid = under_way.join(InternalLoan, open_).where(
        Shipment.sent_at.is_not(None), InternalLoan.state == InternalLoanState.SELECTED
    )
    return astray.union_all(unsaid)


def requests_differ() -> Select[int]:
    """Of a branch: as many requests, and as many that came to nothing, as entries say."""
    nothing = InternalRequest.state.in_((RequestState.REFUSED, RequestState.CANCELLED))
    made = (
        select(
            InternalRequest.branch_id, func.count().label("asked"),
            func.count().filter(nothing).label("ended"),
        )
        .group_by(InternalRequest.branch_id)
        .subquery()
    )  # fmt: skip
    asked = case((Entry.kind == Kind.IL_REQUESTED, Entry.count), else_=0)
    ended = case((Entry.kind == Kind.IL_CANCELLED, Entry.count), else_=0)
    told = (
        select(
            Entry.branch_id, func.sum(asked).label("asked"), func.sum(ended).label("ended")
        )
        .where(
            Entry.kind.in_((Kind.IL_REQUESTED, Kind.IL_CANCELLED)), _OWN,
            (Entry.kind == Kind.IL_REQUESTED) | (Entry.place == ASKED),
        )
        .group_by(Entry.branch_id)
        .subquery()
    )  # fmt: skip
    return (
        select(func.coalesce(made.c.branch_id, told.c.branch_id))
        .outerjoin_from(made, told, told.c.branch_id == made.c.branch_id, full=True)
        .where(
            (func.coalesce(made.c.asked, 0) != func.coalesce(told.c.asked, 0))
            | (func.coalesce(made.c.ended, 0) != func.coalesce(told.c.ended, 0))
        )
    )
