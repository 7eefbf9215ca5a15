"""Undoing an act of the desk: what it changed gets its former values, its entries are reversed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.catalog.records.actions import take_back_provisional
from ils.circulation.context import Desk
from ils.circulation.desk import queries as entry_queries
from ils.circulation.desk.results import Undone
from ils.circulation.desk.rules import Situation
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import LoanRefused, Problem, Severity, checked
from ils.codes import actions as codes
from ils.errors import N_
from ils.holdings.items.models import Item
from ils.ledger import Act, AlreadyReversed, CannotUndo, Entry, Kind, UnknownAct, acts
from ils.organisation.audit.actions import audit
from ils.patrons import queries as patron_queries
from ils.patrons.visits import uncount_visit

A_DAY = timedelta(days=1)
#: The problem of an act that is not one's own of today.
NOT_OWN = "not_own_act"
#: Entries of an act that go with it; a visit goes with the last service of its day.
REVERSED = (
    *entry_queries.ACTS, Kind.AMNESTY_RETURN, Kind.REMINDED_RETURN, Kind.HOLD_FILLED,
    Kind.RECORD_ADDED, Kind.IL_DISPATCHED, Kind.IL_RECEIVED, Kind.IL_LENT, Kind.IL_SENT_BACK,
    Kind.IL_BACK,
)  # fmt: skip


def undo(desk: Desk, *, act: UUID) -> Undone:
    """Undo an act, if it is still the last one on its copies; dated as the act itself.

    Raises:
        UnknownAct: there was none.
        UndoRefused: it is not one's own of today, and nobody with the right let it pass.
        CannotUndo: something else happened since.
        AlreadyReversed: it was undone before.
    """
    session = desk.session
    done = acts.kept(session, act)
    query = select(Entry).where(Entry.id.in_(done.entries), Entry.kind.in_(REVERSED))
    entries = session.scalars(query.order_by(Entry.id)).all()
    services = [entry for entry in entries if entry.kind in entry_queries.ACTS]
    if not services:
        raise UnknownAct
    check_own(desk, services[-1], str(act))
    loans = _locked(session, services)
    for entry in services:
        _check_last(session, entry, loans.get(entry.loan_id), done.entries)
    acts.restore(session, done, desk.origin.at)
    for item in _made(session, done):
        codes.drop_of_item(session, item.id)
        take_back_provisional(session, desk.origin, item.record)
    for entry in entries:
        own = entry.request_id == act
        ledger.reverse(
            session, entry, desk.origin if own else desk.origin.derive(f"undo:{entry.id}")
        )
    for entry in services:
        _uncount_visit(desk, entry, loans.get(entry.loan_id))
    last = services[-1]
    about = session.get(Item, last.item_id) if last.request_id == act else None  # else several
    return Undone(
        situation=Situation.UNDO,
        item=about,
        loan=loans.get(last.loan_id),
        kind=Kind(last.kind),
        copies=sum(entry.count for entry in services if entry.kind == last.kind),
    )


class UndoRefused(LoanRefused):
    """It is somebody else's act, or of another day or branch."""

    code = "undo_refused"
    message = N_("Not undone.")


def check_own(desk: Desk, entry: Entry, subject: str) -> None:
    """Look whether an entry is one's own of today; what was dated back, for a day.

    Who has the right may let it pass with a reason; that is written into the audit trail.

    Raises:
        UndoRefused: it is not, and was not let pass.
    """
    origin = desk.origin
    dated_back = (
        entry.detail == patron_queries.BOOK_DROP and clock.now() - entry.recorded_at < A_DAY
    )
    here = (entry.branch_id, entry.staff_id) == (origin.branch_id, origin.staff_id)
    if here and (entry.day == origin.day or dated_back):
        return
    message = N_("It is of %(day)s, or was done by somebody else or elsewhere.")
    day = entry.day.strftime("%d.%m.%Y")
    problem = Problem(NOT_OWN, Severity.OVERRIDABLE, message, (("day", day),))
    checked([problem], desk.override.codes, UndoRefused)
    reason = desk.override.reason
    audit(desk.session, origin.staff_id, "act.undone", subject, day=day, reason=reason)


def _locked(session: Session, services: list[Entry]) -> dict[int | None, Loan]:
    """The loans of the entries by id, their readers and copies held until the transaction ends."""
    loans: dict[int | None, Loan] = {
        number: loan_queries.loan(session, number)
        for number in {entry.loan_id for entry in services}
        if number is not None
    }
    for number in sorted({loan.patron_id for loan in loans.values() if loan.patron_id}):
        patron_queries.patron(session, number, lock=True)
    for number in sorted({entry.item_id for entry in services if entry.item_id}):
        session.get_one(Item, number, with_for_update={"of": Item})
    for loan in loans.values():
        session.refresh(loan)
    return loans


def _check_last(session: Session, entry: Entry, loan: Loan | None, act: list[int]) -> None:
    """Whether nothing was done to a copy since, or to a loan of a group.

    Raises:
        AlreadyReversed: the entry was undone before.
        CannotUndo: something was done since.
    """
    if ledger.reversal_of(session, entry) is not None:
        raise AlreadyReversed
    of_group = entry.loan_id if loan is not None and loan.is_bulk else None
    assert entry.item_id is not None  # noqa: S101 -- acts are on copies; for the checker
    last = entry_queries.last_act_on(session, entry.item_id, of_group)
    if last is None or last.id not in act:
        raise CannotUndo


def _made(session: Session, done: Act) -> list[Item]:
    """The copies an act described in haste."""
    keys = (key.partition(":") for key, values in done.changes.items() if values is None)
    return [session.get_one(Item, int(n)) for table, _, n in keys if table == Item.__tablename__]


def _uncount_visit(desk: Desk, entry: Entry, loan: Loan | None) -> None:
    """The visit goes if the undone act was the reader's only service of the day."""
    made_visit = entry.detail not in patron_queries.NO_VISIT
    if made_visit and loan is not None and loan.patron_id is not None:
        uncount_visit(desk.session, desk.origin, loan.patron_id, entry)
