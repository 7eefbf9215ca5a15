"""The life of a copy, as data. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ils.errors import N_, Invalid, Refused
from ils.holdings.items.models import Item, ItemStatus
from ils.labels import LABELS
from ils.ledger import Kind
from ils.marc.copies import GROUPS, CopyStatement, copies
from ils.marc.record import Field, MarcRecord

PRICE = N_("Price of a copy, ₸")
_money = re.compile(r"(\d+)(?:[.,](\d{1,2}))?", re.ASCII)
#: Digits of a price, of a sum of many copies.
PRICE_DIGITS, SUM_DIGITS = 8, 12


class ItemMove(StrEnum):
    """What is done to a copy without being counted: between shelf, hold shelf and branches."""

    SET_ASIDE = "set_aside"
    SEND = "send"
    RECEIVE = "receive"
    RELEASE = "release"
    #: Taken off the shelf for an act.
    SET_APART = "set_apart"
    TO_REPAIR = "to_repair"


#: What an act does to a copy. Whatever is not listed is refused.
TRANSITIONS: dict[tuple[ItemStatus, Kind | ItemMove], ItemStatus] = {
    (ItemStatus.AVAILABLE, Kind.LOAN): ItemStatus.ON_LOAN,
    (ItemStatus.ON_LOAN, Kind.RENEWAL): ItemStatus.ON_LOAN,
    (ItemStatus.ON_LOAN, Kind.RETURN): ItemStatus.AVAILABLE,
    (ItemStatus.AVAILABLE, Kind.IN_HOUSE_USE): ItemStatus.AVAILABLE,
    (ItemStatus.ON_HOLD_SHELF, Kind.LOAN): ItemStatus.ON_LOAN,
    (ItemStatus.IN_TRANSIT, Kind.LOAN): ItemStatus.ON_LOAN,
    (ItemStatus.ON_LOAN, Kind.LOST): ItemStatus.LOST,
    (ItemStatus.AVAILABLE, Kind.LOST): ItemStatus.MISSING,
    (ItemStatus.MISSING, Kind.FOUND): ItemStatus.AVAILABLE,
    (ItemStatus.LOST, Kind.FOUND): ItemStatus.AVAILABLE,
    (ItemStatus.AVAILABLE, ItemMove.SET_ASIDE): ItemStatus.ON_HOLD_SHELF,
    (ItemStatus.AVAILABLE, ItemMove.SEND): ItemStatus.IN_TRANSIT,
    (ItemStatus.IN_TRANSIT, ItemMove.RECEIVE): ItemStatus.AVAILABLE,
    (ItemStatus.ON_HOLD_SHELF, ItemMove.RELEASE): ItemStatus.AVAILABLE,
    (ItemStatus.IN_PROCESSING, Kind.ACCESSION): ItemStatus.AVAILABLE,
    (ItemStatus.AVAILABLE, ItemMove.SET_APART): ItemStatus.IN_PROCESSING,
    (ItemStatus.IN_PROCESSING, ItemMove.SET_APART): ItemStatus.IN_PROCESSING,
    (ItemStatus.IN_REPAIR, ItemMove.SET_APART): ItemStatus.IN_PROCESSING,
    (ItemStatus.MISSING, ItemMove.SET_APART): ItemStatus.MISSING,
    (ItemStatus.LOST, ItemMove.SET_APART): ItemStatus.LOST,
    (ItemStatus.IN_PROCESSING, Kind.WITHDRAWAL): ItemStatus.WITHDRAWN,
    (ItemStatus.MISSING, Kind.WITHDRAWAL): ItemStatus.WITHDRAWN,
    (ItemStatus.LOST, Kind.WITHDRAWAL): ItemStatus.WITHDRAWN,
    (ItemStatus.IN_PROCESSING, Kind.REDISTRIBUTION): ItemStatus.AVAILABLE,
    (ItemStatus.AVAILABLE, ItemMove.TO_REPAIR): ItemStatus.IN_REPAIR,
    (ItemStatus.IN_REPAIR, Kind.REPAIR): ItemStatus.AVAILABLE,
}

#: Statuses of ИРБИС 910^A. A copy on loan there (1) is available here until its loan is
#: brought in with the readers; what a status does not say is taken as available.
IRBIS_STATUSES = {
    "2": ItemStatus.IN_PROCESSING,
    "3": ItemStatus.IN_REPAIR,
    "4": ItemStatus.LOST,
    "5": ItemStatus.IN_PROCESSING,
    "6": ItemStatus.WITHDRAWN,
}
#: Copies that do not stand in stock: expected, or written off before.
NOT_IN_STOCK = {"2", "6"}


class ItemUnavailable(Refused):
    """The state of a copy does not allow the act."""

    code = "item_unavailable"
    message = N_("The copy cannot be used now: %(status)s.")


#: How a state is said in 910^A when a catalogue goes out.
SAID_STATUSES = {
    ItemStatus.AVAILABLE: "0",
    ItemStatus.ON_LOAN: "1",
    ItemStatus.ON_HOLD_SHELF: "9",
    ItemStatus.IN_TRANSIT: "8",
    ItemStatus.IN_PROCESSING: "2",
    ItemStatus.IN_REPAIR: "3",
    ItemStatus.MISSING: "4",
    ItemStatus.LOST: "4",
    ItemStatus.WITHDRAWN: "6",
}


@dataclass(frozen=True)
class Numbers:
    """The numbers a copy will carry, and what is to be said about them."""

    inventory_number: str | None
    barcode: str | None
    disputed: str


def next_status(status: str, kind: Kind | ItemMove) -> ItemStatus:
    """The status of a copy after ``kind`` happens to it.

    Raises:
        ItemUnavailable: the copy's status does not allow it.
    """
    try:
        return TRANSITIONS[ItemStatus(status), kind]
    except KeyError:
        raise ItemUnavailable(status=LABELS["status"][status]) from None


def imported_status(statement: CopyStatement) -> ItemStatus:
    """The status of a copy that comes from another system."""
    return IRBIS_STATUSES.get(statement.status, ItemStatus.AVAILABLE)


def free_numbers(statement: CopyStatement, taken: set[tuple[str, str]]) -> Numbers:
    """The copy's numbers, without those another copy has; ``taken`` grows.

    Sources give one inventory number to several copies. The copy is kept all the same,
    and remembers which number it could not have.
    """
    disputed = []
    kept: dict[str, str | None] = {"inventory_number": None, "barcode": None}
    for kind, number in (
        ("inventory_number", statement.inventory_number),
        ("barcode", statement.barcode),
    ):
        if not number:
            continue
        if (kind, number) in taken:
            disputed.append(number)
        else:
            taken.add((kind, number))
            kept[kind] = number
    return Numbers(kept["inventory_number"], kept["barcode"], ", ".join(disputed))


def with_copies(marc: MarcRecord, items: Sequence[Item]) -> MarcRecord:
    """The record with a 910 for each copy as it is now.

    A 910 or 899 that came in with a copy stays as it was while it still says the truth.
    """
    if not items:
        return marc
    fields = list(marc.fields)
    used: set[int] = set()  # each field speaks of one copy
    for item in items:
        speaking = [n for n, f in enumerate(fields) if n not in used and _tells(f, item)]
        speaking.sort(key=lambda n: fields[n].get("h").strip() != (item.barcode or ""))
        at = next(iter(speaking), None)
        if at is not None:
            used.add(at)
        if at is None:
            used.add(len(fields))
            fields.append(Field("910", "  ", _said(item)))
        elif fields[at].tag == "910" and not _is_true(fields[at], item):
            rest = [(c, v) for c, v in fields[at].subfields if c not in {"a", "h"}]
            head = [(c, v) for c, v in _said(item) if c in {"a", "h"}]
            fields[at] = Field("910", fields[at].indicators, [*head, *rest])
    fields.sort(key=lambda f: f.tag)
    return MarcRecord(marc.leader, fields)


def _tells(field: Field, item: Item) -> bool:
    """Whether a field speaks of this copy."""
    numbers = {item.inventory_number, item.barcode, *item.disputed_numbers.split(", ")} - {None, ""}
    if field.tag == "899":
        return field.get("p").strip() in numbers
    if field.tag != "910":
        return False
    if not numbers:
        return any(
            statement.status in GROUPS and statement.copies == item.copies
            for statement in copies(MarcRecord("", [field]))
        )
    return bool({field.get("b").strip(), field.get("h").strip()} & numbers)


def _is_true(field: Field, item: Item) -> bool:
    told = copies(MarcRecord("", [field]))
    barcode = item.barcode or ""
    return bool(
        told
        and imported_status(told[0]) == item.status
        and told[0].barcode in {barcode, item.disputed_numbers}
    )


def _said(item: Item) -> list[tuple[str, str]]:
    status = SAID_STATUSES[ItemStatus(item.status)]
    price = f"{item.price / 100:.2f}" if item.price is not None else ""
    said = [
        ("a", "u" if item.copies > 1 else status),
        ("b", item.inventory_number or ""),
        ("h", item.barcode or ""),
        ("d", item.location),
        ("e", price),
        ("r", item.shelf_mark),
        ("u", item.ksu),
        ("v", item.withdrawal_act),
        ("1", str(item.copies) if item.copies > 1 else ""),
    ]
    return [(code, value) for code, value in said if value]


_volume = re.compile(
    r"(?:том|т|книга|кн|кітап|vol|v)\.?\s*(\d+)|(\d+)\s*-?\s*(?:том|т|кітап)\.?", re.IGNORECASE
)


def volume_of(text: str) -> str:
    """A volume as copies and sets carry it; what is none stays as it is.

    >>> volume_of(" т. 3"), volume_of("3-том"), volume_of("Vol. 12"), volume_of("2026, № 1–6")
    ('3', '3', '12', '2026, № 1–6')
    """
    text = text.strip()
    match = _volume.fullmatch(text)
    return (match[1] or match[2]) if match else text


def price_of(text: str, field: str = PRICE, digits: int = PRICE_DIGITS) -> int | None:
    """A price as people write it, in tiyn.

    Args:
        digits: before the comma at most.

    Raises:
        Invalid: it is none.

    >>> price_of("1 500,50 ₸"), price_of("2300"), price_of("")
    (150050, 230000, None)
    """
    unit = r"[\s\u00a0\u202f]|₸|тенге|теңге|т[нң]?г\.?|KZT"
    cleaned = re.sub(unit, "", text, flags=re.IGNORECASE).rstrip(".")
    if not cleaned:
        return None
    found = _money.fullmatch(cleaned)
    if found is None or len(found[1]) > digits:
        raise Invalid(field, N_("Write the price as 1 500,00."))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def sum_of(text: str, field: str) -> int | None:
    """A sum of many copies, of a budget, in tiyn.

    Raises:
        Invalid: it is none.
    """
    return price_of(text, field, SUM_DIGITS)


def shown_sum(tiyn: int) -> str:
    r"""A sum as papers have it.

    >>> shown_sum(230000000), shown_sum(-150)
    ('2\xa0300\xa0000,00', '-1,50')
    """
    sign, whole = "-" if tiyn < 0 else "", f"{abs(tiyn) // 100:,}".replace(",", "\xa0")
    return f"{sign}{whole},{abs(tiyn) % 100:02}"
