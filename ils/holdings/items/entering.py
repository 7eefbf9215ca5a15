"""Copies described anew, split off a group, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.codes import actions as codes
from ils.codes.models import CodeKind
from ils.errors import N_, Refused
from ils.fields import described
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import ItemUnavailable, price_of
from ils.labels import LABELS
from ils.ledger import Entry, Facts, Kind, OpeningOf, Origin
from ils.organisation.audit.actions import audit, differences

LONGEST = 200


class NotTakenBack(Refused):
    """The copy has a life of its own already."""

    code = "copy_was_used"
    message = N_("The copy was lent or moved since it was entered; it can only be written off.")


class NoGroup(Refused):
    """Copies are split off a group only."""

    code = "no_group"
    message = N_("There are not so many copies in this group.")


@dataclass(frozen=True)
class CopyData:
    """The form of what is known of a copy."""

    barcode: str = described(N_("Barcode"), default="", width="phone", scan=True, longest=40)
    price: str = described(N_("Price of a copy, ₸"), default="", width="short", longest=30)
    location: str = described(N_("Place"), default="", longest=LONGEST)
    shelf_mark: str = described(N_("Shelf mark"), default="", longest=LONGEST)
    condition: str = described(N_("Condition"), default="", longest=LONGEST)
    ksu: str = described(N_("Entry of КСУ"), default="", width="short", longest=40)


def change_copy(session: Session, origin: Origin, item: Item, data: CopyData) -> None:
    """Describe a copy anew; what it was stays in the audit trail, a former barcode in the codes.

    Another price is another sum of its accession: the entry is reversed and said again.

    Raises:
        Invalid: a field cannot be used.
        ItemUnavailable: it is written off.
        CodeTaken: another has the barcode, or had it.
    """
    if item.status == ItemStatus.WITHDRAWN:
        raise ItemUnavailable(status=LABELS["status"][item.status])
    before = _described(item)
    barcode = data.barcode.strip() or None
    if barcode != item.barcode:
        codes.replace_barcode(session, item.id, barcode, at=origin.at, staff_id=origin.staff_id)
        item.barcode, item.labelled_at = barcode, None
    price = price_of(data.price)
    if price != item.price:
        _correct_accession(session, origin, item, price)
        item.price = price
    item.location, item.shelf_mark = data.location.strip(), data.shelf_mark.strip()
    item.condition, item.ksu = data.condition.strip(), data.ksu.strip()
    session.flush()
    if changed := differences(before, _described(item)):
        audit(session, origin.staff_id, "item.change", str(item.id), **changed)


def _correct_accession(session: Session, origin: Origin, item: Item, price: int | None) -> None:
    stock = (None, OpeningOf.STOCK)
    entries = _standing(session, item, Kind.ACCESSION, Kind.OPENING)
    entry = next((one for one in entries if one.opening_of in stock), None)
    if entry is None:  # it stands in a balance that was entered as a figure
        return
    again = replace(origin.as_of(entry), branch_id=entry.branch_id)
    facts: dict[str, Any] = {name: getattr(entry, name) for name in Facts.__annotations__}
    ledger.reverse(session, entry, origin.derive(f"price:{entry.id}"))
    amount = None if price is None else price * entry.count
    said = cast("Facts", {**facts, "amount": amount})
    kind, place = Kind(entry.kind), again.derive(f"again:{entry.id}")
    ledger.record(session, kind, place, said, count=entry.count)


def _standing(session: Session, item: Item, *kinds: Kind) -> Sequence[Entry]:
    """Entries of a copy that nobody reversed."""
    undone = select(Entry.reverses_id).where(
        Entry.item_id == item.id, Entry.reverses_id.is_not(None)
    )
    standing = (Entry.reverses_id.is_(None), Entry.id.not_in(undone))
    query = select(Entry).where(Entry.item_id == item.id, *standing).order_by(Entry.id)
    return session.scalars(query.where(Entry.kind.in_(kinds)) if kinds else query).all()


def _described(item: Item) -> dict[str, object]:
    names = ("barcode", "price", "location", "shelf_mark", "condition", "ksu")
    return {name: getattr(item, name) for name in names}


def split_group(
    session: Session, origin: Origin, group: Item, numbers: Sequence[str]
) -> list[Item]:
    """Give copies of a group numbers of their own; the stock stays as it is.

    Raises:
        NoGroup: there are not so many copies, or they do not stand on the shelf.
        CodeTaken: a number is somebody's.
    """
    left = group.copies - len(numbers)
    if not numbers or left < 1 or group.status != ItemStatus.AVAILABLE:
        raise NoGroup
    items = []
    for number in numbers:
        codes.check_free(session, number)
        item = Item(
            record=group.record, inventory_number=number, owner_branch_id=group.owner_branch_id,
            branch_id=group.branch_id, status=ItemStatus.AVAILABLE, location=group.location,
            shelf_mark=group.shelf_mark, price=group.price, ksu=group.ksu, created_at=origin.at,
        )  # fmt: skip
        session.add(item)
        session.flush()
        codes.claim(session, CodeKind.INVENTORY_NUMBER, number, item_id=item.id)
        items.append(item)
    group.copies = left
    audit(session, origin.staff_id, "item.split", str(group.id), numbers=list(numbers))
    session.flush()
    return items


def take_back(session: Session, origin: Origin, item: Item) -> None:
    """A copy was entered by mistake: its accession is reversed and its number is free again.

    Raises:
        NotTakenBack: it was lent or moved, or came in otherwise.
    """
    entries = _standing(session, item)
    if [entry.kind for entry in entries] != [Kind.ACCESSION] or item.status != ItemStatus.AVAILABLE:
        raise NotTakenBack
    (accession,) = entries
    ledger.reverse(session, accession, origin)
    of_act = select(Entry).where(
        Entry.act_id == accession.act_id, Entry.kind.in_((Kind.ACCESSION, Kind.TITLE))
    )
    rest = session.scalars(of_act).all()
    if sum(entry.count for entry in rest if entry.kind == Kind.ACCESSION) == 0:
        for title in rest:
            if title.kind == Kind.TITLE and title.reverses_id is None:
                ledger.reverse(session, title, origin.derive("title"))
    codes.drop_of_item(session, item.id)
    audit(session, origin.staff_id, "item.take_back", str(item.id), number=item.inventory_number)
    item.unmake(origin.at)
    session.flush()
