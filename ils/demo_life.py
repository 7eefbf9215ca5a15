"""What goes on in the demonstration library: overdue copies, holds, events, a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.circulation.context import Desk
from ils.circulation.desk import actions as desk
from ils.circulation.holds.actions import place_hold
from ils.circulation.loans.models import Loan
from ils.config import Config
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Origin
from ils.organisation.branches.models import Branch
from ils.patrons.models import Patron
from ils.services.events.actions import EventData, save_event
from ils.stats.plans.actions import set_plans
from ils.stats.plans.rules import Planned

#: Days ago copies were lent that nobody brought back.
FORGOTTEN = (64, 51, 47, 40, 38, 33, 29, 26, 24, 21)
#: Days from today, title, form, language, who came.
EVENTS = (
    (-18, "Абай оқулары", "meeting", "kk", 46),
    (-11, "Неделя детской книги", "exhibition", "ru", 120),
    (-4, "Мәшһүр Жүсіп мұрасы", "review", "kk", 31),
)
#: Row of the main indicators → plan of a quarter.
PLAN = {"readers": 75, "visits": 3200, "loans": 5400, "events": 7}


def build_life(
    session: Session, config: Config, origin: Origin, branches: list[Branch], readers: list[int]
) -> None:
    """Make it all, at the central library."""
    _forgotten(session, config, origin, readers)
    _waiting(session, config, origin, readers)
    _events(session, config, origin)
    quarters = [
        Planned("indicators", row, where, origin.day.year, (each * share,) * 4)
        for row, each in PLAN.items()
        for where, share in ((branches[0].code, 1), (None, 2))
    ]
    set_plans(session, staff_id=None, reason="План на год", planned=quarters)


def _forgotten(session: Session, config: Config, origin: Origin, readers: list[int]) -> None:
    """Copies that should have come back: what debtors, letters and reports are about."""
    free = select(Item.barcode).where(
        Item.branch_id == origin.branch_id, Item.status == ItemStatus.AVAILABLE, Item.copies == 1
    )
    codes = session.scalars(free.order_by(Item.id.desc()).limit(len(FORGOTTEN)))
    for number, (ago, code) in enumerate(zip(FORGOTTEN, codes, strict=False)):
        day = max(origin.day - timedelta(days=ago), date(origin.day.year, 1, 4))
        at = replace(origin, at=origin.at - (origin.day - day), day=day, request_id=uuid4())
        reader = readers[(number * 5 + 3) % len(readers)]
        desk.scan(Desk(session, at, config), code=code or "", patron_id=reader)


def _waiting(session: Session, config: Config, origin: Origin, readers: list[int]) -> None:
    """Two readers wait for lent books; for one of them the copy comes back."""
    lent = select(Loan).where(Loan.ended_at.is_(None)).order_by(Loan.id).limit(2)
    for number, loan in enumerate(session.scalars(lent).all()):
        work = Desk(session, replace(origin, request_id=uuid4()), config)
        place_hold(
            work, patron=session.get_one(Patron, readers[40 + number]), record=loan.item.record,
            branch_id=origin.branch_id, own_due=None,
        )  # fmt: skip
        if number == 0:
            back = Desk(session, replace(origin, request_id=uuid4()), config)
            desk.scan(back, code=loan.item.barcode or "", patron_id=None)


def _events(session: Session, config: Config, origin: Origin) -> None:
    for ago, title, form, language, came in EVENTS:
        day = max(origin.day + timedelta(days=ago), date(origin.day.year, 1, 4))
        data = EventData(
            day=day, title=title, form=form, mode="onsite",
            language=language, participants=came,
        )  # fmt: skip
        save_event(
            session, replace(origin, request_id=uuid4()), None, data=data, lists=config.lists,
            timezone=config.library.timezone,
        )  # fmt: skip
