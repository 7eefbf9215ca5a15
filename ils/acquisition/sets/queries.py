"""What volumes there are, what branches have of them, what they lack."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from ils.acquisition.orders.models import OrderLine, OrderState, PurchaseOrder
from ils.acquisition.sets import rules
from ils.acquisition.sets.models import SetVolume
from ils.catalog.models import BibliographicRecord
from ils.errors import Invalid
from ils.holdings.items.models import Item, ItemStatus

#: Copies nobody can be given any more.
GONE = (ItemStatus.WITHDRAWN, ItemStatus.LOST, ItemStatus.MISSING)
_here = Item.status.not_in(GONE)


def volumes_of(record_id: int) -> Select[SetVolume]:
    """The volumes of a set, in order."""
    one = SetVolume
    return select(one).where(one.record_id == record_id).order_by(one.position, one.id)


def missing(branch_id: int | None = None) -> Select[BibliographicRecord, int, str]:
    """Record, branch, volume: what a branch that has some of a set lacks; by title, in order.

    Computed from the copies: it ends when the volume comes, and begins when it is lost.
    """
    one, record = SetVolume, BibliographicRecord
    having = (
        select(Item.record_id, Item.owner_branch_id.label("branch_id"))
        .join(one, (one.record_id == Item.record_id) & (one.number == Item.part))
        .where(_here)
        .distinct()
    )
    if branch_id is not None:
        having = having.where(Item.owner_branch_id == branch_id)
    owner = having.subquery()
    there = exists().where(
        Item.record_id == one.record_id, Item.owner_branch_id == owner.c.branch_id,
        Item.part == one.number, _here,
    )  # fmt: skip
    return (
        select(record, owner.c.branch_id, one.number)
        .join(one, one.record_id == record.id)
        .join(owner, owner.c.record_id == record.id)
        .where(~there)
        .order_by(record.title, record.id, owner.c.branch_id, one.position)
    )


@dataclass(frozen=True)
class SetHolding:
    """What a branch has of a set: volume → copies, and copies whose volume nobody noted."""

    branch_id: int
    volumes: dict[str, int]
    unnoted: int


def held(session: Session, record_id: int, numbers: Collection[str]) -> list[SetHolding]:
    """What each branch has of a set, of the volumes named."""
    query = (
        select(Item.owner_branch_id, Item.part, func.sum(Item.copies))
        .where(Item.record_id == record_id, _here)
        .group_by(Item.owner_branch_id, Item.part)
        .order_by(Item.owner_branch_id)
    )
    found: dict[int, SetHolding] = {}
    for branch_id, part, copies in session.execute(query):
        own = found.setdefault(branch_id, SetHolding(branch_id, {}, 0))
        if part in numbers:
            own.volumes[part] = copies
        else:
            found[branch_id] = SetHolding(branch_id, own.volumes, own.unnoted + copies)
    return list(found.values())


def on_order(session: Session, record_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Record and volume → the number of the order it is to come with."""
    line = OrderLine
    query = (
        select(line, PurchaseOrder)
        .join(PurchaseOrder, PurchaseOrder.id == line.order_id)
        .where(line.record_id.in_(record_ids), line.volumes != "",
               line.copies > line.received + line.cancelled,
               PurchaseOrder.state != OrderState.CLOSED)
    )  # fmt: skip
    return {
        (one.record_id or 0, number): order.called
        for one, order in session.execute(query)
        for number in _named(one.volumes)
    }


def _named(text: str) -> list[str]:
    """The volumes an order names; what people wrote otherwise names none."""
    try:
        return rules.volumes(text)
    except Invalid:
        return []
