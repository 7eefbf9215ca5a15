"""Copies entered by hand: put into stock, described, moved, split off a group, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts as record_facts
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import Code, CodeKind
from ils.codes.rules import CodeTaken, folded
from ils.db import new_id
from ils.errors import N_, Invalid, Refused
from ils.fields import FieldKind, described
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import ItemUnavailable
from ils.labels import LABELS
from ils.ledger import AccessionSource, Entry, Facts, Kind, Origin
from ils.marc.copies import price_in_tiyn
from ils.organisation.audit.actions import audit, differences
from ils.organisation.branches.models import Branch

MOST = 1000
LONGEST = 200
#: Of the numbers given last, so many are looked at for the one to go on from.
LATEST = 500
_price = re.compile(r"\d{1,8}(?:[.,]\d{1,2})?")
_series = re.compile(r"(.*?)(\d+)(\D*)")


class NotTakenBack(Refused):
    """The copy has a life of its own already."""

    code = "copy_was_used"
    message = N_("The copy was lent or moved since it was entered; it can only be written off.")


class NoGroup(Refused):
    """Copies are split off a group only."""

    code = "no_group"
    message = N_("There are not so many copies in this group.")


@dataclass(frozen=True)
class NewCopiesData:
    """The form of copies that come into stock."""

    count: int = described(N_("How many"), FieldKind.WHOLE, default=1, width="short", most=MOST)
    number: str = described(
        N_("First inventory number"), default="", width="phone", longest=40,
        hint=N_("The others follow it; left empty, the next free one is taken"),
    )  # fmt: skip
    barcode: str = described(
        N_("Barcode"), default="", width="phone", scan=True, longest=40,
        hint=N_("Of a single copy, if it is not the inventory number"),
    )  # fmt: skip
    source: str = described(N_("Source"), FieldKind.CHOICE, default="budget")
    price: str = described(
        N_("Price of a copy, ₸"), default="", width="short", longest=30, hint=N_("1 500,00")
    )
    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    location: str = described(N_("Place"), default="", longest=LONGEST)
    shelf_mark: str = described(N_("Shelf mark"), default="", longest=LONGEST)
    condition: str = described(N_("Condition"), default="", longest=LONGEST)
    ksu: str = described(N_("Entry of КСУ"), default="", width="short", longest=40)


@dataclass(frozen=True)
class CopyData:
    """The form of what is known of a copy."""

    barcode: str = described(N_("Barcode"), default="", width="phone", scan=True, longest=40)
    price: str = described(N_("Price of a copy, ₸"), default="", width="short", longest=30)
    location: str = described(N_("Place"), default="", longest=LONGEST)
    shelf_mark: str = described(N_("Shelf mark"), default="", longest=LONGEST)
    condition: str = described(N_("Condition"), default="", longest=LONGEST)
    ksu: str = described(N_("Entry of КСУ"), default="", width="short", longest=40)


def next_number(session: Session, branch_id: int) -> str:
    """The number after the one given last at a branch, that nobody has; empty where none ends so.

    A branch that never gave one goes on from the system's last.
    """
    for where in (Item.owner_branch_id == branch_id, Item.id > 0):
        query = select(Item.inventory_number).where(where, Item.inventory_number.is_not(None))
        latest = session.scalars(query.order_by(Item.id.desc()).limit(LATEST)).all()
        for last in latest:
            if last and _series.fullmatch(last):
                return next(_free(session, _following(last)))
    return "1"


def _following(number: str) -> Iterator[str]:
    """Numbers after one, as long as it is: K-0099, K-0100."""
    said = _series.fullmatch(number)
    if said is None:
        return
    head, digits, tail = said.groups()
    at = int(digits)
    while True:
        at += 1
        yield f"{head}{at:0{len(digits)}}{tail}"


def _free(session: Session, numbers: Iterator[str]) -> Iterator[str]:
    """Those that are nobody's, asked for some hundreds at once."""
    while some := list(islice(numbers, LATEST)):
        keys = {number: folded(number) for number in some}
        taken = set(session.scalars(select(Code.folded).where(Code.folded.in_(keys.values()))))
        yield from (number for number in some if keys[number] not in taken)


def price_of(text: str) -> int | None:
    """A price as people write it, in tiyn.

    Raises:
        Invalid: it is none.

    >>> price_of("1 500,50 ₸"), price_of("2300"), price_of("")
    (150050, 230000, None)
    """
    cleaned = re.sub(r"[\s\u00a0\u202f]|₸|тг\.?|тенге|теңге|KZT", "", text, flags=re.IGNORECASE)
    if not cleaned:
        return None
    found = price_in_tiyn(cleaned) if _price.fullmatch(cleaned) else None
    if found is None:
        raise Invalid(N_("Price of a copy, ₸"), N_("Write the price as 1 500,00."))
    return found


def add_copies(
    session: Session, origin: Origin, record: BibliographicRecord, data: NewCopiesData,
    owner_id: int,
) -> list[Item]:  # fmt: skip
    """Put copies of a record into the stock of a branch; each is an accession of this day.

    Raises:
        Invalid: a field cannot be used.
        CodeTaken: a copy or a reader has, or had, one of the numbers.
    """
    if not 1 <= data.count <= MOST:
        raise Invalid(N_("How many"), N_("It must be a whole number within its bounds."))
    if data.source not in set(AccessionSource) - {AccessionSource.REDISTRIBUTION}:
        raise Invalid(N_("Source"), N_("Choose one from the list."))
    if data.barcode and data.count > 1:
        raise Invalid(N_("Barcode"), N_("A barcode can be given to a single copy only."))
    price = price_of(data.price)
    act_id, items = new_id(), []
    for number in _numbers(session, data, owner_id):
        item = Item(
            record=record, inventory_number=number, barcode=data.barcode.strip() or None,
            owner_branch_id=owner_id, branch_id=owner_id, status=ItemStatus.AVAILABLE,
            location=data.location.strip(), shelf_mark=data.shelf_mark.strip(),
            condition=data.condition.strip(), price=price, ksu=data.ksu.strip(),
            created_at=origin.at,
        )  # fmt: skip
        session.add(item)
        items.append(item)
    session.flush()
    if data.barcode:
        codes.check_free(session, data.barcode)
    codes.bring_in(session, (code for item in items for code in _codes(item)))
    facts: Facts = {
        **record_facts(record), "owner_branch_id": owner_id, "source": data.source,
        "amount": price, "act_id": act_id,
    }  # fmt: skip
    rows = [
        ledger.entry_row(Kind.ACCESSION, origin.derive(f"copy:{item.id}"),
                         {**facts, "item_id": item.id}, count=1)
        for item in items
    ]  # fmt: skip
    ledger.record_many(session, rows)
    title: Facts = {**facts, "amount": None}
    ledger.record(session, Kind.TITLE, origin.derive("title"), title)
    session.flush()
    return items


def _codes(item: Item) -> Iterator[ItemCode]:
    """The codes of a new copy; nobody has them, see `_numbers`."""
    yield ItemCode(CodeKind.INVENTORY_NUMBER, item.inventory_number or "", item.id)
    if item.barcode:
        yield ItemCode(CodeKind.BARCODE, item.barcode, item.id)


def _numbers(session: Session, data: NewCopiesData, owner_id: int) -> list[str]:
    """The inventory numbers of new copies.

    Raises:
        CodeTaken: one of them is somebody's.
        Invalid: the first does not end in digits, and others are to follow.
    """
    first = data.number.strip()
    if not first:
        first = next_number(session, owner_id)
        follow = _free(session, _following(first))
        return [first, *(next(follow) for _ in range(data.count - 1))]
    if data.count > 1 and _series.fullmatch(first) is None:
        raise Invalid(N_("First inventory number"), N_("It must have digits to count on from."))
    if not folded(first):
        raise Invalid(N_("First inventory number"), N_("It must have digits to count on from."))
    numbers = [first, *islice(_following(first), data.count - 1)]
    free = set(_free(session, iter(numbers)))
    for number in numbers:
        if number not in free:
            raise CodeTaken(taken=number)
    return numbers


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
        item.barcode = barcode
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
    entry = next(iter(_standing(session, item, Kind.ACCESSION)), None)
    if entry is None:  # an opening balance has no sums
        return
    again = replace(origin.as_of(entry), branch_id=entry.branch_id)
    facts: dict[str, Any] = {name: getattr(entry, name) for name in Facts.__annotations__}
    ledger.reverse(session, entry, origin.derive(f"price:{entry.id}"))
    said = cast("Facts", {**facts, "amount": price})
    ledger.record(session, Kind.ACCESSION, again.derive(f"again:{entry.id}"), said)


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


def move_copy(session: Session, origin: Origin, item: Item, to_branch_id: int) -> None:
    """Give a copy to another branch for good; neither arrival nor withdrawal of the system.

    Raises:
        Invalid: it is that branch's already.
        NotTakenBack: it does not stand on the shelf.
    """
    giver = item.owner_branch_id
    if giver == to_branch_id:
        raise Invalid(N_("Branch"), N_("The copy is of this branch already."))
    if item.status != ItemStatus.AVAILABLE:
        raise NotTakenBack
    amount = None if item.price is None else item.price * item.copies
    facts: Facts = {**item_facts(item), "other_branch_id": to_branch_id, "amount": amount}
    place = replace(origin, branch_id=giver)
    ledger.record(session, Kind.REDISTRIBUTION, place, facts, count=item.copies)
    item.owner_branch_id = item.branch_id = to_branch_id
    names = [session.get_one(Branch, number).code for number in (giver, to_branch_id)]
    audit(session, origin.staff_id, "item.move", str(item.id), branch=names)
    session.flush()


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
