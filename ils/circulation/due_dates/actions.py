"""Moving due dates on from a closed day, and back."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ils import clock
from ils.circulation.due_dates import queries
from ils.circulation.due_dates.models import MovedDueDates
from ils.circulation.due_dates.queries import ClosedDue
from ils.circulation.loans.models import Loan
from ils.errors import N_, Refused
from ils.organisation.audit.actions import audit
from ils.organisation.branches.models import Branch

#: Loans one statement goes back with.
AT_ONCE = 500


class NothingToMove(Refused):
    """The day is no longer closed, or nothing is due on it."""

    code = "nothing_to_move"
    message = N_("Nothing is due on that day any more, or the branch works on it.")


class MovedBack(Refused):
    """The move was undone before."""

    code = "moved_back"
    message = N_("This was already undone.")


def move(session: Session, by: int | None, closed: ClosedDue) -> MovedDueDates:
    """Give all loans due on a closed day the next day the branch works.

    Raises:
        NothingToMove: nothing is due then.
    """
    which = queries.due_on(closed.branch_id, closed.day)
    held = select(Loan.id).where(which).order_by(Loan.id).with_for_update()
    loans = list(session.scalars(held))
    if not loans:
        raise NothingToMove
    for at in range(0, len(loans), AT_ONCE):
        some = loans[at : at + AT_ONCE]
        session.execute(update(Loan).where(Loan.id.in_(some)).values(due=closed.to_day))
    done = MovedDueDates(
        branch_id=closed.branch_id, day=closed.day, to_day=closed.to_day, loans=loans,
        moved_at=clock.now(), moved_by=by,
    )  # fmt: skip
    session.add(done)
    _note(session, by, "loans.move_due", done)
    return done


def move_back(session: Session, by: int | None, done: MovedDueDates) -> int:
    """Give the loans their day again: those still out whose day nobody changed since.

    Returns:
        How many.

    Raises:
        MovedBack: it was undone before.
    """
    if done.undone_at is not None:
        raise MovedBack
    moved = 0
    for at in range(0, len(done.loans), AT_ONCE):
        which = (Loan.id.in_(done.loans[at : at + AT_ONCE]), Loan.due == done.to_day)
        ids = session.scalars(select(Loan.id).where(*which, Loan.ended_at.is_(None))).all()
        session.execute(update(Loan).where(Loan.id.in_(ids)).values(due=done.day))
        moved += len(ids)
    done.undone_at, done.undone_by = clock.now(), by
    _note(session, by, "loans.move_back", done)
    return moved


def _note(session: Session, by: int | None, act: str, done: MovedDueDates) -> None:
    branch = session.get_one(Branch, done.branch_id)
    audit(session, by, act, branch.code, day=done.day, to_day=done.to_day, loans=done.number)
