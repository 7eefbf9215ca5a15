"""The use of the stock, by subject area; records lent before anybody described them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord, RecordState
from ils.clock import Period
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind


@dataclass(frozen=True)
class AreaUse:
    """A subject area of a branch, or of the system.

    Attributes:
        unused: copies nobody took in the days.
        old: copies published before the year that was asked for.
    """

    subject_area: str
    titles: int
    copies: int
    kazakh: int
    lent: int
    unused: int
    old: int


def use_by_area(
    session: Session, days: Period, old_before: int, branch_id: int | None = None
) -> Sequence[AreaUse]:
    """Titles, copies, loans and what lies unused, by subject area."""
    record = BibliographicRecord
    taken = exists().where(
        Entry.item_id == Item.id, Entry.day >= days.start, Entry.day < days.end,
        Entry.kind.concat("").in_((Kind.LOAN, Kind.RENEWAL, Kind.IN_HOUSE_USE)),
    )  # fmt: skip
    own = Item.status != ItemStatus.WITHDRAWN
    if branch_id is not None:
        own &= Item.owner_branch_id == branch_id

    def summed(*which: object) -> Select[str | None, int]:
        query = select(record.subject_area, func.sum(Item.copies)).join(
            Item, Item.record_id == record.id
        )
        return query.where(own, *which).group_by(record.subject_area)  # type: ignore[arg-type]  # conditions

    def told(query: Select[str | None, int]) -> dict[str, int]:
        return {area or "": int(number) for area, number in session.execute(query)}

    titles = (
        select(record.subject_area, func.count(record.id.distinct()))
        .join(Item, Item.record_id == record.id)
        .where(own)
        .group_by(record.subject_area)
    )
    lent = select(Entry.subject_area, func.sum(Entry.count)).where(
        Entry.kind.in_((Kind.LOAN, Kind.RENEWAL)), Entry.posted >= days.start,
        Entry.posted < days.end,
    )  # fmt: skip
    if branch_id is not None:
        lent = lent.where(Entry.owner_branch_id == branch_id)
    by_title, loans = told(titles), told(lent.group_by(Entry.subject_area))
    copies, kazakh = told(summed()), told(summed(record.language == "kk"))
    unused, old = told(summed(~taken)), told(summed(record.year < old_before))
    return [
        AreaUse(area, by_title.get(area, 0), copies[area], kazakh.get(area, 0),
                loans.get(area, 0), unused.get(area, 0), old.get(area, 0))
        for area in sorted(copies)
    ]  # fmt: skip


def lent_undescribed() -> Select[BibliographicRecord, int]:
    """Records nobody has described yet, those lent most first: what to catalogue next."""
    record = BibliographicRecord
    lent = (
        select(func.coalesce(func.sum(Entry.count), 0))
        .join(Item, Item.id == Entry.item_id)
        .where(Item.record_id == record.id, Entry.kind == Kind.LOAN)
        .scalar_subquery()
    )
    return (
        select(record, lent.label("lent"))
        .where(record.provisional, record.state == RecordState.ACTIVE)
        .order_by(lent.desc(), record.id)
    )
