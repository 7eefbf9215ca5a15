"""Copies described anew, split off a group, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.codes import actions as codes
from ils.codes.keyboard import printed
from ils.codes.models import CodeKind
from ils.errors import N_, Invalid, Refused
from ils.fields import described
from ils.holdings.acts import queries as acts
from ils.holdings.acts.models import ActItem, ActKind, ActState, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import ItemUnavailable, price_of, volume_of
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
    part: str = described(N_("Volume, issue or year"), default="", width="short", longest=40)
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
    barcode = printed(data.barcode) or None
    if barcode != item.barcode:
        codes.replace_barcode(session, item.id, barcode, at=origin.at, staff_id=origin.staff_id)
        item.barcode, item.labelled_at = barcode, None
    price = price_of(data.price)
    if price != item.price:
        _check_price_free(session, item)
        _correct_sums(session, origin, item, price)
        item.price = price
    if data.shelf_mark.strip() != item.shelf_mark:
        item.spine_labelled_at = None
    item.location, item.shelf_mark = data.location.strip(), data.shelf_mark.strip()
    item.part = volume_of(data.part)
    item.condition, item.ksu = (
        data.condition.strip(),
        _entry_of_ksu(session, item, data.ksu.strip()),
    )
    session.flush()
    if changed := differences(before, _described(item)):
        audit(session, origin.staff_id, "item.change", str(item.id), **changed)


def _entry_of_ksu(session: Session, item: Item, said: str) -> str:
    """The entry of the register of a copy: of one that came by an act, that of the act.

    Raises:
        Invalid: another is said.
    """
    query = (
        select(ActItem.id)
        .join(StockAct, StockAct.id == ActItem.act_id)
        .where(ActItem.item_id == item.id, StockAct.kind == ActKind.ACCEPTANCE)
        .where(StockAct.state == ActState.EXECUTED)
    )
    if said == item.ksu or session.scalar(query.limit(1)) is None:
        return said
    if said:
        raise Invalid(N_("Entry of КСУ"), N_("It is that of the act the copy came by."))
    return item.ksu


def _check_price_free(session: Session, item: Item) -> None:
    """See that no list that people sign has the price of a copy.

    Raises:
        ItemUnavailable: it stands in an act whose list is fixed.
    """
    query = (
        select(ActItem.id)
        .join(StockAct, StockAct.id == ActItem.act_id)
        .where(ActItem.item_id == item.id, ActItem.is_open, StockAct.state != ActState.DRAFT)
    )
    if session.scalar(query.limit(1)) is not None:
        raise ItemUnavailable(status=LABELS["status"][item.status])


def _correct_sums(session: Session, origin: Origin, item: Item, price: int | None) -> None:
    """Say again what came and moved with the sum it should have had."""
    for entry in _in_stock(session, item):
        _say_again(session, origin, entry, item, price)


def _in_stock(session: Session, item: Item) -> list[Entry]:
    """Entries by which a copy came into the stock and moved in it.

    None of a copy that stands in a balance that was entered as a figure.
    """
    entries = _standing(session, item, Kind.ACCESSION, Kind.OPENING, Kind.REDISTRIBUTION)
    return [one for one in entries if one.opening_of in {None, OpeningOf.STOCK}]


def _say_again(
    session: Session, origin: Origin, entry: Entry, item: Item, price: int | None
) -> None:
    """Reverse an entry, unless that was done, and say it again of a copy at a price."""
    item_id, count = item.id, item.copies
    again = replace(origin.as_of(entry), branch_id=entry.branch_id)
    facts: dict[str, Any] = {name: getattr(entry, name) for name in Facts.__annotations__}
    if ledger.reversal_of(session, entry) is None:
        ledger.reverse(session, entry, origin.derive(f"mended:{entry.id}"))
    amount = None if price is None else price * count
    said = cast("Facts", {**facts, "amount": amount, "item_id": item_id})
    place = again.derive(f"again:{entry.id}:{item_id}")
    ledger.record(session, Kind(entry.kind), place, said, count=count)


def _standing(session: Session, item: Item, *kinds: Kind) -> Sequence[Entry]:
    """Entries of a copy that nobody reversed."""
    undone = select(Entry.reverses_id).where(
        Entry.item_id == item.id, Entry.reverses_id.is_not(None)
    )
    standing = (Entry.reverses_id.is_(None), Entry.id.not_in(undone))
    query = select(Entry).where(Entry.item_id == item.id, *standing).order_by(Entry.id)
    return session.scalars(query.where(Entry.kind.in_(kinds)) if kinds else query).all()


def _described(item: Item) -> dict[str, object]:
    names = ("barcode", "price", "part", "location", "shelf_mark", "condition", "ksu")
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
    lent = acts.lent_of_group(session, group)
    if not numbers or left < max(1, lent) or group.status != ItemStatus.AVAILABLE:
        raise NoGroup
    items, entries = [], _in_stock(session, group)
    for number in numbers:
        codes.check_free(session, number)
        item = Item(
            record=group.record, inventory_number=number, owner_branch_id=group.owner_branch_id,
            branch_id=group.branch_id, status=ItemStatus.AVAILABLE, location=group.location,
            shelf_mark=group.shelf_mark, price=group.price, ksu=group.ksu, part=group.part,
            created_at=origin.at,
        )  # fmt: skip
        session.add(item)
        session.flush()
        codes.claim(session, CodeKind.INVENTORY_NUMBER, number, item_id=item.id)
        items.append(item)
    group.copies = left
    for entry in entries:  # each copy carries its own part of what was counted together
        price = None if entry.amount is None else entry.amount // entry.count
        _say_again(session, origin, entry, group, price)
        for item in items:
            _say_again(session, origin, entry, item, price)
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
    if accession.count != item.copies:
        raise NotTakenBack
    ledger.reverse(session, accession, origin)
    of_title = select(Entry).where(
        Entry.act_id == accession.act_id, Entry.record_id == item.record_id,
        Entry.kind.in_((Kind.ACCESSION, Kind.TITLE)),
    )  # fmt: skip
    rest = session.scalars(of_title).all()
    if sum(entry.count for entry in rest if entry.kind == Kind.ACCESSION) == 0:
        for title in rest:
            counted = title.kind == Kind.TITLE and title.reverses_id is None
            if counted and ledger.reversal_of(session, title) is None:
                ledger.reverse(session, title, origin.derive(f"title:{title.id}"))
    codes.drop_of_item(session, item.id)
    audit(session, origin.staff_id, "item.take_back", str(item.id), number=item.inventory_number)
    item.unmake(origin.at)
    session.flush()
