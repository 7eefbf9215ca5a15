"""Reading campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils.circulation.campaigns.models import Campaign
from ils.circulation.campaigns.rules import UnknownCampaign
from ils.ledger import Entry, Kind
from ils.patrons.models import PatronYear


def campaigns() -> Select[Campaign]:
    """All of them, the latest first."""
    return select(Campaign).order_by(Campaign.first.desc(), Campaign.id.desc())


def campaign(session: Session, number: int, *, lock: bool = False) -> Campaign:
    """A campaign.

    Raises:
        UnknownCampaign: there is none of this number.
    """
    found = session.get(Campaign, number, with_for_update=lock)
    if found is None:
        raise UnknownCampaign
    return found


def running(session: Session, branch_id: int, day: date) -> Campaign | None:
    """The campaign of a branch on a day."""
    return next(overlapping(session, [branch_id], day, day), None)


def overlapping(
    session: Session, branch_ids: Iterable[int], first: date, last: date
) -> Iterator[Campaign]:
    """Campaigns on some of these days at some of these branches; none named: at any."""
    wanted = set(branch_ids)
    query = select(Campaign).where(Campaign.first <= last, Campaign.last >= first)
    for one in session.scalars(query.order_by(Campaign.id)):
        if not wanted or not one.branches or wanted & set(one.branches):
            yield one


def was_reminded(session: Session, patron_id: int, due: date) -> bool:
    """Whether a reader was reminded after a copy had become due, by the entries that count it."""
    own = select(PatronYear.id).where(PatronYear.patron_id == patron_id)
    reminders = select(Entry.id).where(
        Entry.patron_year_id.in_(own), Entry.kind == Kind.REMINDER, Entry.day > due,
        Entry.reverses_id.is_(None),
    )  # fmt: skip
    return session.scalar(reminders.limit(1)) is not None
