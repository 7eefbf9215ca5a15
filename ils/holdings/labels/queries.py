"""Which copies get labels, and what stands on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from ils import clock
from ils.config import Config
from ils.documents import labels
from ils.documents.labels import Label
from ils.holdings.acts.models import ActItem
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.numbers import around_count
from ils.organisation.branches.queries import names_of

#: Labels of one run.
MOST_LABELS = 1000
#: Kinds of labels a copy has.
KINDS = ("item", "spine", "separator")
#: What the code of a separator sheet begins with; the id of the copy follows.
SEPARATOR = "SQ-S"


@dataclass(frozen=True)
class LabelSelection:
    """Which copies.

    Attributes:
        first, last: inventory numbers, both counted: of one form, 100 … 250.
        location: how their place begins.
        act_id: those an act brought.
        printed_too: also copies whose label was printed.
        kind: of which label that is asked.
        ids: these and no others.
    """

    branch_id: int | None = None
    first: str = ""
    last: str = ""
    location: str = ""
    act_id: int | None = None
    printed_too: bool = False
    ids: Sequence[int] = ()
    kind: str = "item"


def chosen(selection: LabelSelection) -> Select[Item]:
    """The copies of a selection, by their numbers."""
    query = (
        select(Item)
        .join(Item.record)
        .where(Item.status != ItemStatus.WITHDRAWN)
        .where(func.coalesce(Item.inventory_number, Item.barcode).is_not(None))
        .options(contains_eager(Item.record))
        .order_by(func.length(Item.inventory_number), Item.inventory_number, Item.id)
    )
    if selection.ids:
        return query.where(Item.id.in_(selection.ids))
    if selection.branch_id is not None:
        query = query.where(Item.owner_branch_id == selection.branch_id)
    if selection.first or selection.last:
        # Numbers of one length are in their order as texts.
        first, last = selection.first or selection.last, selection.last or selection.first
        around = around_count(first)
        if around == around_count(last):  # 9/2019 is not between 7/2026 and 12/2026
            query = query.where(
                Item.inventory_number.startswith(around[0], autoescape=True),
                Item.inventory_number.endswith(around[1], autoescape=True),
            )
        length = func.length(Item.inventory_number)
        query = query.where(length.between(len(first), len(last)))
        if len(first) == len(last):
            query = query.where(Item.inventory_number.between(first, last))
        else:
            query = query.where(
                (length > len(first)) | (Item.inventory_number >= first),
                (length < len(last)) | (Item.inventory_number <= last),
            )
    if selection.location:
        query = query.where(Item.location.startswith(selection.location, autoescape=True))
    if selection.act_id is not None:
        of_act = select(ActItem.item_id).where(ActItem.act_id == selection.act_id)
        query = query.where(Item.id.in_(of_act))
    if selection.printed_too or selection.kind == "separator":
        return query
    return query.where(_printed(selection.kind).is_(None))


def _printed(kind: str) -> InstrumentedAttribute[datetime | None]:
    """When the label of a kind was printed."""
    return Item.spine_labelled_at if kind == "spine" else Item.labelled_at


def made(
    session: Session, config: Config, items: Iterable[Item], kind: str, language: str
) -> list[Label]:
    """The labels of copies."""
    names = names_of(session, language)
    return [_label(config, item, kind, names[item.owner_branch_id][1]) for item in items]


def _label(config: Config, item: Item, kind: str, branch: str) -> Label:
    code = item.barcode or item.number
    if kind == "spine":
        parts = item.shelf_mark.split(maxsplit=1) or [item.number]
        return labels.label(config, "spine", code, *parts)
    if kind == "separator":
        about = f"{item.number} {item.part}".strip()
        lines = (branch, item.record.title, about)
        return labels.label(config, "separator", f"{SEPARATOR}{item.id}", *lines)
    below = item.shelf_mark or item.number
    return labels.label(config, "item", code, branch, below, item.record.title)


def mark_labelled(session: Session, ids: Sequence[int], kind: str) -> None:
    """Their labels are printed: the next run skips them. A separator sheet is no label."""
    if kind == "separator":
        return
    for start in range(0, len(ids), 500):
        part = Item.id.in_(ids[start : start + 500])
        session.execute(update(Item).where(part).values({_printed(kind).key: clock.now()}))


@dataclass(frozen=True)
class Labelled:
    """How far the labelling of a branch is, in copies."""

    branch_id: int
    total: int
    labelled: int


def progress(session: Session) -> list[Labelled]:
    """How far the labelling is, by branch."""
    labelled = func.sum(case((Item.labelled_at.is_not(None), Item.copies), else_=0))
    query = (
        select(Item.owner_branch_id, func.sum(Item.copies), labelled)
        .where(Item.status != ItemStatus.WITHDRAWN)
        .group_by(Item.owner_branch_id)
        .order_by(Item.owner_branch_id)
    )
    return [
        Labelled(branch, int(total), int(done)) for branch, total, done in session.execute(query)
    ]
