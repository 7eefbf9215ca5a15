"""Reading loans and the desk's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from ils.circulation.models import LendingRule, Loan, LoanEnd, Patron, PatronBlock, PatronYear
from ils.circulation.queries.patrons import standing_blocks
from ils.circulation.rules.lending import VALUES, Rule
from ils.errors import N_, NotFound
from ils.holdings.models import Item
from ils.ledger import Channel, Entry, Kind
from ils.organisation.models import Branch

#: What the desk does with a copy.
ACTS = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN, Kind.IN_HOUSE_USE, Kind.LOST, Kind.FOUND)
#: Of them, services to a reader.
SERVICES = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN)
#: Detail of a return that another reader brought (S3).
BY_ANOTHER = "by_another"
#: Detail of a return found in the book-drop, or dated back.
BOOK_DROP = "book_drop"
NO_VISIT = (BY_ANOTHER, BOOK_DROP)
#: The reader was not there.
REMOTE = (Channel.PHONE, Channel.EMAIL, Channel.SITE)


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
_held = select(func.coalesce(func.sum(Loan.copies - Loan.back), 0)).where(
    Loan.patron_id == bindparam("patron"), Loan.ended_at.is_(None)
)
_blocked = (
    select(func.count())
    .where(
        PatronBlock.patron_id == bindparam("patron"),
        standing_blocks(bindparam("today", type_=Date)),
    )
    .scalar_subquery()
)
_BORROWER = (
    select(
        PatronYear,
        cast(_held.scalar_subquery(), BigInteger),
        cast(_held.where(Loan.due < bindparam("late")).scalar_subquery(), BigInteger),
        _blocked,
    )
    .select_from(Patron)
    .outerjoin(
        PatronYear,
        and_(PatronYear.patron_id == Patron.id, PatronYear.year == bindparam("year")),
    )
    .where(Patron.id == bindparam("patron"))
)
_HELD_OF_MATERIAL = _held.where(Loan.material == bindparam("material"))
_RULES = select(LendingRule).order_by(LendingRule.id)
# Columns alone: a scan needs no objects of them.
_VALUES_OF_RULES = select(
    *(getattr(LendingRule, n) for n in ("id", "branch_id", "category", "material", *VALUES))
).order_by(LendingRule.id)


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


def open_loans(patron_id: int) -> Select[Loan]:
    """What the reader has, first due first, with copies and records."""
    return (
        select(Loan)
        .where(Loan.patron_id == patron_id, Loan.ended_at.is_(None))
        .order_by(Loan.due, Loan.id)
        .options(joinedload(Loan.item))
    )


@dataclass(frozen=True)
class Standing:
    """How a reader stands: the registration of this year, copies on hand, overdue, blocks."""

    year: PatronYear | None
    held: int
    overdue: int
    blocks: int


def borrower(session: Session, patron_id: int, today: date, grace_days: int = 0) -> Standing:
    """How a reader stands today."""
    late = today - timedelta(days=grace_days)
    asked = {"patron": patron_id, "year": today.year, "today": today, "late": late}
    return Standing(*session.execute(_BORROWER, asked).one())


def held_of_material(session: Session, patron_id: int, material: str) -> int:
    """Copies of a material a reader has."""
    asked = {"patron": patron_id, "material": material}
    return int(session.scalar(_HELD_OF_MATERIAL, asked) or 0)


def lending_rules(session: Session) -> list[Rule]:
    """The lending rules, without the configuration."""
    return [rule_of(row) for row in session.execute(_VALUES_OF_RULES)]


def stored_rules(session: Session) -> Sequence[LendingRule]:
    """The lending rules as they are kept."""
    return session.scalars(_RULES).all()


def rule_of(row: LendingRule | Row[Any]) -> Rule:
    """A stored rule, or its columns, as the rules know it."""
    said = {name: getattr(row, name) for name in VALUES}
    values = {name: value for name, value in said.items() if value is not None}
    return Rule(row.id, row.branch_id, row.category, row.material, values)


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
    """How many copies of a group are in readers' hands."""
    query = select(func.coalesce(func.sum(Loan.copies - Loan.back), 0))
    return int(session.scalar(query.where(Loan.item_id == item_id, Loan.ended_at.is_(None))) or 0)


def is_visit_making(*, remote: bool = False) -> ColumnElement[bool]:
    """Entries that are services to a reader: the first of a day is a visit, or a remote one."""
    there = Entry.channel.in_(REMOTE) if remote else Entry.channel.not_in(REMOTE)
    return and_(
        Entry.patron_year_id.is_not(None),
        or_(
            Entry.kind.in_(SERVICES),
            and_(Entry.kind == Kind.REGISTRATION, Entry.channel == Channel.DESK),
        ),
        func.coalesce(Entry.detail, "").not_in(NO_VISIT),
        there,
    )


def services_left(
    session: Session, patron_id: int, branch_id: int, day: date, *, remote: bool
) -> int:
    """Services of a reader at a branch on a day, less those undone."""
    query = (
        select(func.coalesce(func.sum(Entry.count), 0))
        .join(PatronYear, PatronYear.id == Entry.patron_year_id)
        .where(
            PatronYear.patron_id == patron_id,
            Entry.branch_id == branch_id,
            Entry.day == day,
            is_visit_making(remote=remote),
        )
    )
    return session.scalar(query) or 0


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


def overdue_by_branch(session: Session, day: date) -> dict[int | None, tuple[int, int]]:
    """Branch id → how many readers have overdue copies on a day, and how many copies.

    Every branch is there; a reader counts at each branch that lent to them, and once for the
    system, which is ``None``.
    """
    reader = func.coalesce(Loan.patron_id, Loan.patron_year_id)
    sums = (
        func.count(reader.distinct()),
        func.coalesce(func.sum(Loan.copies - Loan.back), 0),
    )
    late = and_(Loan.ended_at.is_(None), Loan.due < day)
    query = (
        select(Branch.id, *sums)
        .outerjoin(Loan, and_(Loan.branch_id == Branch.id, late))
        .group_by(Branch.id)
    )
    rows = [*session.execute(query), *session.execute(select(null(), *sums).where(late))]
    return {branch: (readers, int(copies)) for branch, readers, copies in rows}
