"""Notices planned each hour, sent in the hours of their branches."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Select
from sqlalchemy.orm import Session

from ils import clock, db
from ils.circulation.campaigns import queries as campaign_queries
from ils.circulation.notices import actions, announcing, queries, rules
from ils.config import Config
from ils.jobs.runner import JobContext, JobKind
from ils.messages import outbox
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import branches as all_branches
from ils.organisation.calendar.queries import calendar

#: When a message is tried again on its day; the next day has a task of its own.
RETRY_DELAYS = tuple(timedelta(minutes=n) for n in (1, 10, 60, 360))
ROUND = timedelta(minutes=10)


def _is_on(config: Config) -> bool:
    return config.notices.mode != "off"


def _active() -> Select[Branch]:
    return all_branches().where(Branch.active)


def _plan(context: JobContext) -> dict[str, int]:
    """Look which loans have reached a level, branch by branch."""
    config = context.config
    known = rules.levels(config)
    if not known:
        return {"planned": 0}
    days = [level.days for level in known.values()]
    with db.reading(context.sessions) as session:
        branches = session.scalars(_active()).all()
    planned = 0
    for branch in branches:
        today = clock.local_day(clock.now(), branch.timezone)
        first = today - timedelta(days=max(days) + config.notices.catch_up_days)
        with db.reading(context.sessions) as session:
            loans = queries.open_loans(branch.id, first, today - timedelta(days=min(days)))
            ids = list(session.scalars(loans))
        for session, some in context.steps([ids[at : at + 50] for at in range(0, len(ids), 50)]):
            for part in some:
                planned += actions.plan(session, config, branch, part)
    return {"planned": planned}


def _send_all(context: JobContext) -> dict[str, int]:
    """Have readers told at the branches whose hour it is."""
    asked, testing = 0, context.config.notices.mode == "test"
    with db.reading(context.sessions) as session:
        branches = [one for one in session.scalars(_active())
                    if _is_time(session, context.config, one)]  # fmt: skip
    for branch in branches:
        with db.reading(context.sessions) as session:
            today = clock.local_day(clock.now(), branch.timezone)
            readers = list(session.scalars(queries.planned_readers(branch.id, today)))
        for session, some in context.steps(readers):
            asked += actions.ask_to_send(session, branch, some, testing=testing)
    return {"asked": asked}


def _is_time(session: Session, config: Config, branch: Branch) -> bool:
    now = clock.now().astimezone(clock.zone(branch.timezone))
    hours = rules.may_send(now, config.notices.from_hour, config.notices.until_hour)
    return hours and calendar(session, branch.id, now.date()).works_on(now.date())


def _send(context: JobContext) -> dict[str, str]:
    """Tell one reader all there is to tell today."""
    config, args = context.config, context.args
    with db.reading(context.sessions) as session:
        branch = session.get_one(Branch, args["branch_id"])
        if not _is_time(session, config, branch):
            return {"told": "later"}  # the next round of an open hour asks again
    today = clock.local_day(clock.now(), branch.timezone)
    with context.transaction() as session:
        message = actions.take_up(session, config, args["patron_id"], today)
    if message is None:
        return {"told": "nothing"}
    if message.to:  # a test may go nowhere
        outbox.deliver(context, message)
    with context.transaction() as session:
        actions.note_sent(session, config, message.id, branch.id)
    return {"told": message.channel}


def _announce(context: JobContext) -> dict[str, int]:
    """Plan what everybody who has something overdue is told of a campaign."""
    planned = 0
    with db.reading(context.sessions) as session:
        campaign = campaign_queries.campaign(session, context.args["campaign_id"])
        taking_part = [one for one in session.scalars(_active())
                       if not campaign.branches or one.id in campaign.branches]  # fmt: skip
    for branch in taking_part:
        today = clock.local_day(clock.now(), branch.timezone)
        with db.reading(context.sessions) as session:
            overdue = queries.open_loans(branch.id, date.min, today - timedelta(days=1))
            ids = list(session.scalars(overdue))
        for session, some in context.steps([ids[at : at + 50] for at in range(0, len(ids), 50)]):
            for part in some:
                planned += announcing.plan(session, context.config, campaign, part, today)
    return {"planned": planned}


JOBS = (
    JobKind(announcing.ANNOUNCE, _announce),
    JobKind("plan_notices", _plan, every=timedelta(hours=1), ready=_is_on),
    JobKind("send_notices", _send_all, every=ROUND, ready=_is_on),
    JobKind(actions.SEND, _send, RETRY_DELAYS, ready=_is_on),
)
