"""Asking for work, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.errors import N_, NotFound, Refused
from ils.jobs.models import Job, JobState


class UnknownJob(NotFound):
    """There is no job with this number, or it is somebody else's."""

    code = "unknown_job"
    message = N_("There is no such task.")


class JobEnded(Refused):
    """What is over cannot be cancelled, what is not over cannot be tried again."""

    code = "job_ended"
    message = N_("The task is not in a state where this can be done.")


def enqueue(
    session: Session,
    kind: str,
    args: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    created_by: int | None = None,
    priority: int = 0,
) -> Job:
    """Ask for work in the transaction of the act that needs it.

    Args:
        args: values JSON can hold; numbers of rows rather than what stands in them.
        key: the same key is the same job: it is returned as it is.
        priority: higher ones are taken first.
    """
    if key is not None:
        there = session.scalar(select(Job).where(Job.key == key))
        if there is not None:
            return there
    now = clock.now()
    job = Job(
        kind=kind,
        args=dict(args or {}),
        key=key,
        priority=priority,
        run_at=run_at or now,
        created_by=created_by,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def cancel(session: Session, job: Job) -> None:
    """Stop a job: at once if it waits, else where it next says how far it is.

    Raises:
        JobEnded: it is over.
    """
    session.refresh(job, with_for_update=True)
    if job.state == JobState.QUEUED:
        job.state, job.ended_at = JobState.CANCELLED, clock.now()
    elif job.state == JobState.RUNNING:
        job.cancel_requested = True
    else:
        raise JobEnded
    session.flush()


def try_again(session: Session, job: Job) -> None:
    """Queue a job once more that failed or was cancelled.

    Raises:
        JobEnded: it waits, runs or is done.
    """
    session.refresh(job, with_for_update=True)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise JobEnded
    job.state, job.run_at, job.ended_at = JobState.QUEUED, clock.now(), None
    job.failures = job.deaths = 0
    job.cancel_requested = False
    session.flush()
