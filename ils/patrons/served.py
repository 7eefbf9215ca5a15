"""Whom a branch served, who borrowed, who got copies of other branches: once a year.

ISO 2789 calls the latter active borrowers. A reader registered at one branch and served at
another is a reader of both (norms §4.1). The worker follows what was posted since the last
closing; so no scan waits for it, and what was undone is taken back by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ils import ledger
from ils.ledger import Channel, Entry, Facts, Kind, Origin
from ils.patrons.models import PatronYear
from ils.patrons.visits import reader_facts

#: What a mark counts → the entries that are such a service.
SERVICES: Mapping[Kind, Sequence[Kind]] = {
    Kind.READER_SERVED: (Kind.VISIT, Kind.REMOTE_VISIT, Kind.LOAN),
    Kind.BORROWER: (Kind.LOAN,),
    Kind.IL_READER: (Kind.IL_LENT,),
}
#: Details of a mark: the first in the system, and the first at a branch after it.
FIRST, FURTHER = "first", "further"
#: Before the last closing: a worker that stood still catches up after a month was closed.
LOOKED_BACK = timedelta(days=45)


def unsettled(session: Session) -> list[tuple[Kind, int]]:
    """Readers' years whose marks do not say what was posted since the last closing, by kind."""
    return [
        (kind, patron_year_id)
        for kind, services in SERVICES.items()
        for patron_year_id in session.scalars(_differing(session, kind, services))
    ]


def settle(session: Session, kind: Kind, patron_year_id: int) -> None:
    """Make the marks of a person's year say which branches serve it now."""
    of_year = Entry.patron_year_id.in_(_years(session, patron_year_id))
    served = session.execute(
        select(Entry.branch_id, func.min(Entry.id))
        .where(of_year, Entry.kind.in_(SERVICES[kind]))
        .group_by(Entry.branch_id)
        .having(func.sum(Entry.count) > 0)
        .order_by(func.min(Entry.id))
    ).all()
    marked = _kept_marks(session, kind, of_year, [branch_id for branch_id, _ in served])
    first = next((branch for branch, mark in marked.items() if mark.detail == FIRST), None)
    for branch_id, entry_id in served:
        first = branch_id if first is None else first
        if branch_id not in marked:
            entry = session.get_one(Entry, entry_id)
            facts: Facts = {**reader_facts(entry)}
            if branch_id != first:
                facts["other_branch_id"] = first
            detail = FIRST if branch_id == first else FURTHER
            ledger.record(session, kind, _origin(entry), facts, detail=detail)
    session.flush()


def settle_person(session: Session, patron_id: int) -> None:
    """Make the marks of all years of a reader right, who became another person's or one's own."""
    for year in session.scalars(select(PatronYear.id).where(PatronYear.patron_id == patron_id)):
        for kind in SERVICES:
            settle(session, kind, year)


def _kept_marks(
    session: Session, kind: Kind, of_year: ColumnElement[bool], served: Sequence[int]
) -> dict[int, Entry]:
    """Branch → its mark; those that are no longer true are taken back."""
    undone = select(Entry.reverses_id).where(of_year, Entry.reverses_id.is_not(None))
    standing = (Entry.kind == kind, Entry.reverses_id.is_(None), Entry.id.not_in(undone))
    marks = session.scalars(select(Entry).where(of_year, *standing).order_by(Entry.id)).all()
    first = next((m.branch_id for m in marks if m.detail == FIRST and m.branch_id in served), None)
    kept: dict[int, Entry] = {}
    for mark in marks:
        true = mark.branch_id == first if mark.detail == FIRST else mark.other_branch_id == first
        if true and mark.branch_id in served and mark.branch_id not in kept:
            kept[mark.branch_id] = mark
        else:
            ledger.reverse(session, mark, _origin(mark))
    return kept


def _differing(session: Session, kind: Kind, services: Sequence[Kind]) -> Select[int]:
    """Years with a service since the last closing where a branch has a mark too many or too few."""
    opened = max(ledger.first_open_day(session), date.min + LOOKED_BACK)  # none is closed yet
    since = Entry.posted >= opened - LOOKED_BACK
    pairs = (
        select(Entry.patron_year_id, Entry.branch_id)
        .where(Entry.kind.in_(services), since, Entry.patron_year_id.is_not(None))
        .distinct()
        .subquery()
    )
    year, branch = pairs.c.patron_year_id, pairs.c.branch_id
    served, marked = _net(year, branch, *services) > 0, _net(year, branch, kind) > 0
    return select(year).where(served != marked).distinct().order_by(year)


def _net(year: ColumnElement[int], branch: ColumnElement[int], *kinds: Kind) -> ColumnElement[int]:
    there = (Entry.patron_year_id == year, Entry.branch_id == branch, Entry.kind.in_(kinds))
    return select(func.coalesce(func.sum(Entry.count), 0)).where(*there).scalar_subquery()


def _years(session: Session, patron_year_id: int) -> list[int]:
    """The year, and the one of the same person who was registered twice by mistake."""
    year = session.get_one(PatronYear, patron_year_id)
    if year.patron_id is None:
        return [year.id]
    same = (PatronYear.patron_id == year.patron_id, PatronYear.year == year.year)
    return list(session.scalars(select(PatronYear.id).where(*same)))


def _origin(entry: Entry) -> Origin:
    """The day and the branch of what it follows from."""
    return Origin(entry.occurred_at, entry.day, entry.branch_id, None, Channel.SYSTEM)
