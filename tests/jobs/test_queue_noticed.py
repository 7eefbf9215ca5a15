"""What a planted fault of the queue would change."""

import time

import pytest
from job_words import MINUTE, job_of, later
from sqlalchemy import event

from ils import db, logs
from ils.clock import now
from ils.jobs import actions, queries, runner
from ils.jobs.models import Job
from ils.jobs.runner import JobCancelled, JobContext, JobKind, Runner


@pytest.fixture
def doing(sessions, config):
    """Does one job by a function that gets its context."""

    def do(work, **about):
        kind = JobKind("count", work, about.pop("pauses", (MINUTE,)), **about)
        return Runner(sessions, config, [kind])

    return do


def test_the_progress_of_the_end_is_said_although_it_was_said_a_moment_ago(ask, doing, sessions):
    seen = []

    def work(context: JobContext) -> dict[str, int]:
        for done in (1, 2, 3):
            context.progress(done, 3)
            seen.append((job_of(sessions, job).done, job_of(sessions, job).total))
        return {}

    job = ask(1)
    doing(work).run_all()
    assert seen == [(1, 3), (1, 3), (3, 3)]


def test_progress_is_written_now_and_then_only(ask, doing, sessions, monkeypatch):
    monkeypatch.setattr(runner, "PROGRESS_EVERY", 2 * MINUTE)
    writes = []

    def work(context: JobContext) -> dict[str, int]:
        bind = sessions.kw["bind"]
        event.listen(bind, "commit", lambda _: writes.append(1))
        for done in range(20):
            context.progress(done, 100)
        return {"writes": len(writes)}

    job = ask(1)
    doing(work).run_all()
    assert job_of(sessions, job).result == {"writes": 1}


def test_a_second_attempt_begins_from_nothing(ask, doing, sessions):
    begun = []

    def work(context: JobContext) -> dict[str, int]:
        begun.append((job_of(sessions, job).done, context.attempt))
        context.progress(7, 9)
        raise KeyError

    job = ask(1)
    run = doing(work)
    run.run_all()
    later(sessions, hours=2)
    run.run_all()
    assert begun == [(0, 1), (0, 2)]


def test_a_cancelled_job_that_is_tried_again_is_done(ask, doing, sessions):
    asked = []

    def work(context: JobContext) -> dict[str, int]:
        if not asked:
            asked.append(1)
            with db.transaction(sessions) as session:
                actions.cancel(session, session.get_one(Job, job.id))
            context.progress(1, 2)
        return {"done": 1}

    job = ask(1)
    run = doing(work)
    run.run_all()
    assert job_of(sessions, job).state == "cancelled"
    with db.transaction(sessions) as session:
        actions.try_again(session, session.get_one(Job, job.id))
    run.run_all()
    assert (job_of(sessions, job).state, job_of(sessions, job).result) == ("done", {"done": 1})


@pytest.mark.parametrize("end", ["refused", "died"])
def test_what_is_given_up_is_told_to_its_kind(ask, doing, sessions, end, monkeypatch):
    given_up = []

    def work(_: JobContext) -> dict[str, int]:
        raise JobCancelled

    run = doing(work, give_up=lambda _, args: given_up.append(args["n"]))
    job = ask(5)
    if end == "died":  # its worker is gone for the last time
        monkeypatch.setattr(runner, "MAX_DEATHS", 1)
        with db.transaction(sessions) as session:
            kept = session.get_one(Job, job.id)
            kept.state, kept.lease_until = "running", now() - MINUTE
    run.run_all()
    assert given_up == [5]


def test_what_a_job_did_is_in_the_log(ask, doing, config):
    logs.install(config.folder, "worker")
    ask(1)
    doing(lambda _: {}).run_all()
    told = [
        (line["event"], line.get("kind"), line.get("attempt"), line.get("state"))
        for line in logs.lines(config.folder, now() - MINUTE)
        if str(line["event"]).startswith("job")
    ]
    assert told == [("job begun", "count", 1, None), ("job ended", "count", None, "done")]


def test_steps_leave_the_turn_to_others_between_them(ask, doing, monkeypatch):
    pauses = []
    monkeypatch.setattr(runner, "STEP_SECONDS", 0)
    monkeypatch.setattr(time, "sleep", pauses.append)
    taken = []

    def work(context: JobContext) -> dict[str, int]:
        for _, part in context.steps([1, 2, 3]):
            taken.append(list(part))
        return {}

    ask(1)
    doing(work).run_all()
    assert taken == [[1], [2], [3]]
    assert [p for p in pauses if p == runner.PAUSE_SECONDS] == [runner.PAUSE_SECONDS] * 3


def test_a_lease_is_someone_elses_once_it_is_over(ask, sessions):
    job = ask(1)
    moment = now()
    for lease, due in ((moment + MINUTE, False), (moment - MINUTE, True)):
        with db.transaction(sessions) as session:
            kept = session.get_one(Job, job.id)
            kept.state, kept.lease_until = "running", lease
        with db.reading(sessions) as session:
            found = session.scalars(queries.due(["count"], moment)).all()
        assert [one.id for one in found] == [job.id] * due
