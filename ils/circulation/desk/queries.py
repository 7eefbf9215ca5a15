"""Reading the desk's entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    Select,
    bindparam,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from ils import db
from ils.circulation.desk.results import Opened, Owner
from ils.circulation.desk.rules import Level, Situation
from ils.circulation.holds.models import IS_OPEN, Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.circulation.policy.queries import terms_at
from ils.codes import queries as codes
from ils.codes.models import Code
from ils.codes.rules import owners
from ils.config import Config
from ils.holdings.items.models import Item
from ils.ledger import Act, Entry, Kind
from ils.patrons.models import Patron

#: What the desk does with a copy.
ACTS = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN, Kind.IN_HOUSE_USE, Kind.LOST, Kind.FOUND)

# Statements of every scan, built once: building one costs more than running it.
_wanted = select(Hold.id).where(Hold.record_id == Item.record_id, IS_OPEN).exists()
_OWNERS = (
    codes.FITTING.add_columns(Patron, Item, _wanted)
    .outerjoin(Patron, Patron.id == Code.patron_id)
    .outerjoin(Item, Item.id == Code.item_id)
    .options(joinedload(Item.record, innerjoin=False))
)
_open = aliased(Patron)
_OWNERS_WITH = (
    _OWNERS.add_columns(_open)
    .join(_open, _open.id == bindparam("patron"))
    .with_for_update(of=_open)
)


def owners_of(
    session: Session, readings: Sequence[str], patron_id: int | None
) -> tuple[list[Owner], Patron | None]:
    """Whose the code is, most likely first, and the open reader.

    The reader, and a copy nobody else shares the code with, are held until the transaction ends.
    """
    asked = codes.asked(readings)
    if patron_id is None:
        rows = [(*row, None) for row in session.execute(_OWNERS, asked)]
    else:
        rows = [tuple(row) for row in session.execute(_OWNERS_WITH, {**asked, "patron": patron_id})]
    # PostgreSQL may have waited for the reader while somebody placed a hold: it is asked again.
    unsure = session.get_bind().dialect.name == "postgresql"
    fitting = {
        code.id: Owner(code, owner, item, wanted or unsure) for code, owner, item, wanted, _ in rows
    }
    found = [fitting[code.id] for code in owners([row[0] for row in rows], readings)]
    if len(found) == 1 and found[0].item is not None:
        db.lock(session, found[0].item)
    return found, rows[0][-1] if rows else None


def opened(session: Session, config: Config, branch_id: int, day: date, patron: Patron) -> Opened:
    """How a reader stands at a branch on a day."""
    (terms,) = terms_at(session, config, branch_id, patron.category, None)
    standing = loan_queries.patron_status(session, patron.id, day, terms.number("grace_days"))
    well = standing.year is not None and not standing.overdue and not standing.blocks
    level = Level.SUCCESS if well else Level.WARNING
    return Opened(
        situation=Situation.PATRON, level=level, patron=patron, standing=standing, terms=terms
    )


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


def last_acts(staff_id: int, branch_id: int, day: date) -> Select[Entry, Item, Patron, Act | None]:
    """The acts of a member of staff on a day that stand, with copies and readers.

    Entries that are a part of another act have none of their own.
    """
    return (
        _standing()
        # By the index of days: whoever did little today would have all years read backwards.
        .order_by(None)
        .order_by((Entry.id + 0).desc())
        .add_columns(Item, Patron, Act)
        .outerjoin(Act, Act.request_id == Entry.request_id)
        .join(Item, Item.id == Entry.item_id)
        .outerjoin(Loan, Loan.id == Entry.loan_id)
        .outerjoin(Patron, Patron.id == Loan.patron_id)
        .where(Entry.posted >= day, Entry.staff_id == staff_id, Entry.branch_id == branch_id)
    )
