"""What is counted of copies that one branch lends to another (ВСО).

A loan to a reader is counted once, where the reader gets it; here the ways between the branches
are counted, and that a loan came about by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.transit import queries
from ils.circulation.transit.models import InternalLoan, InternalLoanState, LoanPurpose, Transit
from ils.holdings.acts import execution
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item
from ils.ledger import Entry, Facts, Kind, Origin
from ils.organisation.branches.models import Branch, BranchType

_State = InternalLoanState
#: What is written down when a loan comes to a state.
KINDS = {
    _State.SELECTED: Kind.IL_SELECTED, _State.DISPATCHED: Kind.IL_DISPATCHED,
    _State.RECEIVED: Kind.IL_RECEIVED, _State.SENT_BACK: Kind.IL_SENT_BACK,
    _State.BACK: Kind.IL_BACK, _State.CANCELLED: Kind.IL_CANCELLED,
}  # fmt: skip
ENDED = (_State.BACK, _State.CANCELLED)
#: The place of what a branch sends; what the central library's exchange sends has none.
UNIT = "unit"


def step(session: Session, origin: Origin, loan: InternalLoan, state: InternalLoanState) -> None:
    """Bring an internal loan to a state, and write it down at the branch where that happens."""
    _come_to(loan, state, origin)
    session.flush()
    part = origin.derive(f"il:{state}:{loan.id}")
    ledger.record(session, KINDS[state], part, _facts(loan), **_about(session, loan))


def _come_to(loan: InternalLoan, state: InternalLoanState, origin: Origin) -> None:
    loan.state = state
    if state in ENDED:
        loan.ended_at = origin.at
        loan.item.assigned_branch_id = loan.item.assigned_until = None


def _facts(loan: InternalLoan) -> Facts:
    return {**item_facts(loan.item), "other_branch_id": loan.to_branch_id}


def _about(session: Session, loan: InternalLoan) -> dict[str, Any]:
    sender = session.get_one(Branch, loan.from_branch_id)
    place = None if sender.type == BranchType.CENTRAL else UNIT
    return {"detail": loan.purpose, "place": place}


def leave(session: Session, origin: Origin, transit: Transit) -> None:
    """A copy is sent to a reader who waits elsewhere, or back where it should be."""
    item, to = transit.item, transit.to_branch_id
    loan = queries.internal_loan_of(session, item.id)
    if loan is None:
        if transit.hold_id is None or to == item.owner_branch_id:
            return  # it goes home: a reader had returned it here
        loan = InternalLoan(
            item=item, from_branch_id=transit.from_branch_id, to_branch_id=to,
            purpose=LoanPurpose.REQUEST, hold_id=transit.hold_id, state=_State.SELECTED,
            began_at=origin.at,
        )  # fmt: skip
        session.add(loan)
        step(session, origin, loan, _State.DISPATCHED)
    elif to == item.owner_branch_id:
        step(session, origin, loan, _State.SENT_BACK)
    elif transit.hold_id is None:  # back to the selection it belongs to until its day
        loan.from_branch_id, loan.to_branch_id, loan.hold_id = origin.branch_id, to, None
        step(session, origin, loan, _State.SENT_BACK)
    else:  # from branch to branch: to another reader
        loan.from_branch_id, loan.to_branch_id = transit.from_branch_id, to
        loan.hold_id = transit.hold_id
        step(session, origin, loan, _State.DISPATCHED)


def arrive(session: Session, origin: Origin, item: Item) -> InternalLoan | None:
    """A copy came to a branch: to the one that asked, or home again.

    Returns:
        The internal loan it is, or was until now.
    """
    loan = queries.internal_loan_of(session, item.id)
    if loan is None:
        return None
    if loan.state == _State.SELECTED:  # nobody said that its box left; here it is
        sender = replace(origin, branch_id=loan.from_branch_id)
        step(session, sender, loan, _State.DISPATCHED)
    if origin.branch_id == item.owner_branch_id:
        step(session, origin, loan, _State.BACK)
    elif origin.branch_id == loan.to_branch_id and loan.state != _State.RECEIVED:
        step(session, origin, loan, _State.RECEIVED)
    return loan


def call_back(session: Session, origin: Origin, loan: InternalLoan) -> None:
    """The branch has no claim to a copy from today on: the next scan of it sends it home."""
    loan.until = origin.day - timedelta(days=1)
    if loan.item.assigned_branch_id is not None:
        loan.item.assigned_until = loan.until
    session.flush()


def _given(session: Session, origin: Origin, items: Sequence[Item]) -> None:
    """Copies lent to branches belong to another one now: it has them, and lends them itself."""
    ids = [item.id for item in items]
    open_ = select(InternalLoan).where(
        InternalLoan.item_id.in_(ids), InternalLoan.ended_at.is_(None)
    )
    for loan in session.scalars(open_.order_by(InternalLoan.id)).all():
        there = replace(origin, branch_id=loan.item.owner_branch_id)
        step(session, there, loan, _State.BACK)


execution.WHEN_GIVEN.append(_given)


def lent(session: Session, origin: Origin, item: Item, facts: Facts) -> None:
    """A reader got a copy away from its home, or out of its way: it came by an internal loan."""
    loan = arrive(session, origin, item)
    if loan is not None and origin.branch_id != item.owner_branch_id:
        ledger.record(session, Kind.IL_LENT, origin.derive("il"), facts, detail=loan.purpose)


def give_up(session: Session, origin: Origin, loan: InternalLoan, stays_at: int) -> None:
    """A copy never left: what was counted of this way is taken back.

    Where it was received before, it is still lent to the branch where it stays.
    """
    undone = select(Entry.reverses_id).where(
        Entry.item_id == loan.item_id, Entry.reverses_id.is_not(None)
    )
    standing = session.scalars(
        select(Entry)
        .where(
            Entry.item_id == loan.item_id, Entry.kind.in_(KINDS.values()),
            Entry.reverses_id.is_(None), Entry.id.not_in(undone),
            Entry.occurred_at >= loan.began_at,
        )
        .order_by(Entry.id)
    ).all()  # fmt: skip
    received = max((entry.id for entry in standing if entry.kind == Kind.IL_RECEIVED), default=0)
    for entry in standing:
        if entry.id > received:
            ledger.reverse(session, entry, origin.derive(f"il:stayed:{entry.id}"))
    if received:
        loan.to_branch_id = stays_at
    _come_to(loan, _State.RECEIVED if received else _State.CANCELLED, origin)
    session.flush()
