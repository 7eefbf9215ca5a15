"""Doing jobs: taken with a lease, tried again when they fail, stopped when they are cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ils import clock, db, logs
from ils.config import Config
from ils.errors import IlsError
from ils.jobs import actions, queries
from ils.jobs.models import Job, JobState

#: A worker that said nothing for so long is dead; a living one says so three times as often.
LEASE = timedelta(seconds=60)
#: Ended jobs are kept so long for whoever wants to know.
RETENTION = timedelta(days=30)
PROGRESS_EVERY = timedelta(seconds=1)
RETRY_DELAYS = tuple(timedelta(minutes=n) for n in (1, 10, 60))
#: How long a step of a long job may hold the turn to write, and how long it leaves it then.
STEP_SECONDS, PAUSE_SECONDS = 0.05, 0.02
#: A job whose worker died so often is what kills it.
MAX_DEATHS = 5
#: Ends that leave the work undone.
GIVEN_UP = (JobState.FAILED, JobState.CANCELLED)
EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


Item = TypeVar("Item")


class LeaseLost(Exception):
    """Another worker has the job: whatever this one still does must come to nothing."""


class WorkerStopping(Exception):
    """The worker is told to end: the job goes back to the queue, nobody's fault."""


class JobCancelled(Exception):
    """Somebody cancelled the job."""


@dataclass(frozen=True)
class JobKind:
    """A kind of work.

    Attributes:
        work: does it; what it returns is kept as the result.
        retry_delays: when it is tried again after the first, second … failure; then it is given up.
        every: it is asked for by itself, so often.
        ready: whether it can be done with these settings; what cannot, waits.
        give_up: what else is to be written when it is given up.
    """

    name: str
    work: Callable[[JobContext], Mapping[str, Any] | None]
    retry_delays: Sequence[timedelta] = RETRY_DELAYS
    every: timedelta | None = None
    ready: Callable[[Config], bool] = lambda _: True
    give_up: Callable[[Session, Mapping[str, Any]], None] | None = None


class _Step(Generic[Item]):
    """Items from a place on, as many as there is time for; ``at``: where it stopped."""

    def __init__(self, items: Sequence[Item], at: int) -> None:
        self.items, self.at = items, at

    def __iter__(self) -> Iterator[Item]:
        end = time.monotonic() + STEP_SECONDS
        while self.at < len(self.items):
            self.at += 1
            yield self.items[self.at - 1]
            if time.monotonic() >= end:
                return


@dataclass
class JobContext:
    """What work is given: the database, the settings, what it was asked for with."""

    sessions: db.Sessions
    config: Config
    job_id: int
    attempt: int
    args: Mapping[str, Any]
    #: What was kept of an attempt that came to its end but not to that of the job.
    result: dict[str, Any] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _said: datetime = field(default=EPOCH)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that comes to nothing if the job is no longer this worker's.

        Raises:
            LeaseLost: it is another's, or was cancelled and given up.
        """
        with db.transaction(self.sessions) as session:
            self._hold(session)
            yield session

    def steps(self, items: Sequence[Item]) -> Iterator[tuple[Session, Iterator[Item]]]:
        """Transactions too short for a desk to notice, each with the items it has time for.

        Raises:
            LeaseLost, JobCancelled: as `progress`; what was done stays.
        """
        at = 0
        while at < len(items):
            step = _Step(items, at)
            with self.transaction() as session:
                yield session, iter(step)
            at = step.at
            self.progress(at, len(items))
            time.sleep(PAUSE_SECONDS)  # whoever waits for the turn to write gets it

    def watched(self, items: Sequence[Item]) -> Iterator[Item]:
        """Items that are only looked at, one after another; the progress is said.

        Raises:
            LeaseLost, JobCancelled, WorkerStopping: as `progress`.
        """
        for done, item in enumerate(items, 1):
            yield item
            self.progress(done, len(items))

    def keep_result(self, session: Session, result: dict[str, Any]) -> None:
        """Keep what came of the work in the transaction of its end."""
        self._hold(session, result=result)

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is; the place where a job can be stopped, unless all is done.

        Raises:
            JobCancelled: somebody wants it stopped.
            WorkerStopping: the worker is told to end.
            LeaseLost: another worker has it.
        """
        now = clock.now()
        if self.stopping.is_set() and done != total:
            raise WorkerStopping
        if now - self._said < PROGRESS_EVERY and done != total:
            return
        self._said = now
        with db.transaction(self.sessions) as session:
            self._hold(session, done=done, total=total)
            cancelled = session.scalar(select(Job.cancel_requested).where(Job.id == self.job_id))
        if cancelled and done != total:
            raise JobCancelled

    def achieved(self) -> None:
        """A part of the work stands for good: deaths before it were not of what comes next."""
        with db.transaction(self.sessions) as session:
            self._hold(session, deaths=0)

    def keep(self) -> bool:
        """Make the lease longer; whether it is still this worker's."""
        try:
            with db.transaction(self.sessions) as session:
                self._hold(session)
        except LeaseLost:
            return False
        return True

    def _hold(self, session: Session, **values: object) -> None:
        mine = (
            Job.id == self.job_id,
            Job.attempt == self.attempt,
            Job.state == JobState.RUNNING,
        )
        held = {"lease_until": clock.now() + LEASE, **values}
        statement = update(Job).where(*mine).values(**held)
        if session.execute(statement).rowcount == 0:  # type: ignore[attr-defined]  # of an UPDATE
            raise LeaseLost


class Runner:
    """Does the jobs of some kinds, one after another."""

    def __init__(
        self,
        sessions: db.Sessions,
        config: Config,
        kinds: Sequence[JobKind],
        *,
        stopping: threading.Event | None = None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        """``stopping``: ends long jobs early; ``alive``: called now and then during one."""
        self.sessions, self.config = sessions, config
        self.stopping, self.alive = stopping or threading.Event(), alive
        self.kinds = {kind.name: kind for kind in kinds if kind.ready(config)}

    def plan(self) -> None:
        """Ask for the periodic work that is due; a round that was missed is done once."""
        now = clock.now()
        wanted = {
            f"{kind.name}@{(now - EPOCH) // kind.every}": kind.name
            for kind in self.kinds.values()
            if kind.every is not None
        }
        with db.reading(self.sessions) as session:
            there = set(session.scalars(select(Job.key).where(Job.key.in_(wanted))))
            running = select(Job.kind).where(
                Job.kind.in_(wanted.values()),
                Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
                Job.key.contains("@"),
            )
            busy = set(session.scalars(running))
        new = {key: name for key, name in wanted.items() if key not in there and name not in busy}
        if new:
            with db.transaction(self.sessions) as session:
                for key, name in new.items():
                    actions.enqueue(session, name, key=key)
                old = Job.ended_at < now - RETENTION
                session.execute(delete(Job).where(old))

    def run_next(self) -> bool:
        """Do the job that is next; whether there was one."""
        taken = self._take()
        if taken is None:
            return False
        kind = self.kinds[taken.kind]
        context = JobContext(
            self.sessions, self.config, taken.id, taken.attempt, taken.args, taken.result,
            self.stopping,
        )  # fmt: skip
        logs.event("job begun", job=taken.id, kind=kind.name, attempt=taken.attempt)
        try:
            with _kept(context, self.alive):
                result = kind.work(context)
        except LeaseLost:
            logs.event("job lost", job=taken.id, kind=kind.name)
        except WorkerStopping:
            self._end(context, kind, JobState.QUEUED)
        except JobCancelled:
            self._end(context, kind, JobState.CANCELLED)
        except Exception as error:  # noqa: BLE001 -- one job must not stop the others, whatever it is
            self._fail(context, kind, error)
        else:
            self._end(context, kind, JobState.DONE, result=dict(result or {}), error=None)
        return True

    def run_all(self) -> None:
        """Do everything that is due."""
        while self.run_next():
            pass

    def _take(self) -> Job | None:
        now = clock.now()
        query = queries.due(self.kinds, now).limit(1)
        with db.reading(self.sessions) as session:
            if session.scalar(query) is None:  # the turn to write is the desks'
                return None
        with db.transaction(self.sessions) as session:
            job = session.scalar(query.with_for_update(skip_locked=True))
            if job is None:
                return None
            kind = self.kinds[job.kind]
            job.deaths += job.state == JobState.RUNNING
            job.attempt += 1
            job.started_at, job.done = now, 0
            if job.deaths < MAX_DEATHS and not job.cancel_requested:
                job.state, job.lease_until = JobState.RUNNING, now + LEASE
                return job
            job.state = JobState.CANCELLED if job.cancel_requested else JobState.FAILED
            job.error, job.ended_at = {"code": "worker_died"}, now
            if kind.give_up is not None:
                kind.give_up(session, job.args)
        return None

    def _end(self, context: JobContext, kind: JobKind, state: JobState, **values: object) -> None:
        """Write how an attempt ended, and what else is to be written when that is the last."""
        if state != JobState.QUEUED:
            values["ended_at"] = clock.now()
        try:
            with db.transaction(self.sessions) as session:
                context._hold(session, state=state, **values)  # noqa: SLF001 -- its other half
                if state in GIVEN_UP and kind.give_up is not None:
                    kind.give_up(session, context.args)
        except LeaseLost:
            logs.event("job lost", job=context.job_id, kind=kind.name)
            return
        logs.event("job ended", job=context.job_id, kind=kind.name, state=state.value)

    def _fail(self, context: JobContext, kind: JobKind, error: Exception) -> None:
        """Try it again later, or give it up. A refusal of ours is not tried again."""
        facts: dict[str, Any] = {"code": type(error).__qualname__}
        if isinstance(error, IlsError):
            facts = error.as_json()
            logs.event("job refused", job=context.job_id, kind=kind.name, error=error.code)
        else:
            facts |= logs.described(error)
            logs.fault("job failed", error, job=context.job_id, kind=kind.name)
        with db.reading(self.sessions) as session:
            job = session.get_one(Job, context.job_id)
        if job.cancel_requested:
            self._end(context, kind, JobState.CANCELLED, error=facts)
        elif isinstance(error, IlsError) or job.failures >= len(kind.retry_delays):
            self._end(context, kind, JobState.FAILED, error=facts)
        else:
            again = clock.now() + kind.retry_delays[job.failures]
            values = {"run_at": again, "failures": job.failures + 1, "error": facts}
            self._end(context, kind, JobState.QUEUED, **values)


@contextmanager
def _kept(context: JobContext, alive: Callable[[], None]) -> Iterator[None]:
    """Keep the lease alive while work goes on, and say that the worker is."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                if not context.keep():
                    return
                alive()
            except SQLAlchemyError as error:  # the database restarts; the lease outlives that
                logs.fault("lease not kept", error, job=context.job_id)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
