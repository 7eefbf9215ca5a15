"""Holds nobody can fill any more: the last copy was withdrawn."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ils import db
from ils.circulation.context import Desk
from ils.circulation.holds import actions, queries
from ils.circulation.holds.models import IS_OPEN, Hold, HoldStatus
from ils.holdings.items.models import Item, ItemStatus
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel
from ils.messages import outbox
from ils.messages.templates import compose
from ils.organisation.branches.queries import origin_now

_STANDING = exists().where(Item.record_id == Hold.record_id, Item.status != ItemStatus.WITHDRAWN)


def _end_hopeless(context: JobContext) -> dict[str, int]:
    """End the holds of documents without any copy, and tell the readers who can be written to."""
    with db.reading(context.sessions) as session:
        waiting = select(Hold.id).where(IS_OPEN, Hold.status == HoldStatus.WAITING, ~_STANDING)
        ids = list(session.scalars(waiting.order_by(Hold.id)))
    ended = 0
    for session, some in context.steps(ids):
        for number in some:
            ended += _end(session, context, queries.hold(session, number))
    return {"ended": ended}


def _end(session: Session, context: JobContext, hold: Hold) -> bool:
    if hold.status != HoldStatus.WAITING:  # somebody was quicker
        return False
    origin = origin_now(session, hold.branch_id, Channel.SYSTEM)
    patron, title = hold.patron, hold.record.title
    actions.cancel_hold(Desk(session, origin, context.config), hold)
    if patron is not None and patron.email:
        values = {"reader": patron.name, "title": title,
                  "library": context.config.library.name(patron.language)}  # fmt: skip
        letter = compose(context.config, "hold_ended", patron.language, values)
        outbox.enqueue(session, to=patron.email, subject=letter.subject, body=letter.body,
                       patron_id=patron.id)  # fmt: skip
    return True


JOBS = (JobKind("end_hopeless_holds", _end_hopeless, every=timedelta(hours=1)),)
