"""The one queue of the program."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of

#: The kind of the job that empties what SQLite writes ahead, after somebody was erased.
CHECKPOINT = "checkpoint"


class JobState(StrEnum):
    """Where a job is; the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_open = text("state IN ('queued', 'running')")


class Job(Base):
    """A piece of work: what, with what, how far, and how it ended.

    A worker takes it with a lease. Each taking has a number of its own, ``attempt``: who lost
    the lease writes nothing any more, because the number has grown meanwhile.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        Index("ix_job_open_run_at", "run_at", sqlite_where=_open, postgresql_where=_open),
        Index("ix_job_kind_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    kind: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: There is one job with a key; who asks for it again gets it.
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=JobState.QUEUED)
    #: Higher ones are taken first.
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Not before this moment.
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    #: Grows with each taking, never falls.
    attempt: Mapped[int] = mapped_column(default=0)
    #: How often it failed, and how often its worker died, since somebody last asked for it.
    failures: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    #: How much of how much, in whatever the work counts; ``None``: nobody knows yet.
    done: Mapped[int] = mapped_column(BigId, default=0)
    total: Mapped[int | None] = mapped_column(BigId)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    #: What came of it, for the page that shows it.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: The code of what went wrong last, its message and facts, frames of unexpected ones.
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: The account that asked; none: the program itself.
    created_by: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
