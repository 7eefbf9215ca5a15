"""Reading patrons and loans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from ils.catalog.rules import search_key
from ils.circulation.models import Loan, LoanEnd, Patron, PatronYear
from ils.errors import N_, NotFound
from ils.holdings.models import Item
from ils.ledger import Channel, Entry, Kind

#: What the desk does with a copy.
ACTS = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN, Kind.IN_HOUSE_USE)
#: Detail of a return that another reader brought (S3).
BY_ANOTHER = "by_another"


# Statements of every scan, built once: building one costs more than running it.
_one = select(Patron).where(Patron.id == bindparam("patron"))
_PATRON = {False: _one, True: _one.with_for_update()}
_BY_CARD = select(Patron).where(Patron.card.in_(bindparam("codes", expanding=True)))
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
_held = select(func.count()).where(Loan.patron_id == bindparam("patron"), Loan.ended_at.is_(None))
_BORROWER = (
    select(
        PatronYear,
        _held.scalar_subquery(),
        _held.where(Loan.due < bindparam("today")).scalar_subquery(),
    )
    .select_from(Patron)
    .outerjoin(
        PatronYear,
        and_(PatronYear.patron_id == Patron.id, PatronYear.year == bindparam("year")),
    )
    .where(Patron.id == bindparam("patron"))
)


class UnknownPatron(NotFound):
    """No reader has this number."""

    code = "unknown_patron"
    message = N_("There is no such reader.")


class UnknownLoan(NotFound):
    """No loan has this number."""

    code = "unknown_loan"
    message = N_("There is no such loan.")


def patron(session: Session, patron_id: int, *, lock: bool = False) -> Patron:
    """A reader by number.

    Args:
        lock: hold the reader until the transaction ends.

    Raises:
        UnknownPatron: there is none.
    """
    found = session.scalar(_PATRON[lock], {"patron": patron_id})
    if found is None:
        raise UnknownPatron
    return found


def patron_by_card(session: Session, codes: Sequence[str]) -> Patron | None:
    """The reader with this card; the first code that fits."""
    found = {p.card: p for p in session.scalars(_BY_CARD, {"codes": codes})}
    return next((found[code] for code in codes if code in found), None)


def patrons(text: str) -> Select[Patron]:
    """Readers by the beginnings of their names or card, in order of the alphabet."""
    query = select(Patron).order_by(Patron.surname, Patron.given_name, Patron.id)
    condition: ColumnElement[bool] = Patron.card.is_not(None)
    for word in search_key(text).split():
        condition &= Patron.search_text.contains(f" {word}", autoescape=True)
    return query.where(condition)


def patron_year(session: Session, patron_id: int, year: int) -> PatronYear | None:
    """The reader's registration of a year."""
    query = select(PatronYear).where(PatronYear.patron_id == patron_id, PatronYear.year == year)
    return session.scalar(query)


def years_of(patron_id: int) -> Select[PatronYear]:
    """All registrations of a reader, latest first."""
    query = select(PatronYear).where(PatronYear.patron_id == patron_id)
    return query.order_by(PatronYear.year.desc())


def last_card(session: Session) -> str | None:
    """The highest card of the system's own series."""
    own = and_(Patron.card.like("R_______"), Patron.card >= "R0000000", Patron.card <= "R9999999")
    return session.scalar(select(func.max(Patron.card)).where(own))


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


def borrower(session: Session, patron_id: int, today: date) -> tuple[PatronYear | None, int, int]:
    """The reader's registration of this year, copies on hand, and how many are overdue."""
    asked = {"patron": patron_id, "year": today.year, "today": today}
    year, held, overdue = session.execute(_BORROWER, asked).one()
    return year, held, overdue


def is_visit_making() -> ColumnElement[bool]:
    """Entries that are services to a reader who came: the first of a day is a visit."""
    return and_(
        Entry.patron_year_id.is_not(None),
        or_(
            Entry.kind.in_(ACTS),
            and_(Entry.kind == Kind.REGISTRATION, Entry.channel == Channel.DESK),
        ),
        func.coalesce(Entry.detail, "") != BY_ANOTHER,
    )


def services_left(session: Session, patron_id: int, branch_id: int, day: date) -> int:
    """Services of a reader at a branch on a day, less those undone."""
    query = (
        select(func.coalesce(func.sum(Entry.count), 0))
        .join(PatronYear, PatronYear.id == Entry.patron_year_id)
        .where(
            PatronYear.patron_id == patron_id,
            Entry.branch_id == branch_id,
            Entry.day == day,
            is_visit_making(),
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


def last_act_on(session: Session, item_id: int) -> Entry | None:
    """The latest desk act on a copy that stands."""
    return session.scalar(_standing().where(Entry.item_id == item_id).limit(1))


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
