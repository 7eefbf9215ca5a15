"""Closed months, and what speaks against closing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils import clock
from ils.clock import Period
from ils.ledger import Entry, Kind
from ils.organisation.branches import queries as branch_queries
from ils.organisation.branches.models import Branch
from ils.organisation.calendar import queries as calendar_queries
from ils.stats import periods
from ils.stats.engine.context import first_day
from ils.stats.models import SELFCHECK, ClosedMonth, Heartbeat, SummarySpan
from ils.stats.periods import Window

#: A self-check so old says nothing about the month that is to be closed.
MAX_CHECK_AGE = timedelta(days=2)
UNKNOWN = "unknown"
#: What a branch that works leaves behind on a day.
SIGNS = (Kind.LOAN, Kind.RETURN, Kind.RENEWAL, Kind.VISIT, Kind.IN_HOUSE_USE, Kind.REGISTRATION)


@dataclass(frozen=True)
class SilentDays:
    """Open days of a branch on which nothing at all was written down.

    A tally may be missing, or scans made without a line have not come in yet.
    """

    branch: Branch
    days: tuple[date, ...]


def closed_months() -> Select[ClosedMonth]:
    """All closed months, the latest first."""
    return select(ClosedMonth).order_by(ClosedMonth.month.desc())


def unsealed(session: Session) -> list[date]:
    """Months that are closed but whose sums were not taken yet, in order."""
    query = select(ClosedMonth.month).where(ClosedMonth.sealed_at.is_(None))
    return list(session.scalars(query.order_by(ClosedMonth.month)))


def spans_of(window: Window) -> Select[int]:
    """The ids of what is kept of some days."""
    return select(SummarySpan.id).where(
        SummarySpan.start == window.first, SummarySpan.end == window.end
    )


def open_months(session: Session, until: date) -> list[date]:
    """The months still open up to one, from the first that has entries on, in order."""
    began = first_day(session)
    last_closed = session.scalar(select(func.max(ClosedMonth.month)))
    if last_closed is not None:
        start = periods.next_month(last_closed)
    elif began is not None:
        start = began.replace(day=1)
    else:
        start = until
    end = periods.next_month(until)
    return [w.first for w in periods.months(Period(start, end))] if start < end else []


def silent_days(session: Session, month: date) -> list[SilentDays]:
    """Branches with open days of a month on which nothing was written down."""
    end = periods.next_month(month)
    query = (
        select(Entry.branch_id, Entry.day)
        .where(Entry.kind.in_(SIGNS), Entry.posted >= month, Entry.posted < end)
        .distinct()
    )
    busy = {(branch, day) for branch, day in session.execute(query)}
    found = []
    for branch in session.scalars(branch_queries.branches().where(Branch.active)):
        calendar = calendar_queries.calendar(session, branch.id, month)
        days = tuple(
            day
            for day in (month + timedelta(days=n) for n in range((end - month).days))
            if calendar.works_on(day) and (branch.id, day) not in busy
        )
        if days:
            found.append(SilentDays(branch, days))
    return found


def worked_since(session: Session, month: date) -> bool:
    """Whether anything was written down in a month or later."""
    query = select(Entry.id).where(Entry.kind.in_(list(Kind)), Entry.posted >= month)
    return session.scalar(query.limit(1)) is not None


def silent_in(session: Session, months: Sequence[date]) -> dict[date, list[SilentDays]]:
    """Month → branches with open days of it on which nothing was written down; none without."""
    found = ((month, silent_days(session, month)) for month in months)
    return {month: silent for month, silent in found if silent}


def selfcheck(session: Session) -> str:
    """What the last self-check found: codes of checks; ``unknown`` if it has not run lately."""
    last = session.get(Heartbeat, SELFCHECK)
    if last is None or clock.now() - last.at > MAX_CHECK_AGE:
        return UNKNOWN
    return last.problem


@dataclass(frozen=True)
class Checklist:
    """What is to be seen before months are closed; counted while nobody waits.

    Attributes:
        months: those that would be closed, in order.
        silent: month → branches with open days on which nothing was written down.
        checked: what the last self-check found.
        worked: whether anything was written down in the last of the months or later.
    """

    months: tuple[date, ...]
    silent: Mapping[date, Sequence[SilentDays]]
    checked: str
    worked: bool


def checklist(session: Session, month: date) -> Checklist:
    """What is to be seen before a month, and those before it, are closed."""
    months = tuple(open_months(session, month))
    return Checklist(
        months, silent_in(session, months), selfcheck(session), worked_since(session, month)
    )


def said(silent: Sequence[SilentDays], checked: str) -> list[dict[str, object]]:
    """What was accepted when a month was closed, as it is kept."""
    found: list[dict[str, object]] = [
        {"branch": s.branch.code, "days": [day.isoformat() for day in s.days]} for s in silent
    ]
    return [*found, {"selfcheck": checked}] if checked else found
