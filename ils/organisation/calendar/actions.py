"""Closing and opening days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from ils.organisation.audit.actions import audit
from ils.organisation.branches.models import Branch
from ils.organisation.calendar import queries as calendar_queries
from ils.organisation.calendar import rules
from ils.organisation.calendar.models import ClosedDay


def close_on(session: Session, by: int | None, branch: Branch, *, day: date, reason: str) -> None:
    """Mark a day without service; marking it twice changes the reason."""
    closed = session.scalar(calendar_queries.closed_days(branch).where(ClosedDay.day == day))
    if closed is None:
        closed = ClosedDay(branch_id=branch.id, day=day)
        session.add(closed)
    closed.reason = reason.strip()
    audit(session, by, "branch.close_on", branch.code, day=day, reason=closed.reason)


def close_days(session: Session, by: int | None, branch: Branch, days: Mapping[date, str]) -> int:
    """Mark many days without service; days that are marked already stay as they are.

    Returns:
        How many were marked now.
    """
    known = set(
        session.scalars(calendar_queries.closed_days(branch).with_only_columns(ClosedDay.day))
    )
    new = {day: reason for day, reason in days.items() if day not in known}
    session.add_all(ClosedDay(branch_id=branch.id, day=d, reason=r) for d, r in new.items())
    if new:
        audit(session, by, "branch.close_on", branch.code, day=f"{min(new)} – {max(new)}")
    session.flush()
    return len(new)


def close_holidays(
    session: Session, branch: Branch, year: int, listed: Mapping[str, Mapping[str, str]]
) -> int:
    """Mark the public holidays of a year and the next that were not offered yet.

    Each is offered once: whoever opens one again is not overruled, and one that is listed later
    (a moving holiday) is marked then.

    Args:
        listed: the holidays of the configuration.

    Returns:
        How many days were marked.
    """
    known = rules.holidays_of(year, listed) | rules.holidays_of(year + 1, listed)
    offered = set(branch.holidays_offered)
    new = {day: name for day, name in known.items() if day.isoformat() not in offered}
    if not new:
        return 0
    kept = {day for day in offered if day >= f"{year}-"}
    branch.holidays_offered = sorted(kept | {day.isoformat() for day in new})
    return close_days(session, None, branch, new)


def open_on(session: Session, by: int | None, branch: Branch, *, day: date) -> None:
    """Take a closed day back."""
    closed = session.scalar(calendar_queries.closed_days(branch).where(ClosedDay.day == day))
    if closed is not None:
        session.delete(closed)
        audit(session, by, "branch.open_on", branch.code, day=day)
