"""The queue: done once, by one worker; tried again, stopped, given up; kept through kill -9."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from ils import clock, db, logs
from ils.errors import Refused
from ils.jobs import actions, queries, runner
from ils.jobs.actions import JobEnded
from ils.jobs.models import Job
from ils.jobs.runner import JobKind, LeaseLost, Runner
from ils.operations.worker import JOBS

MINUTE = timedelta(minutes=1)


class Work:
    """Notes what it was asked to do; fails or waits as told."""

    def __init__(self):
        self.done, self.fails = [], []

    def __call__(self, context):
        if self.fails:
            raise self.fails.pop(0)
        self.done.append(context.args.get("n"))
        return {"n": context.args.get("n")}


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def run(sessions, config, work):
    return Runner(sessions, config, [JobKind("count", work, (MINUTE,))])


@pytest.fixture
def ask(sessions):
    def ask_(n=1, **options):
        with db.transaction(sessions) as session:
            return actions.enqueue(session, "count", {"n": n}, **options)

    return ask_


def job_of(sessions, job):
    with db.reading(sessions) as session:
        return session.get_one(Job, job.id)


def later(sessions, **time_):
    with db.transaction(sessions) as session:
        for job in session.scalars(select(Job)):
            job.run_at -= timedelta(**time_)
            if job.lease_until is not None:
                job.lease_until -= timedelta(**time_)


def test_jobs_are_done_in_their_order_and_once(ask, run, work, sessions):
    jobs = [ask(n) for n in (1, 2, 3)]
    run.run_all()
    run.run_all()
    assert work.done == [1, 2, 3]
    ended = job_of(sessions, jobs[0])
    assert (ended.state, ended.result, ended.attempt, ended.error) == ("done", {"n": 1}, 1, None)
    assert ended.created_at <= ended.started_at <= ended.ended_at


def test_what_is_rolled_back_was_never_asked_for(sessions, run, work):
    with suppress(KeyError), db.transaction(sessions) as session:
        actions.enqueue(session, "count", {"n": 1})
        raise KeyError
    run.run_all()
    assert work.done == []


def test_the_same_key_is_the_same_job(ask, run, work):
    assert ask(1, key="march").id == ask(2, key="march").id
    run.run_all()
    assert work.done == [1]
    assert ask(3, key="march").state == "done"


def test_a_job_waits_for_its_time(ask, run, work, sessions):
    ask(1, run_at=clock.now() + timedelta(hours=1))
    run.run_all()
    assert work.done == []
    later(sessions, hours=2)
    run.run_all()
    assert work.done == [1]


def test_what_fails_is_tried_again_later_and_then_given_up(ask, run, work, sessions, config):
    job = ask(1)
    logs.install(config.folder, "worker")
    work.fails = [ValueError("Серикбаева"), ValueError("Серикбаева")]
    run.run_all()
    waiting = job_of(sessions, job)
    assert (waiting.state, waiting.error["error"]) == ("queued", "ValueError")
    assert waiting.error["traceback"][-1].endswith(" __call__")
    assert MINUTE / 2 < waiting.run_at - clock.now() <= MINUTE
    later(sessions, minutes=2)
    run.run_all()
    assert job_of(sessions, job).state == "failed"
    logged = list(logs.lines(config.folder, clock.now() - MINUTE))
    assert [line["event"] for line in logged].count("job failed") == 2
    assert "Серикбаева" not in json.dumps(logged, ensure_ascii=False)


def test_a_refusal_is_not_tried_again(ask, run, work, sessions):
    job = ask(1)
    work.fails = [Refused()]
    run.run_all()
    ended = job_of(sessions, job)
    assert (ended.state, ended.error["code"]) == ("failed", "refused")


def test_giving_up_is_told_in_the_same_transaction(sessions, config, ask, work):
    told = []
    kind = JobKind("count", work, (), give_up=lambda _, args: told.append(args["n"]))
    ask(7)
    work.fails = [ValueError()]
    Runner(sessions, config, [kind]).run_all()
    assert told == [7]


def test_two_workers_never_do_one_job(sessions, config, ask):
    done, both = [], threading.Barrier(2)

    def slow(context):
        done.append(context.args["n"])
        time.sleep(0.05)

    for n in range(8):
        ask(n)

    def drive(_):
        both.wait()
        Runner(sessions, config, [JobKind("count", slow)]).run_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(drive, range(2)))
    assert sorted(done) == list(range(8))


def test_who_lost_the_lease_writes_nothing(sessions, config, ask):
    """A worker that slept too long finds its job taken: nothing of what it does stands."""
    kind, lost = [], []

    def sleepy(context):
        if context.attempt > 1:
            with context.transaction() as session:
                actions.enqueue(session, "second")
            return
        later(sessions, hours=1)
        Runner(sessions, config, kind).run_next()  # another worker comes
        for late in (lambda: context.progress(1), context.transaction().__enter__):
            with pytest.raises(LeaseLost):
                late()
            lost.append(True)
        assert not context.keep()

    kind.append(JobKind("count", sleepy))
    job = ask(1)
    Runner(sessions, config, kind).run_all()
    ended = job_of(sessions, job)
    assert (ended.state, ended.attempt, lost) == ("done", 2, [True, True])
    with db.reading(sessions) as session:
        assert len(session.scalars(select(Job).where(Job.kind == "second")).all()) == 1


def test_a_living_worker_keeps_its_lease(sessions, config, ask, monkeypatch):
    monkeypatch.setattr(runner, "LEASE", timedelta(seconds=0.3))
    seen = []

    def slow(context):
        time.sleep(1)
        with db.reading(sessions) as session:
            seen.append(session.scalar(queries.due(["count"], clock.now())))

    ask(1)
    Runner(sessions, config, [JobKind("count", slow)]).run_next()
    assert seen == [None]


def test_a_job_shows_how_far_it_is_and_can_be_stopped(sessions, config, ask, monkeypatch):
    monkeypatch.setattr(runner, "PROGRESS_EVERY", timedelta(0))
    reached = []

    def long(context):
        for n in range(1, 10):
            context.progress(n, 9)
            reached.append(n)
            if n == 3:
                with db.transaction(sessions) as session:
                    actions.cancel(session, session.get_one(Job, context.job_id))

    job = ask(1)
    Runner(sessions, config, [JobKind("count", long)]).run_all()
    ended = job_of(sessions, job)
    assert (ended.state, ended.done, ended.total, reached) == ("cancelled", 4, 9, [1, 2, 3])


def test_a_long_job_goes_in_steps_and_leaves_the_turn_between(sessions, config, ask, monkeypatch):
    """Each item once, in order; what others do between two steps stands between them."""
    monkeypatch.setattr(runner, "PROGRESS_EVERY", timedelta(0))
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.02)
    done, steps = [], []

    def long(context):
        for session, part in context.steps(range(10)):
            some = []
            for item in part:
                time.sleep(0.008)
                some.append(item)
                actions.enqueue(session, "trace", {"item": item})
            steps.append(len(some))
            done.extend(some)

    job = ask(1)
    Runner(sessions, config, [JobKind("count", long)]).run_all()
    ended = job_of(sessions, job)
    assert (ended.state, ended.done, ended.total) == ("done", 10, 10)
    assert done == list(range(10))
    assert max(steps) < 5
    with db.reading(sessions) as session:
        traces = session.scalars(select(Job).where(Job.kind == "trace").order_by(Job.id)).all()
    assert [trace.args["item"] for trace in traces] == done


def test_a_job_asked_for_again_is_not_taken_from_who_has_it(sessions, config, ask, work):
    """A stalled worker of before writes nothing, however often the job was taken since."""
    stalled = []

    def sleepy(context):
        if stalled:
            raise Refused
        stalled.append(context)
        later(sessions, hours=1)
        Runner(sessions, config, [kind]).run_next()  # another worker fails
        with db.transaction(sessions) as session:
            actions.try_again(session, session.get_one(Job, context.job_id))
        Runner(sessions, config, [JobKind("count", inside)]).run_next()

    def inside(context):
        del context
        with pytest.raises(LeaseLost):
            stalled[0].progress(1)

    kind = JobKind("count", sleepy)
    job = ask(1)
    Runner(sessions, config, [kind]).run_next()
    ended = job_of(sessions, job)
    assert (ended.state, ended.attempt, ended.failures) == ("done", 3, 0)


def test_a_job_that_is_all_done_is_not_cancelled_at_the_last_moment(sessions, config, ask):
    def last(context):
        with db.transaction(sessions) as session:
            actions.cancel(session, session.get_one(Job, context.job_id))
        context.progress(9, 9)
        return {"all": True}

    job = ask(1)
    Runner(sessions, config, [JobKind("count", last)]).run_all()
    assert (job_of(sessions, job).state, job_of(sessions, job).result) == ("done", {"all": True})


def test_a_cancelled_job_that_fails_is_not_tried_again(sessions, config, ask):
    told = []

    def fails(context):
        with db.transaction(sessions) as session:
            actions.cancel(session, session.get_one(Job, context.job_id))
        raise OSError

    job = ask(1)
    kind = JobKind("count", fails, (MINUTE,), give_up=lambda _, args: told.append(args["n"]))
    Runner(sessions, config, [kind]).run_all()
    assert (job_of(sessions, job).state, told) == ("cancelled", [1])


def test_a_worker_that_is_told_to_end_puts_its_job_back(sessions, config, ask, work):
    stopping = threading.Event()

    def long(context):
        stopping.set()
        context.progress(1, 9)

    job = ask(1)
    Runner(sessions, config, [JobKind("count", long)], stopping=stopping).run_next()
    waiting = job_of(sessions, job)
    assert (waiting.state, waiting.failures, waiting.deaths) == ("queued", 0, 0)
    Runner(sessions, config, [JobKind("count", work)]).run_all()
    assert work.done == [1]


def test_a_result_that_was_kept_is_there_when_the_job_is_done_again(sessions, config, ask):
    """The worker died after its last transaction: what came of it is not lost."""
    seen = []

    def dies(context):
        seen.append(context.result)
        if context.result is None:
            with context.transaction() as session:
                context.keep_result(session, {"rows": 5})
            raise KeyboardInterrupt
        return context.result

    job = ask(1)
    run = Runner(sessions, config, [JobKind("count", dies)])
    with pytest.raises(KeyboardInterrupt):
        run.run_next()
    later(sessions, hours=1)
    run.run_all()
    assert (seen, job_of(sessions, job).result) == ([None, {"rows": 5}], {"rows": 5})


def test_a_waiting_job_is_cancelled_at_once_and_may_be_asked_for_again(sessions, ask, run, work):
    job = ask(1)
    with db.transaction(sessions) as session:
        actions.cancel(session, session.get_one(Job, job.id))
    run.run_all()
    assert work.done == []
    with db.transaction(sessions) as session:
        with pytest.raises(JobEnded):
            actions.cancel(session, session.get_one(Job, job.id))
        actions.try_again(session, session.get_one(Job, job.id))
    run.run_all()
    assert work.done == [1]
    with pytest.raises(JobEnded), db.transaction(sessions) as session:
        actions.try_again(session, session.get_one(Job, job.id))


def test_a_job_that_kills_its_worker_is_given_up(sessions, config, ask):
    def fatal(context):
        del context
        raise KeyboardInterrupt  # as near to kill -9 as a test inside comes

    job = ask(1)
    kinds = [JobKind("count", fatal, ())]
    for _ in range(runner.MAX_DEATHS):
        with pytest.raises(KeyboardInterrupt):
            Runner(sessions, config, kinds).run_next()
        later(sessions, hours=1)
    Runner(sessions, config, kinds).run_all()
    ended = job_of(sessions, job)
    assert (ended.state, ended.error) == ("failed", {"code": "worker_died"})


def test_periodic_work_is_asked_for_once_a_time_and_missed_rounds_once(
    sessions, config, work, monkeypatch
):
    run = Runner(sessions, config, [JobKind("count", work, every=timedelta(hours=1))])
    for hours, times in ((0, 1), (0, 1), (1, 2), (30, 3)):
        moment = clock.now() + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        run.plan()
        run.plan()
        run.run_all()
        assert len(work.done) == times
    with db.reading(sessions) as session:
        assert len(session.scalars(select(Job)).all()) == 3


def test_ended_jobs_are_dropped_after_some_time(sessions, config, work, ask):
    run = Runner(sessions, config, [JobKind("count", work, every=timedelta(hours=1))])
    old = ask(1)
    run.run_all()
    with db.transaction(sessions) as session:
        session.get_one(Job, old.id).ended_at -= runner.RETENTION * 1.1
    run.plan()
    with db.reading(sessions) as session:
        assert session.get(Job, old.id) is None


def test_each_kind_has_a_name_of_its_own():
    names = [kind.name for kind in JOBS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("kind", [kind.name for kind in JOBS if kind.every])
def test_each_periodic_kind_can_be_done_in_a_library_of_any_age(library, kind):
    with db.transaction(library.sessions) as session:
        job = actions.enqueue(session, kind)
    Runner(library.sessions, library.config, JOBS).run_all()
    assert job_of(library.sessions, job).state == "done"


KILLED = """
import sys, time
from ils import config, db
from ils.jobs.runner import JobKind, Runner
def work(context):
    with context.transaction() as session:
        from ils.jobs.actions import enqueue
        enqueue(session, "trace", {"attempt": context.attempt}, key=f"trace:{context.attempt}")
    print("working", flush=True)
    time.sleep(60 if context.attempt == 1 else 0)
settings = config.load()
Runner(db.sessions_of(db.connect(settings)), settings, [JobKind("count", work)]).run_all()
"""


def test_kill_9_in_the_middle_loses_nothing(sessions, environ, ask):
    job = ask(1)
    command = [sys.executable, "-c", KILLED]
    settings = {**os.environ, **environ}
    first = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == "working\n"
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert job_of(sessions, job).state == "running"
    subprocess.run(command, env=settings, check=True, capture_output=True)
    assert job_of(sessions, job).state == "running"  # the lease has not ended yet
    later(sessions, minutes=2)
    subprocess.run(command, env=settings, check=True, capture_output=True)
    ended = job_of(sessions, job)
    assert (ended.state, ended.attempt) == ("done", 2)
