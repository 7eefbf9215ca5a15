"""The life of a copy, as data. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ils.catalog.rules import CopyStatement
from ils.errors import N_, Refused
from ils.holdings.models import ItemStatus
from ils.labels import LABELS
from ils.ledger import Kind

#: What an act does to a copy. Whatever is not listed is refused.
TRANSITIONS: dict[tuple[ItemStatus, Kind], ItemStatus] = {
    (ItemStatus.AVAILABLE, Kind.LOAN): ItemStatus.ON_LOAN,
    (ItemStatus.ON_LOAN, Kind.RENEWAL): ItemStatus.ON_LOAN,
    (ItemStatus.ON_LOAN, Kind.RETURN): ItemStatus.AVAILABLE,
    (ItemStatus.AVAILABLE, Kind.IN_HOUSE_USE): ItemStatus.AVAILABLE,
    (ItemStatus.IN_PROCESSING, Kind.ACCESSION): ItemStatus.AVAILABLE,
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


@dataclass(frozen=True)
class Numbers:
    """The numbers a copy will carry, and what is to be said about them."""

    inventory_number: str | None
    barcode: str | None
    disputed: str


def next_status(status: str, kind: Kind) -> ItemStatus:
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
