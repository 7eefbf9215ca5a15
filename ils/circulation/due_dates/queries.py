"""Reading which loans are due on days their branch is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from ils.circulation.due_dates.models import MovedDueDates
from ils.circulation.loans.models import Loan
from ils.errors import N_, NotFound
from ils.ledger import ServicePlace
from ils.organisation.calendar.queries import calendar


class UnknownMove(NotFound):
    """No move has this number."""

    code = "unknown_move"
    message = N_("These due dates were never moved.")


@dataclass(frozen=True)
class ClosedDue:
    """Loans of a branch that are due on a day it is closed, and the next day it works."""

    branch_id: int
    day: date
    loans: int
    to_day: date


def due_on(branch_id: int, day: date) -> ColumnElement[bool]:
    """Loans out of the house that are due on a day; a reading room ends with its day anyway."""
    return and_(
        Loan.ended_at.is_(None), Loan.branch_id == branch_id, Loan.due == day,
        Loan.place != ServicePlace.READING_ROOM,
    )  # fmt: skip


def due_when_closed(session: Session, today: date) -> list[ClosedDue]:
    """What is due on closed days from today on, by branch and day."""
    query = (
        select(Loan.branch_id, Loan.due, func.count())
        .where(Loan.ended_at.is_(None), Loan.due >= today, Loan.place != ServicePlace.READING_ROOM)
        .group_by(Loan.branch_id, Loan.due)
        .order_by(Loan.branch_id, Loan.due)
    )
    found = []
    for branch_id, day, loans in session.execute(query):
        to_day = calendar(session, branch_id, today).next_open_day(day)
        if to_day != day:
            found.append(ClosedDue(branch_id, day, loans, to_day))
    return found


def number_due_when_closed(session: Session, branch_id: int, today: date) -> int:
    """How many loans of a branch are due on days it is closed, from today on."""
    return sum(one.loans for one in due_when_closed(session, today) if one.branch_id == branch_id)


def moves() -> Select[MovedDueDates]:
    """What was moved, the latest first."""
    return select(MovedDueDates).order_by(MovedDueDates.id.desc())


def move_by_id(session: Session, number: int) -> MovedDueDates:
    """One move, held until the transaction ends.

    Raises:
        UnknownMove: there is none.
    """
    found = session.get(MovedDueDates, number, with_for_update=True)
    if found is None:
        raise UnknownMove
    return found
