"""Reading patrons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from ils.catalog.identifiers import heading_key
from ils.codes import queries as codes
from ils.codes.keyboard import readings
from ils.codes.models import Code, CodeKind
from ils.codes.rules import owners
from ils.db import Base
from ils.errors import N_, NotFound
from ils.ledger import Channel, Entry, Kind
from ils.patrons.models import Patron, PatronBlock, PatronMerge, PatronYear
from ils.patrons.phones import BETWEEN_DIGITS, digits_of, normal_phone


def reasons_of_blocks(session: Session, patron_id: int, day: date) -> tuple[str, ...]:
    """Why nothing is lent to a reader today."""
    standing = blocks(patron_id).where(active_blocks(day))
    return tuple(block.reason for block in session.scalars(standing))


#: Services to a reader; from afar a hold is one too.
SERVICES = (Kind.LOAN, Kind.RENEWAL, Kind.RETURN)
SERVICES_FROM_AFAR = (*SERVICES, Kind.HOLD_PLACED)
#: Detail of a return that another reader brought.
BY_ANOTHER = "by_another"
#: Detail of a return found in the book-drop, or dated back.
BOOK_DROP = "book_drop"
NO_VISIT = (BY_ANOTHER, BOOK_DROP)
#: The reader stood at a desk, with a line or without.
AT_THE_DESK = (Channel.DESK, Channel.OFFLINE)
#: The reader was not there.
REMOTE = (Channel.PHONE, Channel.EMAIL, Channel.SITE)


def is_visit_making(*, remote: bool = False) -> ColumnElement[bool]:
    """Entries that are services to a reader: the first of a day is a visit, or a remote one."""
    there = Entry.channel.in_(REMOTE) if remote else Entry.channel.not_in(REMOTE)
    return and_(
        Entry.patron_year_id.is_not(None),
        or_(
            Entry.kind.in_(SERVICES_FROM_AFAR if remote else SERVICES),
            and_(Entry.kind == Kind.REGISTRATION, Entry.channel.in_(AT_THE_DESK)),
        ),
        func.coalesce(Entry.detail, "").not_in(NO_VISIT),
        there,
    )


def services_left(
    session: Session, patron_id: int, branch_id: int, day: date, *, remote: bool
) -> int:
    """Services of a reader at a branch on a day, less those undone."""
    there = _services(patron_id, branch_id, day, remote=remote)
    query = select(func.coalesce(func.sum(Entry.count), 0))
    return session.scalar(query.join(PatronYear, _of_year).where(*there)) or 0


def first_service(
    session: Session, patron_id: int, branch_id: int, day: date, *, remote: bool
) -> Entry | None:
    """The first service of a reader at a branch on a day, if not all were undone."""
    if not services_left(session, patron_id, branch_id, day, remote=remote):
        return None
    there = _services(patron_id, branch_id, day, remote=remote)
    query = select(Entry).join(PatronYear, _of_year).where(*there).order_by(Entry.id)
    return session.scalar(query.limit(1))


_of_year = PatronYear.id == Entry.patron_year_id


def _services(
    patron_id: int, branch_id: int, day: date, *, remote: bool
) -> tuple[ColumnElement[bool], ...]:
    """Entries that are services to a reader at a branch on a day, and those that undo them."""
    return (
        PatronYear.patron_id == patron_id,
        Entry.branch_id == branch_id,
        Entry.day == day,
        is_visit_making(remote=remote),
    )


# Statements of every scan, built once: building one costs more than running it.
_one = select(Patron).where(Patron.id == bindparam("patron"))
_PATRON = {False: _one, True: _one.with_for_update()}


class UnknownPatron(NotFound):
    """No reader has this number."""

    code = "unknown_patron"
    message = N_("There is no such reader.")


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


def patron_by_card(session: Session, readings: Sequence[str]) -> Patron | None:
    """The reader with this card; the first reading of it that fits."""
    found = codes.fitting(session, readings)
    cards = [code for code in found if code.kind == CodeKind.CARD]
    best = next(iter(owners(cards, readings)), None)
    return None if best is None else session.get(Patron, best.patron_id)


def patrons(text: str) -> Select[Patron]:
    """Readers by the beginnings of their names or card, in order of the alphabet."""
    query = select(Patron).order_by(Patron.surname, Patron.given_name, Patron.id)
    return query.where(named(text))


def named(text: str) -> ColumnElement[bool]:
    """Whether every word of a text begins a reader's name or card, or it is a card or a phone.

    The card whatever the layout made of it; the phone in part, also a second one.
    """
    condition: ColumnElement[bool] = Patron.card.is_not(None)
    for word in heading_key(text).split():
        condition &= Patron.search_text.contains(f" {word}", autoescape=True)
    scanned = codes.asked(readings(text))["folded"]
    if not scanned:
        return condition
    cards = select(Code.patron_id).where(Code.kind == CodeKind.CARD, Code.folded.in_(scanned))
    condition |= Patron.id.in_(cards)
    if digits := digits_of(text):
        condition |= func.translate(Patron.phone, BETWEEN_DIGITS, "").contains(digits)
    return condition


def with_phone(session: Session, text: str, most: int) -> Sequence[Patron]:
    """The readers with a phone, however it is written; none of what is no whole number."""
    number = normal_phone(text)
    if not number:
        return ()
    same = select(Patron).where(Patron.phone_number == number)
    ordered = same.order_by(Patron.surname, Patron.given_name, Patron.id)
    return session.scalars(ordered.limit(most)).all()


def wrong_phones() -> Select[Patron]:
    """Readers whose phone is no number anybody could dial."""
    empty = literal_column("''", String)  # as the index says it
    wrong = (Patron.phone != empty, Patron.phone_number == empty)
    return select(Patron).where(*wrong).order_by(Patron.surname, Patron.id)


def shared_phones() -> Select[Patron]:
    """Readers with the number of another who is not of their family: perhaps one person twice."""
    other = aliased(Patron)

    def family(one: type[Patron]) -> ColumnElement[int]:
        return func.coalesce(one.guardian_id, one.id)

    shared = exists().where(
        other.phone_number == Patron.phone_number, other.id != Patron.id,
        family(other) != family(Patron),
    )  # fmt: skip
    query = select(Patron).where(Patron.phone_number != "", shared)
    return query.order_by(Patron.phone_number, Patron.id)


def similar_patrons(surname: str, birth_date: date) -> Select[Patron]:
    """Readers born on that day, or in that year with that surname; who is alike, the rules say."""
    first, last = birth_date.replace(month=1, day=1), birth_date.replace(month=12, day=31)
    begins = Patron.search_text.startswith(f" {heading_key(surname)} ", autoescape=True)
    of_year = Patron.birth_date.between(first, last)
    query = select(Patron).where(of_year, or_(Patron.birth_date == birth_date, begins))
    return query.order_by(Patron.id)


def household_of(reader: Patron) -> Select[Patron]:
    """The guardian and everybody the guardian answers for."""
    head = reader.guardian_id or reader.id
    query = select(Patron).where(or_(Patron.id == head, Patron.guardian_id == head))
    return query.order_by(Patron.birth_date, Patron.id)


def dependants_of(patron_id: int) -> Select[Patron]:
    """Children a reader answers for."""
    own = Patron.guardian_id == patron_id
    return select(Patron).where(own).order_by(Patron.birth_date, Patron.id)


def blocks(patron_id: int) -> Select[PatronBlock]:
    """All blocks of a reader, latest first."""
    query = select(PatronBlock).where(PatronBlock.patron_id == patron_id)
    return query.order_by(PatronBlock.id.desc())


def active_blocks(today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Blocks that hold today."""
    open_ended = or_(PatronBlock.until.is_(None), PatronBlock.until >= today)
    return and_(PatronBlock.lifted_at.is_(None), open_ended)


def not_yet_registered(
    branch_id: int, year: int, *, category: str = "", school: str = "", grade: str = ""
) -> Select[Patron]:
    """Readers of a branch who were registered the year before and are not this year."""
    last = select(PatronYear.patron_id).where(
        PatronYear.year == year - 1, PatronYear.branch_id == branch_id, ~PatronYear.taken_back
    )
    this = select(PatronYear.patron_id).where(
        PatronYear.year == year, PatronYear.patron_id.is_not(None), ~PatronYear.taken_back
    )
    query = select(Patron).where(Patron.id.in_(last), Patron.id.not_in(this))
    if category:
        query = query.where(Patron.category == category)
    if school:
        query = query.where(Patron.school == school)
    if grade:
        query = query.where(Patron.grade == int(grade))
    return query.order_by(Patron.surname, Patron.given_name, Patron.id)


def of_earlier_grade(year: int) -> tuple[ColumnElement[bool], ...]:
    """Pupils whose grade is of a school year before this."""
    return (Patron.grade.is_not(None), func.coalesce(Patron.grade_year, 0) < year)


def grades(session: Session, year: int) -> list[tuple[int, int]]:
    """(grade, pupils) of those who have not gone up yet in a school year."""
    number = func.count()
    query = select(Patron.grade, number).where(*of_earlier_grade(year))
    rows = session.execute(query.group_by(Patron.grade).order_by(Patron.grade))
    return [(grade or 0, n) for grade, n in rows]


def patron_year(session: Session, patron_id: int, year: int) -> PatronYear | None:
    """The reader's registration of a year."""
    return session.scalar(years_of(patron_id).where(PatronYear.year == year))


def registration_entry(session: Session, patron_year_id: int) -> Entry | None:
    """The entry of a registration that stands."""
    undone = aliased(Entry)
    query = select(Entry).where(
        Entry.kind == Kind.REGISTRATION,
        Entry.patron_year_id == patron_year_id,
        Entry.reverses_id.is_(None),
        ~select(undone.id).where(undone.reverses_id == Entry.id).exists(),
    )
    return session.scalar(query)


def years_of(patron_id: int) -> Select[PatronYear]:
    """The registrations of a reader that stand, latest first."""
    query = select(PatronYear).where(PatronYear.patron_id == patron_id, ~PatronYear.taken_back)
    return query.order_by(PatronYear.year.desc())


def reader_columns() -> Iterator[Column[Any]]:
    """The columns that name a reader, of all tables whose rows have a number."""
    reader = cast("Table", Patron.__table__).c.id
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.references(reader) and not column.primary_key:
                yield column


def merges_of(patron_id: int) -> Select[PatronMerge]:
    """Readers who were made one with this one, latest first."""
    query = select(PatronMerge).where(PatronMerge.kept_id == patron_id)
    return query.order_by(PatronMerge.id.desc())


def last_card(session: Session) -> str | None:
    """The highest card of the system's own series, in use or replaced."""
    cards = (CodeKind.CARD, CodeKind.FORMER_CARD)
    own = and_(Code.written.like("R_______"), Code.written.between("R0000000", "R9999999"))
    query = select(Code.written).where(own, Code.kind.in_(cards)).order_by(Code.written.desc())
    with session.scalars(query).yield_per(20) as written:
        return next((card for card in written if card[1:].isdigit()), None)
