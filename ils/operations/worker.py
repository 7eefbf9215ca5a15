"""The worker: every kind of job there is, done one after another."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ils import clock, db, files, idempotency, logs, selfcheck
from ils.cataloguing.imports import jobs as record_jobs
from ils.circulation.holds import jobs as hold_jobs
from ils.circulation.loans.queries import overdue_by_branch
from ils.circulation.notices import jobs as notice_jobs
from ils.circulation.notices.rules import levels
from ils.circulation.patron_import import jobs as import_jobs
from ils.config import Config
from ils.digitization import jobs as digitization_jobs
from ils.digitization.fulltext.following import follow as follow_pages
from ils.holdings.acts import jobs as act_jobs
from ils.holdings.books import jobs as book_jobs
from ils.holdings.labels import jobs as label_jobs
from ils.holdings.lists import jobs as list_jobs
from ils.holdings.stocktaking import jobs as stocktake_jobs
from ils.jobs import queries as job_queries
from ils.jobs.models import CHECKPOINT
from ils.jobs.runner import JobContext, JobKind, Runner
from ils.ledger import acts
from ils.messages import outbox
from ils.operations.backup import jobs as backup_jobs
from ils.operations.backup import journal
from ils.organisation.calendar import jobs as calendar_jobs
from ils.patrons import served
from ils.search.following import follow
from ils.services.topics import jobs as topic_jobs
from ils.stats.closing import jobs as closing_jobs
from ils.stats.models import JOURNAL, SELFCHECK
from ils.stats.plans.actions import note_value
from ils.stats.plans.queries import value_noted
from ils.stats.schedules import jobs as schedule_jobs
from ils.stats.schedules.actions import heartbeat

#: How long an idle worker waits before it looks for work again.
POLL_SECONDS = 2
BEAT = timedelta(minutes=1)
#: What failed is told for so long.
FAILURES = timedelta(days=1)


def note_overdue(session: Session, today: date) -> None:
    """Note once a day how many readers and copies are overdue, at each branch and in all."""
    if not value_noted(session, "items_overdue", today):
        for branch_id, (readers, items) in overdue_by_branch(session, today).items():
            note_value(session, "readers_overdue", branch_id, today, readers)
            note_value(session, "items_overdue", branch_id, today, items)


def check_books(sessions: db.Sessions) -> list[str]:
    """Run the self-check and note what it found, for whoever closes a month."""
    with db.reading(sessions) as session:
        found = [finding.check for finding in selfcheck.findings(session)]
    with db.transaction(sessions) as session:
        heartbeat(session, ", ".join(found), name=SELFCHECK)
    return found


def _note_overdue(context: JobContext) -> None:
    today = clock.local_day(clock.now(), context.config.library.timezone)
    with context.transaction() as session:
        note_overdue(session, today)


def _settle_served(context: JobContext) -> None:
    with db.reading(context.sessions) as session:
        unsettled = served.unsettled(session)
    for session, some in context.steps(unsettled):
        for kind, patron_year_id in some:
            served.settle(session, kind, patron_year_id)


def _purge(context: JobContext) -> None:
    with context.transaction() as session:
        idempotency.purge(session)
        acts.purge(session)


def _checkpoint(context: JobContext) -> None:
    """Empty what SQLite writes ahead: what was erased is not left in it."""
    engine = context.sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            own = connection.connection.dbapi_connection
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def _check(context: JobContext) -> dict[str, object]:
    return {"found": check_books(context.sessions)}


JOBS: tuple[JobKind, ...] = (
    *outbox.JOBS,
    *files.JOBS,
    *import_jobs.JOBS,
    *record_jobs.JOBS,
    JobKind("purge_requests", _purge, every=timedelta(hours=1)),
    JobKind("note_overdue", _note_overdue, every=timedelta(hours=1)),
    JobKind("settle_served", _settle_served, every=timedelta(hours=1)),
    JobKind("selfcheck", _check, every=timedelta(days=1)),  # closing asks what it found
    JobKind(CHECKPOINT, _checkpoint),
    *calendar_jobs.JOBS,
    *hold_jobs.JOBS,
    *notice_jobs.JOBS,
    *topic_jobs.JOBS,
    *act_jobs.JOBS,
    *book_jobs.JOBS,
    *stocktake_jobs.JOBS,
    *label_jobs.JOBS,
    *list_jobs.JOBS,
    *closing_jobs.JOBS,
    *schedule_jobs.JOBS,
    *backup_jobs.JOBS,
    *digitization_jobs.JOBS,
)
#: What takes cores for minutes: the work of processes of its own, where the settings have some.
HEAVY: tuple[JobKind, ...] = digitization_jobs.HEAVY


def programs(config: Config) -> dict[str, list[Callable[[], None]]]:
    """What runs beside the pages, by the name its processes show."""
    reading = config.digitization.workers
    if not config.server.worker:
        return {}
    kinds = JOBS if reading else (*JOBS, *HEAVY)
    return {
        "sandyq-worker": [partial(run, config, kinds)],
        "sandyq-scans": [partial(run, config, HEAVY)] * reading,
    }


def run(config: Config, kinds: tuple[JobKind, ...], *, once: bool = False) -> None:
    """Do jobs in a process of their own until it is told to end."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    levels(config)  # what is wrong with them is said now, not by a task
    logs.install(config.folder, "worker")
    engine = db.connect(config)
    work(db.sessions_of(engine), config, stop, once=once, kinds=kinds)
    engine.dispose()


def work(
    sessions: db.Sessions,
    config: Config,
    stop: threading.Event,
    *,
    once: bool = False,
    kinds: tuple[JobKind, ...] = (*JOBS, *HEAVY),
) -> None:
    """Do jobs until told to stop; ``once``: until none is due.

    Args:
        kinds: the work of this process.
    """

    def beat() -> None:
        _beat(sessions)
        _journal(sessions, config)

    if kinds is HEAVY:  # the worker beside it says that it lives, and follows the texts
        beat = _silent
    runner = Runner(sessions, config, kinds, stopping=stop, alive=beat)
    beaten = clock.now() - BEAT
    while not stop.is_set():
        try:
            if clock.now() - beaten >= BEAT:
                runner.plan()
                beat()
                beaten = clock.now()
            if runner.run_next():
                continue
            if kinds is not HEAVY:
                _follow(sessions, config)
            if once:
                beat()
                return
        except SQLAlchemyError as error:  # the database restarts; so does the next round
            logs.fault("worker round", error)
        stop.wait(POLL_SECONDS)


def _silent() -> None:
    """Nothing is said."""


def _follow(sessions: db.Sessions, config: Config) -> None:
    """Bring the index of the search up to date."""
    try:
        follow(config.folder, sessions)
        follow_pages(config.folder, sessions)
    except (OSError, ValueError) as error:  # of the disk; of the index
        logs.fault("search index", error)


def _journal(sessions: db.Sessions, config: Config) -> None:
    """Write down what changed; a second place that is away is told and tried again."""
    try:
        journal.append(config, sessions)
    except OSError as error:
        logs.fault("journal", error)
    else:
        with db.transaction(sessions) as session:
            heartbeat(session, name=JOURNAL)


def _beat(sessions: db.Sessions) -> None:
    """Note that the worker is there, and which jobs were given up lately."""
    with db.transaction(sessions) as session:
        failed = session.scalars(job_queries.failed_since(clock.now() - FAILURES))
        codes = sorted({job.error["code"] for job in failed if job.error})
        heartbeat(session, ", ".join(codes))
