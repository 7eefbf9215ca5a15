"""Entries of a wrong clock reversed and dated anew; months it closed opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.loans.models import Loan
from ils.errors import N_, Invalid, Refused
from ils.jobs.actions import enqueue
from ils.ledger import Entry, Kind, Origin, guards
from ils.operations.wrong_clock import queries
from ils.organisation.audit.actions import audit
from ils.patrons.models import PatronYear
from ils.patrons.visits import visit_key
from ils.stats.closing.actions import forget
from ils.stats.models import ClosedMonth, SummarySpan

#: Set right in one transaction; more than a library does in some weeks.
MOST = 50_000
VISITS = (Kind.VISIT, Kind.REMOTE_VISIT)
_REAL = N_("What day it really was")


class NothingWrong(Refused):
    """Every entry is dated as it can be, and no month is closed that is not over."""

    code = "nothing_wrong"
    message = N_("No entry and no closed month is ahead of its time.")


@dataclass(frozen=True)
class SetRight:
    """What was done: entries dated anew, months opened again."""

    entries: int
    months: list[date]


def set_right(session: Session, origin: Origin, *, real_day: date | None, reason: str) -> SetRight:
    """Reverse what a wrong clock dated, open the months it closed, and date it anew.

    Entries stay: each is reversed on its own day, so that the wrong month comes to nothing, and
    said again on the right day.

    Args:
        real_day: what day it was on the first of the wrong days; the others follow it.

    Raises:
        NothingWrong: there is nothing to be set right.
        Invalid: no reason; no day; a day that makes entries of the future.
    """
    if not reason.strip():
        raise Invalid(N_("Reason"), N_("This must be filled in."))
    today = origin.day
    entries, misdated = queries.wrong_entries(session, today)
    months = queries.months_not_over(session, today)
    if not entries and not months:
        raise NothingWrong
    shift = _shift(entries, misdated, real_day, today)
    shifts = {one.id: shift if one.id in misdated else timedelta() for one in entries}
    ledger.reverse_many(session, entries, origin)
    if months:
        _open_again(session, origin, months)
    again = [one for one in entries if not queries.is_mark(one)]
    again = [one for one in again if one.kind != Kind.REGISTRATION
             or _moved_registration(session, one, shifts[one.id])]  # fmt: skip
    _count_visits(session, origin, [one for one in again if one.kind in VISITS], shifts)
    ledger.repeat_many(session, [one for one in again if one.kind not in VISITS], origin, shifts)
    _shift_loans(session, [one for one in again if one.id in misdated], shift)
    audit(
        session, origin.staff_id, "ledger.set_right", f"{today}", reason=reason.strip(),
        entries=len(entries), days=shift.days, months=[f"{month:%Y-%m}" for month in months],
    )  # fmt: skip
    enqueue(session, "backup")  # the journal goes on from a backup that has the months open
    session.flush()
    return SetRight(len(entries), months)


def _shift(
    entries: Sequence[Entry], misdated: set[int], real_day: date | None, today: date
) -> timedelta:
    """By how many days the wrong days are off.

    Raises:
        Invalid: it is not said, or cannot be; there are too many entries.
    """
    if len(entries) > MOST:
        raise Invalid(_REAL, N_("There are too many entries for this page."))
    days = [one.day for one in entries if one.id in misdated]
    if not days:
        return timedelta()
    if real_day is None:
        raise Invalid(_REAL, N_("This must be filled in."))
    shift = real_day - min(days)
    if max(days) + shift > today:
        raise Invalid(_REAL, N_("Then some of this would happen after today."))
    return shift


def _open_again(session: Session, origin: Origin, months: Sequence[date]) -> None:
    """Open months that are not over; what was kept of them is counted anew later."""
    earlier = select(ClosedMonth.month).where(ClosedMonth.month < months[0])
    still_closed = session.scalar(earlier.limit(1)) is not None
    guards.move_frontier_back(session, months[0] if still_closed else date.min)
    for month in months:
        audit(session, origin.staff_id, "month.open_again", f"{month:%Y-%m}")
    session.execute(delete(ClosedMonth).where(ClosedMonth.month.in_(months)))
    forget(session, select(SummarySpan.id).where(SummarySpan.end > months[0]))


def _count_visits(
    session: Session, origin: Origin, visits: Sequence[Entry], shifts: Mapping[int, timedelta]
) -> None:
    """Visits on their right days: one a day at a branch."""
    readers = dict(
        session.execute(
            select(PatronYear.id, PatronYear.patron_id).where(
                PatronYear.id.in_({one.patron_year_id for one in visits})
            )
        ).all()
    )
    left = []
    for one in visits:
        day, reader = one.day + shifts[one.id], readers.get(one.patron_year_id or 0)
        if reader is None:
            left.append(one)
            continue
        place = Origin(
            one.occurred_at + shifts[one.id], day, one.branch_id, one.staff_id,
            ledger.Channel(one.channel), origin.request_id, one.service_point_id,
        )  # fmt: skip
        facts: ledger.Facts = {
            "patron_year_id": one.patron_year_id, "patron_category": one.patron_category,
            "age": one.age, "sex": one.sex,
        }  # fmt: skip
        key = visit_key(Kind(one.kind), reader, one.branch_id, day)
        ledger.record_once(session, Kind(one.kind), place, facts, key=key)
    ledger.repeat_many(session, left, origin, shifts)


def _moved_registration(session: Session, entry: Entry, shift: timedelta) -> bool:
    """Move a registration to the right year; one who is registered for it stays that."""
    year = session.get(PatronYear, entry.patron_year_id)
    if year is None:
        return True
    right = (entry.day + shift).year
    if year.year != right:
        same = select(PatronYear.id).where(
            PatronYear.patron_id == year.patron_id, PatronYear.year == right,
            ~PatronYear.taken_back,
        )  # fmt: skip
        if year.patron_id is not None and session.scalar(same) is not None:
            year.taken_back = True
            session.flush()
            return False
        year.year = right
    year.registered_at += shift
    session.flush()
    return True


def _shift_loans(session: Session, entries: Sequence[Entry], shift: timedelta) -> None:
    """Loans begin, end and are due on the right days."""
    for entry in entries:
        loan = session.get(Loan, entry.loan_id) if entry.loan_id is not None else None
        if loan is None:
            continue
        if entry.kind == Kind.LOAN:
            loan.issued_at += shift
        if entry.kind in (Kind.LOAN, Kind.RENEWAL) and _is_latest_term(entries, entry):
            loan.due += shift
        if entry.kind in (Kind.RETURN, Kind.LOST) and loan.ended_at is not None:
            loan.ended_at += shift
    session.flush()


def _is_latest_term(entries: Sequence[Entry], entry: Entry) -> bool:
    """Whether the day a loan is due follows from this entry: moved once for all of its terms."""
    terms = [
        one.id for one in entries
        if one.loan_id == entry.loan_id and one.kind in (Kind.LOAN, Kind.RENEWAL)
    ]  # fmt: skip
    return entry.id == max(terms)
