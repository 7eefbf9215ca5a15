"""Reading copies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from ils.catalog import queries as catalog
from ils.catalog.identifiers import isbns
from ils.catalog.models import BibliographicRecord
from ils.codes import queries as codes
from ils.codes.keyboard import readings
from ils.codes.models import Code
from ils.codes.rules import owners
from ils.errors import N_, Invalid, NotFound
from ils.holdings.items.models import Item, ItemStatus


class UnknownItem(NotFound):
    """No copy has this id."""

    code = "unknown_item"
    message = N_("There is no such copy.")


def item_by_code(session: Session, readings: Sequence[str], *, lock: bool = False) -> Item | None:
    """The copy with this barcode or inventory number; the first reading of it that fits.

    Args:
        lock: hold the copy until the transaction ends.
    """
    of_items = [code for code in codes.fitting(session, readings) if code.item_id is not None]
    best = next(iter(owners(of_items, readings)), None)
    if best is None or best.item_id is None:
        return None
    return item_by_id(session, best.item_id, lock=lock)


def item_by_id(session: Session, item_id: int, *, lock: bool = False) -> Item:
    """A copy by its id.

    Raises:
        UnknownItem: there is none.
    """
    item = session.get(Item, item_id, with_for_update={"of": Item} if lock else None)
    if item is None:
        raise UnknownItem
    return item


def items_of(record: BibliographicRecord) -> Select[Item]:
    """The copies of a record."""
    return select(Item).where(Item.record_id == record.id).order_by(Item.id)


def items_by_record(session: Session, record_ids: Sequence[int]) -> dict[int, list[Item]]:
    """Record id → its copies, for some hundreds of records at once."""
    query = select(Item).where(Item.record_id.in_(record_ids)).order_by(Item.id)
    found: dict[int, list[Item]] = {}
    for item in session.scalars(query.options(lazyload(Item.record))):
        found.setdefault(item.record_id, []).append(item)
    return found


@dataclass(frozen=True)
class BranchCopies:
    """Copies of a record at a branch: all that can come to a reader, and how many are free."""

    branch_id: int
    free: int
    total: int


#: Copies that no reader gets.
GONE = (ItemStatus.WITHDRAWN, ItemStatus.LOST, ItemStatus.MISSING)


def copies_by_branch(session: Session, record_ids: Sequence[int]) -> dict[int, list[BranchCopies]]:
    """Record → its copies at each branch, most free ones first; summed by the database."""
    free = func.sum(case((Item.status == ItemStatus.AVAILABLE, Item.copies), else_=0))
    query = (
        select(Item.record_id, Item.branch_id, free, func.sum(Item.copies))
        .where(Item.record_id.in_(record_ids), Item.status.not_in(GONE))
        .group_by(Item.record_id, Item.branch_id)
    )
    found: dict[int, list[BranchCopies]] = {}
    for record_id, branch_id, free_ones, total in session.execute(query):
        found.setdefault(record_id, []).append(BranchCopies(branch_id, free_ones, total))
    for branches in found.values():
        branches.sort(key=lambda one: (-one.free, one.branch_id))
    return found


def shelves_of(session: Session, record_ids: Sequence[int]) -> dict[tuple[int, int], list[str]]:
    """(record, branch) → where free copies stand there: place and shelf mark."""
    query = (
        select(Item.record_id, Item.branch_id, Item.location, Item.shelf_mark)
        .where(Item.record_id.in_(record_ids), Item.status == ItemStatus.AVAILABLE)
        .distinct()
        .order_by(Item.location, Item.shelf_mark)
    )
    found: dict[tuple[int, int], list[str]] = {}
    for record_id, branch_id, location, mark in session.execute(query):
        if said := " · ".join(filter(None, (location, mark))):
            found.setdefault((record_id, branch_id), []).append(said)
    return found


#: Newest copies that are looked through for newest records.
LATEST = 1000


def newest_records(session: Session, most: int, branch_id: int | None = None) -> list[int]:
    """Records whose copies came last, the newest first; to one branch, or to any."""
    latest = select(Item.record_id).where(Item.status.not_in(GONE))
    if branch_id is not None:
        latest = latest.where(Item.owner_branch_id == branch_id)
    found = session.scalars(latest.order_by(Item.id.desc()).limit(LATEST))
    return list(dict.fromkeys(found))[:most]


def disputed_codes() -> Select[Code, Item | None]:
    """Codes that came by an import although another had them, and those others; with copies."""
    query = codes.disputed().add_columns(Item).outerjoin(Item, Item.id == Code.item_id)
    return query.options(joinedload(Item.record, innerjoin=False))


def copies_at_hand(
    session: Session, record_ids: Sequence[int], branch_id: int, most: int
) -> Sequence[Item]:
    """Copies of some records: those of this branch and on its shelves first."""
    return session.scalars(
        select(Item)
        .where(Item.record_id.in_(record_ids), Item.status != ItemStatus.WITHDRAWN)
        .order_by(Item.branch_id != branch_id, Item.status != ItemStatus.AVAILABLE, Item.id)
        .limit(most)
    ).all()


def numbers_in(session: Session, text: str) -> list[str]:
    """The numbers of a list that was typed or scanned: a line is one if a copy has it so.

    Others are split at blanks, commas and semicolons.
    """
    found: list[str] = []
    for line in text.splitlines():
        number = line.strip()
        parts = re.split(r"[\s,;]+", number)
        whole = len(parts) > 1 and item_by_code(session, readings(number, typed=True)) is not None
        found += [number] if whole else filter(None, parts)
    return found


def record_named(session: Session, text: str) -> BibliographicRecord:
    """The record that is meant: by ISBN, by a copy it has, by its own number.

    Raises:
        Invalid: there is none, or there are several.
    """
    item = item_by_code(session, readings(text, typed=True))
    if item is not None:
        return item.record
    found = session.scalars(catalog.records().where(catalog.has_isbn(isbns(text))).limit(2)).all()
    if not found:
        found = session.scalars(catalog.records().where(catalog.has_number(text))).all()
    if not found:
        raise Invalid(N_("Record"), N_("There is no such record: describe the document first."))
    if len(found) > 1:
        raise Invalid(N_("Record"), N_("Several records have it: write the number of one."))
    return found[0]
