"""Reading copies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, lazyload

from ils.catalog.models import BibliographicRecord
from ils.codes import queries as codes
from ils.codes.models import Code
from ils.codes.rules import owners
from ils.errors import N_, NotFound
from ils.holdings.items.models import Item


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


def disputed_codes() -> Select[Code, Item | None]:
    """Codes that came by an import although another had them, and those others; with copies."""
    query = codes.disputed().add_columns(Item).outerjoin(Item, Item.id == Code.item_id)
    return query.options(joinedload(Item.record, innerjoin=False))
