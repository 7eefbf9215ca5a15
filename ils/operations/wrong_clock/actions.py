"""Entries of a wrong clock reversed and dated anew; months it closed opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.loans.models import Loan
from ils.errors import N_, Invalid, Refused
from ils.jobs.actions import enqueue
from ils.ledger import Entry, Kind, Origin, guards
from ils.operations.wrong_clock import queries
from ils.operations.wrong_clock.queries import WrongEntries
from ils.organisation.audit.actions import audit
from ils.patrons.models import PatronYear
from ils.patrons.served import SERVICES
from ils.patrons.visits import count_visit, reader_facts
from ils.stats.closing.actions import forget
from ils.stats.models import ClosedMonth, SummarySpan

#: Rows asked for at once.
AT_ONCE = 500
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
    wrong, months = queries.wrong_entries(session, today), queries.months_not_over(session, today)
    if not wrong and not months:
        raise NothingWrong
    shift = _shift(wrong, real_day, today)
    shifts = {
        one.id: shift if day.misdated else timedelta() for day in wrong for one in day.entries
    }
    entries = sorted((one for day in wrong for one in day.entries), key=lambda one: one.id)
    ledger.reverse_many(session, entries, origin)
    if months:
        _open_again(session, origin, months)
    _say_again(session, origin, entries, shifts)
    _shift_loans(session, [one for one in entries if shifts[one.id]], shift)
    audit(
        session, origin.staff_id, "ledger.set_right", f"{today}", reason=reason.strip(),
        entries=len(entries), days=shift.days, months=[f"{month:%Y-%m}" for month in months],
    )  # fmt: skip
    enqueue(session, "backup")  # the journal goes on from a backup that has the months open
    session.flush()
    return SetRight(len(entries), months)


def _shift(wrong: Sequence[WrongEntries], real_day: date | None, today: date) -> timedelta:
    """By how many days the wrong days are off.

    Raises:
        Invalid: it is not said, or cannot be; there are too many entries.
    """
    if sum(len(day.entries) for day in wrong) > queries.MOST:
        raise Invalid(_REAL, N_("There are too many entries for this page."))
    days = [day.day for day in wrong if day.misdated]
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


def _say_again(
    session: Session, origin: Origin, entries: Sequence[Entry], shifts: Mapping[int, timedelta]
) -> None:
    """Say on the right days what was reversed.

    A reader's visit is one a day at a branch, a registration one a year; marks that follow from
    other entries the worker makes anew.
    """
    years = _years(session, entries)
    again = []
    for one in entries:
        year = years.get(one.patron_year_id or 0)
        reader = year.patron_id if year is not None else None
        if Kind(one.kind) in SERVICES:
            continue
        if one.kind in VISITS and reader is not None:
            place = replace(
                origin.as_of(one), at=one.occurred_at + shifts[one.id],
                day=one.day + shifts[one.id], branch_id=one.branch_id, staff_id=one.staff_id,
                service_point_id=one.service_point_id,
            )  # fmt: skip
            count_visit(session, place, reader, reader_facts(one))
        elif not _is_second_registration(session, one, year, shifts[one.id]):
            again.append(one)
    ledger.repeat_many(session, again, origin, shifts)


def _years(session: Session, entries: Sequence[Entry]) -> dict[int, PatronYear]:
    """The registrations some entries are of."""
    ids = sorted({one.patron_year_id for one in entries if one.patron_year_id is not None})
    found: dict[int, PatronYear] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = select(PatronYear).where(PatronYear.id.in_(ids[start : start + AT_ONCE]))
        found |= {year.id: year for year in session.scalars(query)}
    return found


def _is_second_registration(
    session: Session, entry: Entry, year: PatronYear | None, shift: timedelta
) -> bool:
    """Move a registration to its right day; whether its reader is registered for that year."""
    if year is None or entry.kind != Kind.REGISTRATION:
        return False
    right = (entry.day + shift).year
    same = select(PatronYear.id).where(
        PatronYear.patron_id == year.patron_id, PatronYear.year == right,
        PatronYear.id != year.id, ~PatronYear.taken_back,
    )  # fmt: skip
    if year.patron_id is not None and session.scalar(same) is not None:
        year.taken_back = True
    else:
        year.year, year.registered_at = right, year.registered_at + shift
    session.flush()
    return year.taken_back


def _shift_loans(session: Session, entries: Sequence[Entry], shift: timedelta) -> None:
    """Loans begin, end and are due on the right days."""
    kinds: dict[int, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.loan_id is not None:
            kinds[entry.loan_id].add(entry.kind)
    ids = sorted(kinds)
    for start in range(0, len(ids), AT_ONCE):
        query = select(Loan).where(Loan.id.in_(ids[start : start + AT_ONCE]))
        for loan in session.scalars(query):
            wrong = kinds[loan.id]
            if Kind.LOAN in wrong:
                loan.issued_at += shift
            if wrong & {Kind.LOAN, Kind.RENEWAL}:
                loan.due += shift
            if wrong & {Kind.RETURN, Kind.LOST} and loan.ended_at is not None:
                loan.ended_at += shift
    session.flush()
