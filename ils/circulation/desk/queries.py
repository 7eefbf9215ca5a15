"""Reading the desk's entries."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Select,
    select,
)
from sqlalchemy.orm import Session, aliased

from ils.circulation.loans.models import Loan
from ils.holdings.items.models import Item
from ils.ledger import Entry, Kind
from ils.patrons.models import Patron

#: What the desk does with a copy.
ACTS = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN, Kind.IN_HOUSE_USE, Kind.LOST, Kind.FOUND)


def _standing() -> Select[Entry]:
    """Desk acts on copies that nobody undid, latest first."""
    undone = aliased(Entry)
    return (
        select(Entry)
        .where(
            Entry.kind.in_(ACTS),
            Entry.reverses_id.is_(None),
            ~select(undone.id).where(undone.reverses_id == Entry.id).exists(),
        )
        .order_by(Entry.id.desc())
    )


def last_act_on(session: Session, item_id: int, loan_id: int | None = None) -> Entry | None:
    """The latest desk act on a copy that stands; of a group, on one of its loans."""
    query = _standing().where(Entry.item_id == item_id)
    if loan_id is not None:
        query = query.where(Entry.loan_id == loan_id)
    return session.scalar(query.limit(1))


def last_acts(staff_id: int, branch_id: int, day: date) -> Select[Entry, Item, Patron]:
    """The acts of a member of staff on a day that stand, with copies and readers."""
    return (
        _standing()
        .add_columns(Item, Patron)
        .join(Item, Item.id == Entry.item_id)
        .outerjoin(Loan, Loan.id == Entry.loan_id)
        .outerjoin(Patron, Patron.id == Loan.patron_id)
        .where(Entry.posted >= day, Entry.staff_id == staff_id, Entry.branch_id == branch_id)
    )
