"""Copies sent to be mended or bound, and back; each return is counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, String, literal_column, select
from sqlalchemy.orm import Session, contains_eager

from ils import ledger
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item
from ils.holdings.items.rules import ItemMove, next_status
from ils.ledger import Kind, Origin
from ils.organisation.audit.actions import audit


class RepairWork(StrEnum):
    """What was done to a copy."""

    REPAIR = "repair"
    RESTORATION = "restoration"
    BINDING = "binding"


@dataclass(frozen=True)
class RepairedData:
    """The form of a copy that comes back."""

    work: str = described(N_("What was done"), FieldKind.CHOICE, default=RepairWork.REPAIR.value)
    condition: str = described(N_("Condition"), default="", longest=200)


def send(session: Session, origin: Origin, item: Item) -> None:
    """Take a copy off the shelf, to be mended.

    Raises:
        ItemUnavailable: it does not stand on the shelf.
    """
    item.status = next_status(item.status, ItemMove.TO_REPAIR)
    audit(session, origin.staff_id, "item.repair", str(item.id), number=item.number)


def take_back(session: Session, origin: Origin, item: Item, data: RepairedData) -> None:
    """A copy is mended and stands on the shelf again.

    Raises:
        ItemUnavailable: it is not in repair.
        Invalid: nobody knows such work.
    """
    if data.work not in set(RepairWork):
        raise Invalid(N_("What was done"), N_("Choose one from the list."))
    item.status = next_status(item.status, Kind.REPAIR)
    if data.condition:
        item.condition = data.condition
    facts = item_facts(item)
    ledger.record(session, Kind.REPAIR, origin, facts, detail=data.work, count=item.copies)
    session.flush()


def in_repair() -> Select[Item]:
    """Copies that are being mended."""
    return (
        select(Item)
        .join(Item.record)
        .where(Item.status == literal_column("'in_repair'", String))
        .options(contains_eager(Item.record))
        .order_by(Item.owner_branch_id, Item.id)
    )
