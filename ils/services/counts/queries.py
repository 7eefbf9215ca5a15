"""Reading what was counted by hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.ledger import Channel, Entry, Kind
from ils.organisation.staff.models import Staff
from ils.services.counts import rules

TALLIED = sorted({counted.kind for counted in rules.TALLIES.values()})


def offered(session: Session, day: date) -> list[str]:
    """What can be counted by hand for a day: not what counts itself since a first publication."""
    first = select(func.min(Entry.day)).where(Entry.kind == Kind.PUBLISHED)
    since = session.scalar(first)
    by_acts = rules.BY_ACTS if since is not None and since <= day else frozenset[str]()
    return [code for code in rules.TALLIES if code not in by_acts]


def tallies(session: Session, branch_id: int, day: date) -> Select[Entry, str]:
    """What was counted by hand for a day at a branch and stands, by whom; latest first."""
    undone = aliased(Entry)
    reversed_ = select(undone.id).where(undone.reverses_id == Entry.id).exists()
    return (
        select(Entry, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == Entry.staff_id)
        .where(Entry.branch_id == branch_id, Entry.day == day)
        .where(Entry.kind.in_(TALLIED))
        .where(Entry.posted.in_({day, ledger.posted(session, day)}))
        .where(Entry.channel == Channel.TALLY, Entry.reverses_id.is_(None), ~reversed_)
        .order_by(Entry.id.desc())
    )
