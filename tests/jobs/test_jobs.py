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
from dataclasses import replace
from datetime import timedelta

import pytest
from job_words import MINUTE, job_of, later
from sqlalchemy import select

from ils import clock, db, logs
from ils.errors import Refused
from ils.jobs import actions, queries, runner
from ils.jobs.models import Job
from ils.jobs.runner import JobKind, LeaseLost, Runner
from ils.operations.worker import JOBS
from ils.settings import Backup


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
def test_each_periodic_kind_can_be_done_in_a_library_of_any_age(library, tmp_path, kind):
    with db.transaction(library.sessions) as session:
        job = actions.enqueue(session, kind)
    second = tmp_path / "second"
    second.mkdir()
    backup = Backup(folder="backups", second=str(second), every_hours=24, keep=1)
    scans = library.config.digitization.changed(inbox=str(second))
    notices = library.config.notices.changed(mode="on")
    config = replace(library.config, backup=backup, digitization=scans, notices=notices, _held={})
    Runner(library.sessions, config, JOBS).run_all()
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
