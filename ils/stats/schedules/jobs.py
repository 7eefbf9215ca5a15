"""Reports prepared by schedule: asked for when they are due, each a job of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ils import clock, db, files
from ils.clock import Period
from ils.config import Config
from ils.jobs.actions import enqueue
from ils.jobs.runner import JobContext, JobKind, Runner
from ils.stats.definitions.loading import definitions
from ils.stats.models import Schedule
from ils.stats.schedules import actions as schedules
from ils.stats.schedules.actions import Due

PREPARE = "prepare_report"


def _plan(context: JobContext) -> dict[str, Any]:
    """Ask for every report that is due, missed ones too."""
    with context.transaction() as session:
        due = schedules.due_reports(session, _today(context.config))
        for one in due:
            _ask(session, one)
    return {"due": len(due)}


def _ask(session: Session, due: Due) -> None:
    period = due.period
    enqueue(
        session,
        PREPARE,
        {
            "schedule_id": due.schedule.id,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        },
        key=f"{PREPARE}:{due.schedule.id}:{period.start}",
    )


def _prepare(context: JobContext) -> None:
    """Prepare a report, keep it and send it, unless that was done."""
    args = context.args
    period = Period(date.fromisoformat(args["start"]), date.fromisoformat(args["end"]))
    with db.reading(context.sessions) as session:
        schedule = session.get(Schedule, args["schedule_id"])
        if schedule is None or schedules.is_prepared(session, schedule, period):
            return
        due = Due(schedule, period)
        document = schedules.prepared(session, context.config, definitions(context.config), due)
    file = files.receive_bytes(context.config.folder, schedules.attachment(due, document))
    with context.transaction() as session:
        schedules.keep_report(session, context.config, due, document, file)


def prepare_due(sessions: db.Sessions, config: Config) -> int:
    """Prepare, keep and send what is due now; returns how many reports."""
    with db.transaction(sessions) as session:
        due = schedules.due_reports(session, _today(config))
        for one in due:
            _ask(session, one)
    Runner(sessions, config, [_PREPARE]).run_all()
    return len(due)


def _today(config: Config) -> date:
    return clock.local_day(clock.now(), config.library.timezone)


_PREPARE = JobKind(PREPARE, _prepare)
JOBS = (JobKind("plan_reports", _plan, every=timedelta(minutes=10)), _PREPARE)
