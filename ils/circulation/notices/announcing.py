"""Readers told of a campaign, and whether telling them helped."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils import clock
from ils.circulation.campaigns.models import Campaign
from ils.circulation.campaigns.rules import AnnouncedAlready
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.notices import actions, queries, rules
from ils.circulation.notices.models import Notice, NoticeState
from ils.config import Config
from ils.jobs.actions import enqueue
from ils.ledger import Entry, Kind, Origin
from ils.organisation.audit.actions import audit

ANNOUNCE = "announce_campaign"
#: One reader in so many is told so much later.
TENTH, LATER = 10, timedelta(days=7)


def announce(session: Session, origin: Origin, campaign: Campaign) -> None:
    """Have everybody who has something overdue told of a campaign.

    Raises:
        AnnouncedAlready: they were asked to be told before, or it is over.
    """
    if campaign.announced_at is not None or campaign.last < origin.day:
        raise AnnouncedAlready
    campaign.announced_at = origin.at
    enqueue(session, ANNOUNCE, {"campaign_id": campaign.id}, created_by=origin.staff_id)
    audit(session, origin.staff_id, "campaign.announce", str(campaign.id), name=campaign.name)


def plan(
    session: Session, config: Config, campaign: Campaign, ids: Sequence[int], today: date
) -> int:
    """Plan what readers of some overdue loans are told of a campaign; returns how many."""
    there = {one.loan_id for one in session.scalars(queries.of_loans(ids))
             if one.level == campaign.level}  # fmt: skip
    ways, planned = actions.usable(config), 0
    for loan, patron in session.execute(queries.with_readers(ids)):
        if loan.id in there or patron.notices_off:
            continue
        channel = rules.channel(actions.WAYS, actions.reach_of(patron), ways)
        by_hand = channel in actions.BY_HAND
        later = campaign.compared and not by_hand and is_later(campaign.id, patron.id)
        session.add(Notice(
            loan_id=loan.id, patron_id=patron.id, branch_id=loan.branch_id, due=loan.due,
            level=campaign.level, channel=channel, planned_at=clock.now(),
            state=NoticeState.BY_HAND if by_hand else NoticeState.PLANNED,
            not_before=today + LATER if later else None,
        ))  # fmt: skip
        planned += 1
    session.flush()
    return planned


def is_later(campaign_id: int, patron_id: int) -> bool:
    """Whether a reader is of the tenth that is told later: at random, but always the same."""
    return random.Random(f"{campaign_id}:{patron_id}").randrange(TENTH) == 0  # noqa: S311


@dataclass
class GroupResult:
    """Readers told at once, or a week later, or by nobody: how many, told, came, in a week."""

    readers: int = 0
    told: int = 0
    came: int = 0
    came_in_week: int = 0

    @property
    def share_in_week(self) -> float:
        """Of a hundred of them, how many came in the first week."""
        return 100 * self.came_in_week / max(1, self.readers)


def results(session: Session, config: Config, campaign: Campaign) -> dict[str, GroupResult]:
    """``at_once``, ``later``, ``by_hand`` → what came of readers told so."""
    rows = session.execute(
        select(Notice.patron_id, Notice.channel, Notice.not_before, Notice.state,
               Loan.ended_at, Loan.ended_by)
        .join(Loan, Loan.id == Notice.loan_id)
        .where(Notice.level == campaign.level)
        .order_by(Notice.id)
    ).all()  # fmt: skip
    zone = config.library.timezone
    begun = clock.local_day(campaign.announced_at, zone) if campaign.announced_at else None
    people: dict[str, dict[int, set[str]]] = {"at_once": {}, "later": {}, "by_hand": {}}
    for patron_id, channel, not_before, state, ended_at, ended_by in rows:
        group = "at_once" if not_before is None else "later"
        if channel in actions.BY_HAND:
            group = "by_hand"
        said = people[group].setdefault(patron_id, set())
        if state == NoticeState.SENT:
            said.add("told")
        day = None
        if ended_at is not None and ended_by == LoanEnd.RETURNED:
            day = clock.local_day(ended_at, zone)
        if day is not None and begun is not None and begun <= day <= campaign.last:
            said.add("came")
            if day < begun + LATER:
                said.add("came_in_week")
    return {
        name: GroupResult(len(group), *(
            sum(word in said for said in group.values())
            for word in ("told", "came", "came_in_week")
        ))
        for name, group in people.items()
    }  # fmt: skip


def copies_back(session: Session, campaign: Campaign) -> int:
    """Overdue copies that came back on its days at its branches."""
    query = select(func.coalesce(func.sum(Entry.count), 0)).where(
        Entry.kind == Kind.AMNESTY_RETURN, Entry.day.between(campaign.first, campaign.last)
    )
    if campaign.branches:
        query = query.where(Entry.branch_id.in_(campaign.branches))
    return session.scalar(query) or 0
