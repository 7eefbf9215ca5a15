"""Public holidays of the next year, closed before anybody lends that far."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from ils import clock, db
from ils.jobs.runner import JobContext, JobKind
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.actions import close_holidays


def _close(context: JobContext) -> dict[str, int]:
    """Close the holidays of this year and the next at every branch that has not had them."""
    next_year = clock.local_day(clock.now(), context.config.library.timezone).year + 1
    behind = select(Branch.id).where(
        Branch.active, or_(Branch.holidays_until.is_(None), Branch.holidays_until < next_year)
    )  # fmt: skip
    with db.reading(context.sessions) as session:
        branches = list(session.scalars(behind.order_by(Branch.id)))
    marked = 0
    for session, some in context.steps(branches):
        for number in some:
            branch = session.get_one(Branch, number)
            marked += close_holidays(session, branch, next_year, context.config.lists.holidays)
    return {"closed": marked}


JOBS = (JobKind("close_holidays", _close, every=timedelta(hours=6)),)
