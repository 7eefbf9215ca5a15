"""Titles and readers by the number of loans, renewals that were asked for among them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, Select, cast, func, or_, select

from ils.catalog.models import BibliographicRecord
from ils.clock import Period
from ils.ledger import Entry, Kind
from ils.patrons.models import Patron, PatronYear

MOST = 500


def most_lent(period: Period, branches: Collection[int]) -> Select[BibliographicRecord, int]:
    """Records with how often they were lent, the most first; of all branches if none is given."""
    times = _times()
    return (
        select(BibliographicRecord, times)
        .join(Entry, Entry.record_id == BibliographicRecord.id)
        .where(*_loans(period, branches))
        .group_by(BibliographicRecord.id)
        .having(times > 0)
        .order_by(times.desc(), BibliographicRecord.id)
        .limit(MOST)
    )


def most_active(period: Period, branches: Collection[int]) -> Select[Patron, int]:
    """Readers with how much they borrowed, the most first; who was forgotten is not among them."""
    times = _times()
    return (
        select(Patron, times)
        .join(PatronYear, PatronYear.patron_id == Patron.id)
        .join(Entry, Entry.patron_year_id == PatronYear.id)
        .where(*_loans(period, branches))
        .group_by(Patron.id)
        .having(times > 0)
        .order_by(times.desc(), Patron.id)
        .limit(MOST)
    )


def _times() -> ColumnElement[int]:
    return cast(func.sum(Entry.count), Integer).label("times")


def _loans(period: Period, branches: Collection[int]) -> list[ColumnElement[bool]]:
    asked_for = or_(Entry.detail.is_(None), Entry.detail != "automatic")
    loans = [
        Entry.kind.in_((Kind.LOAN, Kind.RENEWAL)),
        or_(Entry.kind == Kind.LOAN, asked_for),
        Entry.posted >= period.start,
        Entry.posted < period.end,
    ]
    return [*loans, Entry.branch_id.in_(branches)] if branches else loans
