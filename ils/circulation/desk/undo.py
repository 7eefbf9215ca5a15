"""Undoing the last act on a copy: reversing entries, and the state as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.circulation.context import Desk
from ils.circulation.desk import queries as entry_queries
from ils.circulation.desk.actions import Answer
from ils.circulation.desk.rules import CannotUndo, Level, Situation
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.actions import release_hold
from ils.circulation.holds.models import HoldStatus
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan, LoanEnd
from ils.errors import N_, NotFound
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import AlreadyReversed, Entry, Kind, Origin
from ils.patrons import queries as patron_queries
from ils.patrons.visits import uncount_visit

A_DAY = timedelta(days=1)


class UnknownAct(NotFound):
    """No act has this number."""

    code = "unknown_act"
    message = N_("There is nothing to undo.")


@dataclass(frozen=True)
class _Act:
    """What is to be undone, with the rows it touched, locked."""

    session: Session
    origin: Origin
    entry: Entry
    item: Item
    loan: Loan | None


def undo(desk: Desk, *, act: UUID) -> Answer:
    """Undo an act of today at this branch, if it is still the last one on its copy.

    Raises:
        UnknownAct: there was none.
        CannotUndo: something else happened since, or it was elsewhere or another day.
        AlreadyReversed: it was undone before.
    """
    session, origin = desk.session, desk.origin
    entry = ledger.entry_of_request(session, act)
    if entry is None or entry.item_id is None:
        raise UnknownAct
    dated_back = (
        entry.detail == patron_queries.BOOK_DROP and clock.now() - entry.recorded_at < A_DAY
    )
    if entry.branch_id != origin.branch_id or not (entry.day == origin.day or dated_back):
        raise CannotUndo
    loan = loan_queries.loan(session, entry.loan_id) if entry.loan_id else None
    patron = loan.patron if loan else None
    if patron is not None:
        patron_queries.patron(session, patron.id, lock=True)
    item = session.get_one(Item, entry.item_id, with_for_update={"of": Item})
    if loan is not None:
        session.refresh(loan)
    answer = Answer(Situation.UNDO, Level.INFO, patron, item, loan)
    if ledger.reversal_of(session, entry) is not None:
        raise AlreadyReversed
    is_bulk = loan is not None and loan.is_bulk
    if entry_queries.last_act_on(session, item.id, entry.loan_id if is_bulk else None) != entry:
        raise CannotUndo
    undoing = _Act(session, origin, entry, item, loan)
    _HOW[Kind(entry.kind)](undoing)
    ledger.reverse(session, entry, origin)
    made_visit = entry.detail not in patron_queries.NO_VISIT
    if made_visit and loan is not None and loan.patron_id is not None:
        uncount_visit(session, origin, loan.patron_id, entry)
    return answer


def _undo_loan(act: _Act) -> None:
    loan = _expect(act, open_=True)
    if loan.quantity_returned:
        raise CannotUndo
    loan.ended_at, loan.ended_by = act.origin.at, LoanEnd.UNDONE
    if loan.is_bulk:
        return
    act.item.status = ItemStatus.AVAILABLE
    act.session.flush()
    _unfill_hold(act)
    # It was missing or lost before, or lent to another: that reader has it again.
    if (found := _companion(act, "found")) is not None:
        act.item.status = found.detail or ItemStatus.MISSING
        ledger.reverse(act.session, found, act.origin.derive("found"))
    companion = _companion(act, "return")
    if companion is not None and companion.loan_id is not None:
        former = loan_queries.loan(act.session, companion.loan_id)
        _reopen(act, former)
        ledger.reverse(act.session, companion, act.origin.derive("return"))


def _companion(act: _Act, name: str) -> Entry | None:
    return ledger.entry_of_request(
        act.session, ledger.derived_request_id(act.entry.request_id, name)
    )


def _unfill_hold(act: _Act) -> None:
    """The reader waits again, and the copy stands on the hold shelf if it stood there."""
    filled = _companion(act, "hold")
    if filled is None or act.loan is None or act.loan.patron_id is None:
        _back_on_hold_shelf(act)
        return
    ledger.reverse(act.session, filled, act.origin.derive("hold"))
    hold = hold_queries.filled_hold(act.session, act.loan.patron_id, act.item.record_id)
    if hold is None:
        return
    hold.ended_at = None
    if hold.item_id == act.item.id and hold.shelf_until is not None:
        hold.status, act.item.status = HoldStatus.ON_SHELF, ItemStatus.ON_HOLD_SHELF
    else:
        hold.status, hold.item_id, hold.shelf_until = HoldStatus.WAITING, None, None


def _back_on_hold_shelf(act: _Act) -> None:
    """The copy stands again for the reader whose hold was let pass."""
    holds = hold_queries.holds_on(act.session, act.item.record_id)
    waited = (h for h in holds if h.status == HoldStatus.WAITING and h.shelf_until is not None)
    hold = next((h for h in waited if h.branch_id == act.entry.branch_id), None)
    if hold is not None:
        hold.status, hold.item_id = HoldStatus.ON_SHELF, act.item.id
        act.item.status = ItemStatus.ON_HOLD_SHELF


def _undo_return(act: _Act) -> None:
    """The copy goes back to the reader, also from the hold shelf or the box it was put in."""
    loan = act.loan
    if loan is not None and loan.is_bulk:
        loan.quantity_returned -= act.entry.count
        loan.ended_at = loan.ended_by = None
        return
    loan = _expect(act, open_=False)
    if act.item.branch_id != act.entry.branch_id:  # another branch has received it since
        raise CannotUndo
    if act.item.status not in {
        ItemStatus.AVAILABLE,
        ItemStatus.ON_HOLD_SHELF,
        ItemStatus.IN_TRANSIT,
    }:
        raise CannotUndo
    release_hold(act.session, act.item, act.origin)
    _reopen(act, loan)


def _undo_loss(act: _Act) -> None:
    if act.loan is None:
        act.item.status = ItemStatus.AVAILABLE
    else:
        _reopen(act, _expect(act, open_=False))


def _undo_finding(act: _Act) -> None:
    release_hold(act.session, act.item, act.origin)
    act.item.status = act.entry.detail or ItemStatus.MISSING


def _undo_renewal(act: _Act) -> None:
    loan = _expect(act, open_=True)
    if loan.due_before is None:
        raise CannotUndo
    loan.due, loan.due_before = loan.due_before, None
    loan.renewals -= 1
    loan.unseen_renewals -= act.entry.channel in patron_queries.REMOTE


def _undo_nothing(_: _Act) -> None:
    """In-house use changed no state."""


def _refuse(_: _Act) -> None:
    raise CannotUndo


_HOW = dict.fromkeys(Kind, _refuse) | {
    Kind.LOAN: _undo_loan,
    Kind.RETURN: _undo_return,
    Kind.RENEWAL: _undo_renewal,
    Kind.IN_HOUSE_USE: _undo_nothing,
    Kind.LOST: _undo_loss,
    Kind.FOUND: _undo_finding,
}


def _expect(act: _Act, *, open_: bool) -> Loan:
    if act.loan is None or (act.loan.ended_at is None) is not open_:
        raise CannotUndo
    return act.loan


def _reopen(act: _Act, loan: Loan) -> None:
    loan.ended_at = loan.ended_by = None
    loan.quantity_returned = 0
    act.item.status = ItemStatus.ON_LOAN
    act.item.branch_id = loan.branch_id
    act.session.flush()
