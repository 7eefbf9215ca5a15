"""Pages of what the worker does: how far it is, stop it, try it again."""

from __future__ import annotations

import math

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import clock, web
from ils.errors import N_
from ils.jobs import actions, queries
from ils.jobs.models import Job, JobState
from ils.messages.templates import LANGUAGES, sample, templates
from ils.operations.pages import operations
from ils.operations.wrong_clock import web as wrong_clock
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition

__all__ = ["operations", "wrong_clock"]


@operations.get("/")
@web.page(Permission.FOLLOW_TASKS)
def jobs(session: Session) -> ResponseReturnValue:
    """Tasks, the latest first: one's own, or everybody's."""
    definition = ListDefinition(
        queries.jobs(_whose()),
        (
            Column("task", N_("Task"), lambda job: web.code_name("job", job.kind), Job.kind,
                   lambda job: url_for("operations.job", job_id=job.id)),
            Column("asked", N_("Asked for"), lambda job: job.created_at, Job.created_at),
            Column("state", N_("Status"), lambda job: web.code_name("job_state", job.state),
                   Job.state),
            Column("progress", N_("Progress"), _progress),
        ),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Tasks"))


def _progress(job: Job) -> str:
    return " / ".join(str(number) for number in (job.done, job.total) if number)


@operations.get("/letters")
@web.page(Permission.ADMINISTER)
def letters(session: Session) -> ResponseReturnValue:
    """The letters the system writes, in both languages, with samples of what they say."""
    del session
    config = web.current().config
    samples = {
        name: {language: sample(config, name, language) for language in LANGUAGES}
        for name in templates(config)
    }
    return render_template("operations/letters.html", samples=samples, templates=templates(config))


@operations.get("/<id:job_id>")
@web.page(Permission.FOLLOW_TASKS)
def job(session: Session, job_id: int) -> ResponseReturnValue:
    """How far a task is, and how it ended."""
    found = queries.job(session, job_id, _whose())
    return render_template("operations/job.html", job=found, left=_minutes_left(found))


@operations.post("/<id:job_id>/cancel")
@web.page(Permission.FOLLOW_TASKS, write=True)
def cancel(session: Session, job_id: int) -> ResponseReturnValue:
    """Stop a task."""
    actions.cancel(session, queries.job(session, job_id, _whose()))
    return redirect(url_for("operations.job", job_id=job_id))


@operations.post("/<id:job_id>/retry")
@web.page(Permission.FOLLOW_TASKS, write=True)
def retry(session: Session, job_id: int) -> ResponseReturnValue:
    """Try a task once more."""
    actions.try_again(session, queries.job(session, job_id, _whose()))
    return redirect(url_for("operations.job", job_id=job_id))


def _whose() -> int | None:
    """Administrators see all tasks, others those they asked for."""
    own: int = g.staff.id
    return None if web.may(Permission.ADMINISTER) else own


def _minutes_left(found: Job) -> int | None:
    """How long the rest takes if it goes on as it did."""
    if found.state != JobState.RUNNING or not (found.done and found.total and found.started_at):
        return None
    gone = (clock.now() - found.started_at).total_seconds()
    return math.ceil(gone / found.done * (found.total - found.done) / 60)
