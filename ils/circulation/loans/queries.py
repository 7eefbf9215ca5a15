"""Reading loans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from ils.circulation.loans.models import Loan, LoanEnd
from ils.errors import N_, NotFound
from ils.holdings.items.models import Item
from ils.ledger import Entry, Kind, ServicePlace
from ils.organisation.branches.models import Branch
from ils.patrons.models import Patron, PatronBlock, PatronYear
from ils.patrons.queries import active_blocks

# Statements of every scan, built once: building one costs more than running it.
_LAST_LOAN = (
    select(Loan)
    .where(
        Loan.item_id == bindparam("item"),
        or_(Loan.ended_by.is_(None), Loan.ended_by == LoanEnd.RETURNED),
    )
    .order_by(Loan.ended_at.is_not(None), Loan.issued_at.desc(), Loan.id.desc())
    .limit(1)
    .options(joinedload(Loan.patron), joinedload(Loan.patron_year))
)
_held = select(func.coalesce(func.sum(Loan.copies - Loan.quantity_returned), 0)).where(
    Loan.patron_id == bindparam("patron"), Loan.ended_at.is_(None)
)
_away = _held.where(Loan.place != ServicePlace.READING_ROOM)
_blocked = (
    select(func.count())
    .where(
        PatronBlock.patron_id == bindparam("patron"),
        active_blocks(bindparam("today", type_=Date)),
    )
    .scalar_subquery()
)
_BORROWER = (
    select(
        PatronYear,
        cast(_held.scalar_subquery(), BigInteger),
        cast(_away.scalar_subquery(), BigInteger),
        cast(_away.where(Loan.material == bindparam("material")).scalar_subquery(), BigInteger),
        cast(_held.where(Loan.due < bindparam("late")).scalar_subquery(), BigInteger),
        _blocked,
    )
    .select_from(Patron)
    .outerjoin(
        PatronYear,
        and_(
            PatronYear.patron_id == Patron.id,
            PatronYear.year == bindparam("year"),
            ~PatronYear.taken_back,
        ),
    )
    .where(Patron.id == bindparam("patron"))
)


class UnknownLoan(NotFound):
    """No loan has this number."""

    code = "unknown_loan"
    message = N_("There is no such loan.")


def loan(session: Session, loan_id: int) -> Loan:
    """A loan by number.

    Raises:
        UnknownLoan: there is none.
    """
    found = session.get(Loan, loan_id)
    if found is None:
        raise UnknownLoan
    return found


def last_loan(session: Session, item_id: int) -> Loan | None:
    """The open loan of a copy, else the last that ended by a return; with its reader."""
    return session.scalar(_LAST_LOAN, {"item": item_id})


def last_renewal(session: Session, loan: Loan) -> date | None:
    """The day a loan was renewed last, and nobody took that back; ``None``: never."""
    if not loan.renewals:
        return None
    undone = aliased(Entry)
    standing = ~exists().where(undone.reverses_id == Entry.id)
    of_copy = (Entry.item_id == loan.item_id, Entry.loan_id == loan.id)
    query = select(func.max(Entry.day)).where(
        *of_copy, Entry.kind == Kind.RENEWAL, Entry.reverses_id.is_(None), standing
    )
    return session.scalar(query)


def loser(session: Session, item_id: int) -> Patron | None:
    """The reader who lost a copy the last time it was lost, if still known."""
    query = select(Loan).where(Loan.item_id == item_id, Loan.ended_by == LoanEnd.LOST)
    lost = session.scalar(query.order_by(Loan.id.desc()).limit(1).options(joinedload(Loan.patron)))
    return lost.patron if lost is not None else None


def open_loans(patron_id: int) -> Select[Loan]:
    """What the reader has, first due first, with copies and records."""
    return (
        select(Loan)
        .where(Loan.patron_id == patron_id, Loan.ended_at.is_(None))
        .order_by(Loan.due, Loan.id)
        .options(joinedload(Loan.item))
    )


def past_loans(patron_id: int) -> Select[Loan]:
    """What the reader had, the latest first, with copies and records."""
    return (
        select(Loan)
        .where(
            Loan.patron_id == patron_id, Loan.ended_at.is_not(None),
            Loan.ended_by != LoanEnd.UNDONE,
        )
        .order_by(Loan.issued_at.desc(), Loan.id.desc())
        .options(joinedload(Loan.item))
    )  # fmt: skip


_NEWEST = (
    select(Loan)
    .where(Loan.patron_id == bindparam("patron"), Loan.ended_at.is_(None))
    .order_by(Loan.id.desc())
    .limit(bindparam("most"))
    .options(joinedload(Loan.item))
)


def newest_loans(session: Session, patron_id: int, most: int) -> Sequence[Loan]:
    """What the reader has, lent last first."""
    return session.scalars(_NEWEST, {"patron": patron_id, "most": most}).all()


def loans_of_record(record_id: int) -> Select[Loan]:
    """Loans of copies of a record that are out."""
    query = select(Loan).join(Item, Item.id == Loan.item_id)
    return query.where(Item.record_id == record_id, Loan.ended_at.is_(None))


def loans_since(patron_id: int, moment: datetime) -> Select[Loan]:
    """What a reader took since a moment, latest first."""
    own = (Loan.patron_id == patron_id, Loan.issued_at >= moment)
    kept = Loan.ended_by.is_distinct_from(LoanEnd.UNDONE)
    query = select(Loan).where(*own, kept).order_by(Loan.id.desc())
    return query.options(joinedload(Loan.item))


def number_of_loans(session: Session, patron_id: int) -> int:
    """How many loans a reader has; a group lent by count is one."""
    query = select(func.count()).where(Loan.patron_id == patron_id, Loan.ended_at.is_(None))
    return session.scalar(query) or 0


def own_due(session: Session, patron_id: int, record_id: int) -> date | None:
    """When the copy of a document that a reader has is due; ``None`` if the reader has none."""
    query = open_loans(patron_id).join(Item, Item.id == Loan.item_id)
    loan = session.scalars(query.where(Item.record_id == record_id)).first()
    return None if loan is None else loan.due


@dataclass(frozen=True)
class PatronStatus:
    """How a reader stands: the registration of this year, copies on hand, overdue, blocks.

    Attributes:
        away: of the copies on hand, those that are not read in the reading room.
        of_material: of those, the ones of the material that was asked for.
    """

    year: PatronYear | None
    held: int
    away: int
    of_material: int
    overdue: int
    blocks: int


def patron_status(
    session: Session, patron_id: int, today: date, grace_days: int = 0, material: str | None = None
) -> PatronStatus:
    """How a reader stands today."""
    late = today - timedelta(days=grace_days)
    asked = {"patron": patron_id, "year": today.year, "today": today, "late": late}
    asked["material"] = material
    return PatronStatus(*session.execute(_BORROWER, asked).one())


def lent_today(patron_id: int, day_start: datetime) -> Select[Loan]:
    """What a reader was lent since a moment and still has, for the receipt."""
    return open_loans(patron_id).where(Loan.issued_at >= day_start)


def group_loans(item_id: int) -> Select[Loan]:
    """Who has copies of a group, first lent first."""
    return (
        select(Loan)
        .where(Loan.item_id == item_id, Loan.ended_at.is_(None))
        .order_by(Loan.id)
        .options(joinedload(Loan.patron), joinedload(Loan.patron_year))
    )


def loans_made(item_id: int, patron_id: int, at: datetime) -> Select[int]:
    """Loans of a copy to a reader made at a moment, open or ended."""
    return select(Loan.id).where(
        Loan.item_id == item_id, Loan.patron_id == patron_id, Loan.issued_at == at
    )


def copies_out(session: Session, item_id: int) -> int:
    """How many copies of a group are in readers' hands, or were lost by them."""
    query = select(func.coalesce(func.sum(Loan.copies - Loan.quantity_returned), 0))
    gone = or_(Loan.ended_at.is_(None), Loan.ended_by == LoanEnd.LOST)
    return int(session.scalar(query.where(Loan.item_id == item_id, gone)) or 0)


def overdue_by_branch(session: Session, day: date) -> dict[int | None, tuple[int, int]]:
    """Branch id → how many readers have overdue copies on a day, and how many copies.

    Every branch is there; a reader counts at each branch that lent to them, and once for the
    system, which is ``None``.
    """
    reader = func.coalesce(Loan.patron_id, Loan.patron_year_id)
    sums = (
        func.count(reader.distinct()),
        func.coalesce(func.sum(Loan.copies - Loan.quantity_returned), 0),
    )
    late = and_(Loan.ended_at.is_(None), Loan.due < day)
    query = (
        select(Branch.id, *sums)
        .outerjoin(Loan, and_(Loan.branch_id == Branch.id, late))
        .group_by(Branch.id)
    )
    rows = [*session.execute(query), *session.execute(select(null(), *sums).where(late))]
    return {branch: (readers, int(copies)) for branch, readers, copies in rows}


def loans_of_copy(item_id: int) -> Select[Loan]:
    """All loans of a copy, latest first, with the readers that are still known."""
    return (
        select(Loan)
        .where(Loan.item_id == item_id)
        .options(joinedload(Loan.patron))
        .order_by(Loan.id.desc())
    )
