"""Public holidays of this year and the next, closed before anybody lends that far."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ils import clock, db
from ils.jobs.runner import JobContext, JobKind
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.actions import close_holidays


def _close(context: JobContext) -> dict[str, int]:
    """Close what was not offered yet at every branch that works."""
    year = clock.local_day(clock.now(), context.config.library.timezone).year
    with db.reading(context.sessions) as session:
        branches = list(session.scalars(select(Branch.id).where(Branch.active).order_by(Branch.id)))
    marked = 0
    for session, some in context.steps(branches):
        for number in some:
            branch = session.get_one(Branch, number)
            marked += close_holidays(session, branch, year, context.config.lists.holidays)
    return {"closed": marked}


JOBS = (JobKind("close_holidays", _close, every=timedelta(hours=6)),)
