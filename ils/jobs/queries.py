"""Reading jobs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from ils.jobs.actions import UnknownJob
from ils.jobs.models import Job, JobState


def due(kinds: Collection[str], now: datetime) -> Select[Job]:
    """Jobs a worker may take: waiting ones, and those of dead workers.

    The most urgent come first, then those asked for first.
    """
    query = select(Job).where(Job.kind.in_(kinds), _takeable(now))
    return query.order_by(Job.priority.desc(), Job.run_at, Job.id)


def _takeable(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.state == JobState.QUEUED, Job.run_at <= now),
        and_(Job.state == JobState.RUNNING, Job.lease_until < now),
    )


def jobs(created_by: int | None = None) -> Select[Job]:
    """All jobs, or those somebody asked for; the latest first."""
    query = select(Job).order_by(Job.id.desc())
    return query if created_by is None else query.where(Job.created_by == created_by)


def job(
    session: Session, job_id: int, created_by: int | None = None, kinds: Collection[str] = ()
) -> Job:
    """A job by number; of somebody, or of certain kinds, if told.

    Raises:
        UnknownJob: there is none, or it is another's or of another kind.
    """
    found = session.get(Job, job_id)
    if found is None or (created_by is not None and found.created_by != created_by):
        raise UnknownJob
    if kinds and found.kind not in kinds:
        raise UnknownJob
    return found


def failed_since(moment: datetime) -> Select[Job]:
    """Jobs that were given up since a moment."""
    return select(Job).where(Job.state == JobState.FAILED, Job.ended_at >= moment)
