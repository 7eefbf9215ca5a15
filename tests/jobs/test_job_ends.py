"""How jobs end: stopped, put back, given up, done although the worker died."""

import threading
import time
from datetime import timedelta

import pytest
from job_words import MINUTE, job_of, later
from sqlalchemy import select

from ils import db
from ils.errors import Refused
from ils.jobs import actions, runner
from ils.jobs.actions import JobEnded
from ils.jobs.models import Job
from ils.jobs.runner import JobKind, LeaseLost, Runner


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
