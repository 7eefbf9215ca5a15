"""Entries no right clock can have written, and months that were closed and are not over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from ils import BEGAN, clock
from ils.ledger import Entry, Kind
from ils.ledger.timekeeping import TOLERANCE
from ils.stats import periods
from ils.stats.models import ClosedMonth

#: Set right in one transaction; more than a library does in some weeks.
MOST = 50_000


@dataclass(frozen=True)
class WrongEntries:
    """Entries of one day that cannot be.

    Attributes:
        misdated: the day itself is wrong; else it is right, and counts in a month not over.
    """

    day: date
    misdated: bool
    entries: Sequence[Entry]

    @property
    def first(self) -> datetime:
        """When the first of them was written down, by the clock of then."""
        return min(one.recorded_at for one in self.entries)

    @property
    def last(self) -> datetime:
        """When the last of them was."""
        return max(one.recorded_at for one in self.entries)


def wrong_entries(session: Session, today: date) -> list[WrongEntries]:
    """The wrong entries, day by day; those nobody undid, more than `MOST` only to be told of."""
    undoing = aliased(Entry)
    undone = select(undoing.id).where(undoing.reverses_id == Entry.id)
    query = (
        select(Entry)
        .where(_is_wrong(today), Entry.reverses_id.is_(None), ~undone.exists())
        .order_by(Entry.id)
        .limit(MOST + 1)
    )
    found: dict[tuple[date, bool], list[Entry]] = defaultdict(list)
    for entry in session.scalars(query):
        found[entry.day, _is_misdated(entry, today)].append(entry)
    return [WrongEntries(day, wrong, found[day, wrong]) for day, wrong in sorted(found)]


def undone_apart(session: Session, today: date) -> int:
    """Reversals that were made by a wrong clock of entries that are right: they stay."""
    undone = aliased(Entry)
    query = (
        select(func.count())
        .select_from(Entry)
        .join(undone, undone.id == Entry.reverses_id)
        .where(Entry.kind.in_(list(Kind)), Entry.posted > today, undone.posted <= today)
    )
    return session.scalar(query) or 0


def months_not_over(session: Session, today: date) -> list[date]:
    """Months that are closed though they are not over, in order."""
    months = session.scalars(select(ClosedMonth.month).order_by(ClosedMonth.month))
    return [month for month in months if periods.next_month(month) > today]


def _is_wrong(today: date) -> ColumnElement[bool]:
    """Ahead of its time, or older than the program; asked so that indexes answer it.

    What is dated ahead is posted ahead. What is dated too early is posted early too, or late in
    the first month that was open. History that was imported is dated by its file, and was
    recorded by a right clock.
    """
    ahead = and_(
        Entry.kind.in_(list(Kind)), Entry.posted > today,
        or_(Entry.day <= today, Entry.recorded_at > clock.now() + TOLERANCE),
    )  # fmt: skip
    early = and_(Entry.kind.in_(list(Kind)), Entry.posted < BEGAN)
    late = and_(Entry.day < Entry.posted, Entry.day < BEGAN)
    return or_(ahead, and_(or_(early, late), Entry.recorded_at < _began()))


def _is_misdated(entry: Entry, today: date) -> bool:
    return entry.day > today or entry.recorded_at < _began()


def _began() -> datetime:
    return datetime.combine(BEGAN, time(), UTC)
