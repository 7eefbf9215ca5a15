"""Who has what overdue now, and what was said to them last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, contains_eager

from ils import folding
from ils.catalog.models import BibliographicRecord
from ils.circulation.debtors.models import DebtContact, DebtResult
from ils.circulation.loans.models import Loan
from ils.circulation.losses.queries import claimed
from ils.holdings.items.models import Item
from ils.patrons.models import Patron
from ils.patrons.queries import named


@dataclass(frozen=True)
class DebtFilter:
    """Which debtors.

    Attributes:
        days: at least so many days overdue.
        quiet: nobody spoke to them since this moment.
        broken: what they promised is over.
    """

    branch_id: int | None = None
    point_id: int | None = None
    days: int = 1
    category: str = ""
    school: str = ""
    grade: int | None = None
    street: str = ""
    words: str = ""
    quiet: datetime | None = None
    broken: bool = False


def debtors(today: date, which: DebtFilter) -> Select[Patron, int, date, DebtContact | None]:
    """Readers with overdue copies, how many, since when, the last contact; longest first.

    Computed at the moment: a copy that came back a minute ago is not in it.
    """
    late = (
        select(
            Loan.patron_id, func.sum(Loan.copies - Loan.quantity_returned).label("copies"),
            func.min(Loan.due).label("due"),
        )
        .where(Loan.ended_at.is_(None), Loan.due < today, Loan.patron_id.is_not(None))
        .group_by(Loan.patron_id)
    )  # fmt: skip
    for column, number in (
        (Loan.branch_id, which.branch_id), (Loan.service_point_id, which.point_id),
    ):  # fmt: skip
        late = late if number is None else late.where(column == number)
    owed = late.subquery()
    newest = select(func.max(DebtContact.id).label("id")).group_by(DebtContact.patron_id).subquery()
    last = aliased(DebtContact)
    query = (
        select(Patron, owed.c.copies, owed.c.due, last)
        .join(owed, owed.c.patron_id == Patron.id)
        .outerjoin(last, (last.patron_id == Patron.id) & last.id.in_(select(newest.c.id)))
        .order_by(owed.c.due, Patron.id)
    )
    if which.days > 1:
        query = query.where(owed.c.due <= date.fromordinal(today.toordinal() - which.days))
    if which.category:
        query = query.where(Patron.category == which.category)
    if which.words:
        query = query.where(named(which.words))
    if which.school:
        query = query.where(folding.contains(Patron.school, which.school))
    if which.grade is not None:
        query = query.where(Patron.grade == which.grade)
    if which.street:
        query = query.where(folding.contains(Patron.address, which.street))
    if which.quiet is not None:
        query = query.where(last.id.is_(None) | (last.at < which.quiet))
    if which.broken:
        query = query.where(last.promised_until < today)
    return query


def overdue_of(patron_id: int, today: date) -> Select[Loan]:
    """The overdue loans of a reader, oldest first."""
    return (
        select(Loan)
        .join(Loan.item)
        .join(Item.record)
        .where(Loan.patron_id == patron_id, Loan.ended_at.is_(None), Loan.due < today)
        .options(contains_eager(Loan.item).contains_eager(Item.record))
        .order_by(Loan.due, Loan.id)
    )


def asked_back(patron_id: int, today: date) -> Select[Loan]:
    """The overdue loans a reader is spoken to about: not what the reader says was brought back."""
    return overdue_of(patron_id, today).where(Loan.id.not_in(claimed()))


def contacts_of(patron_id: int) -> Select[DebtContact]:
    """What was done about a reader's debts, latest first."""
    own = DebtContact.patron_id == patron_id
    return select(DebtContact).where(own).order_by(DebtContact.id.desc())


def opened_by(staff_id: int | None) -> Select[DebtContact]:
    """Messages somebody opened and did not say yet whether they were sent."""
    own = (DebtContact.staff_id == staff_id, DebtContact.result == DebtResult.OPENED)
    return select(DebtContact).where(*own).order_by(DebtContact.id)


@dataclass
class Owed:
    """What a reader owes, by its titles, and where it was lent: (branch, service point)."""

    titles: list[str] = field(default_factory=list)
    places: list[tuple[int, int | None]] = field(default_factory=list)


def owed_by(session: Session, patron_ids: list[int], today: date) -> dict[int, Owed]:
    """Reader → what is overdue, for a page of readers at once."""
    query = (
        select(Loan.patron_id, BibliographicRecord.title, Loan.branch_id, Loan.service_point_id)
        .join(Item, Item.id == Loan.item_id)
        .join(BibliographicRecord, BibliographicRecord.id == Item.record_id)
        .where(Loan.patron_id.in_(patron_ids), Loan.ended_at.is_(None), Loan.due < today)
        .order_by(Loan.due)
    )
    found: dict[int, Owed] = {}
    for patron_id, title, branch_id, point_id in session.execute(query):
        own = found.setdefault(patron_id or 0, Owed())
        own.titles.append(title)
        if (branch_id, point_id) not in own.places:
            own.places.append((branch_id, point_id))
    return found
