"""Reading closed days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from ils.kept import of_settings
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.calendar.rules import Calendar

_CALENDAR = (
    select(Branch.closed_weekdays, ClosedDay.day)
    .outerjoin(
        ClosedDay, and_(ClosedDay.branch_id == Branch.id, ClosedDay.day >= bindparam("first"))
    )
    .where(Branch.id == bindparam("branch"))
)


def closed_days(branch: Branch) -> Select[ClosedDay]:
    """Days without service, latest first."""
    return select(ClosedDay).where(ClosedDay.branch_id == branch.id).order_by(ClosedDay.day.desc())


def closed_between(session: Session, first: date, last: date) -> dict[int, list[ClosedDay]]:
    """Branch id → its closed days of some time, in order."""
    query = select(ClosedDay).where(ClosedDay.day.between(first, last)).order_by(ClosedDay.day)
    found: dict[int, list[ClosedDay]] = {}
    for one in session.scalars(query):
        found.setdefault(one.branch_id, []).append(one)
    return found


def without_holidays(session: Session, holidays: Iterable[date]) -> list[str]:
    """Codes of branches to which some of these holidays were not offered yet."""
    wanted = {day.isoformat() for day in holidays}
    branches = select(Branch.code, Branch.holidays_offered).where(Branch.active)
    rows = session.execute(branches.order_by(Branch.code))
    return [code for code, offered in rows if not wanted <= set(offered)]


def calendar(session: Session, branch_id: int, first: date) -> Calendar:
    """When a branch does not work, from ``first`` on."""

    def read() -> Calendar:
        rows = session.execute(_CALENDAR, {"branch": branch_id, "first": first}).all()
        return Calendar(rows[0][0], {day for _, day in rows if day is not None})

    return of_settings(session, ("calendar", branch_id, first), read)
