"""Reading copies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, lazyload

from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.errors import N_, NotFound
from ils.holdings.items.models import Item


class UnknownItem(NotFound):
    """No copy has this id."""

    code = "unknown_item"
    message = N_("There is no such copy.")


# Statements of every scan, built once: building one costs more than running it.
_BY = {
    (column.key, lock): query.with_for_update(of=Item) if lock else query
    for column in (Item.barcode, Item.inventory_number)
    for lock in (False, True)
    for query in [select(Item).where(column.in_(bindparam("codes", expanding=True)))]
}


def item_by_code(session: Session, codes: Sequence[str], *, lock: bool = False) -> Item | None:
    """The copy with this barcode, else with this inventory number; the first code that fits.

    Args:
        lock: hold the copy until the transaction ends.
    """
    for column in ("barcode", "inventory_number"):
        found = session.scalars(_BY[column, lock], {"codes": codes}).all()
        if found:
            return min(found, key=lambda item: codes.index(getattr(item, column)))
    return None


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


def search(text: str, catalogue: str | None = None) -> Select[BibliographicRecord]:
    """Records by words of title or author, ISBN, barcode or inventory number."""
    query = catalog.records(catalogue)
    code = text.strip()
    if not code:
        return query
    numbered = select(Item.record_id).where(
        or_(Item.barcode == code, Item.inventory_number == code)
    )
    return query.where(or_(catalog.matches(code), BibliographicRecord.id.in_(numbered)))
