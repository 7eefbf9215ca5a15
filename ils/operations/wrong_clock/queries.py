"""Entries no right clock can have written, and months that were closed and are not over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from ils import BUILT, clock
from ils.ledger import Entry, Kind
from ils.ledger.timekeeping import TOLERANCE
from ils.patrons.served import SERVICES
from ils.stats import periods
from ils.stats.models import ClosedMonth

#: Marks that follow from other entries: they are taken back, and the worker makes them anew.
MARKS = tuple(kind.value for kind in SERVICES)


@dataclass(frozen=True)
class WrongDay:
    """What is dated on a day that cannot be.

    Attributes:
        posted_only: the day is right; it counts in a month that is not over.
    """

    day: date
    entries: int
    first: datetime
    last: datetime
    posted_only: bool


def wrong_days(session: Session, today: date) -> list[WrongDay]:
    """The days of wrong entries, in order."""
    shifted = _is_misdated(today)
    query = (
        select(
            Entry.day, func.count(), func.min(Entry.recorded_at), func.max(Entry.recorded_at),
            shifted.label("shifted"),
        )
        .where(_standing(), Entry.kind.not_in(MARKS), _is_wrong(today))
        .group_by(Entry.day, shifted)
        .order_by(Entry.day)
    )  # fmt: skip
    return [
        WrongDay(day, number, first, last, posted_only=not moved)
        for day, number, first, last, moved in session.execute(query)
    ]


def wrong_entries(session: Session, today: date) -> tuple[Sequence[Entry], set[int]]:
    """The wrong entries in their order, and the ids of those whose day itself is wrong."""
    query = select(Entry).where(_standing(), _is_wrong(today)).order_by(Entry.id)
    entries = session.scalars(query).all()
    moved = select(Entry.id).where(_standing(), _is_misdated(today))
    return entries, set(session.scalars(moved))


def undone_apart(session: Session, today: date) -> int:
    """Reversals that were made by a wrong clock of entries that are right: they stay."""
    undone = aliased(Entry)
    query = (
        select(func.count())
        .select_from(Entry)
        .join(undone, undone.id == Entry.reverses_id)
        .where(Entry.posted > today, undone.posted <= today)
    )
    return session.scalar(query) or 0


def months_not_over(session: Session, today: date) -> list[date]:
    """Months that are closed though they are not over, in order."""
    months = session.scalars(select(ClosedMonth.month).order_by(ClosedMonth.month))
    return [month for month in months if periods.next_month(month) > today]


def _is_wrong(today: date) -> ColumnElement[bool]:
    return or_(_is_misdated(today), Entry.posted > today)


def _is_misdated(today: date) -> ColumnElement[bool]:
    """Its day lies ahead, or before this program was made, and the clock said so then.

    History that was imported is dated by its file; events may be dated ahead.
    """
    built = datetime.combine(BUILT, time(), UTC)
    ahead = and_(Entry.day > today, Entry.recorded_at > clock.now() + TOLERANCE)
    behind = and_(Entry.day < BUILT, Entry.recorded_at < built)
    return or_(ahead, behind)


def _standing() -> ColumnElement[bool]:
    """It neither reverses another nor was reversed."""
    undone = select(Entry.reverses_id).where(Entry.reverses_id.is_not(None))
    return and_(Entry.reverses_id.is_(None), Entry.id.not_in(undone))


def is_mark(entry: Entry) -> bool:
    """Whether it follows from other entries."""
    return Kind(entry.kind) in SERVICES
