"""The accountant's list beside ours: each difference with the entry that explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import i18n
from ils.errors import N_
from ils.holdings.acts.models import ActItem, ActState, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import shown_sum
from ils.holdings.lists.rules import ListedCopy
from ils.holdings.stocktaking.actions import items_of
from ils.labels import LABELS

#: Numbers looked up at once.
AT_ONCE = 500
#: What a difference is.
DIFFERENCES = {
    "not_here": N_("not in our stock"),
    "withdrawn": N_("withdrawn here"),
    "price": N_("another price"),
    "not_there": N_("not in the list"),
}
HEAD = (
    N_("Inventory number"), N_("Title"), N_("Difference"), N_("In the list, ₸"), N_("Here, ₸"),
    N_("Explained by"),
)  # fmt: skip


@dataclass(frozen=True)
class ListDifference:
    """A copy of which the list and the stock say different things; sums in tiyn."""

    number: str
    title: str
    what: str
    theirs: int | None
    ours: int | None
    explained: str

    def cells(self, language: str) -> list[str]:
        """It as a row of a table."""
        sums = ("" if tiyn is None else shown_sum(tiyn) for tiyn in (self.theirs, self.ours))
        what = i18n.say(DIFFERENCES[self.what], language)
        return [self.number, self.title, what, *sums, self.explained]


@dataclass(frozen=True)
class ListComparison:
    """What the list and the stock come to; sums in tiyn."""

    equal: int
    theirs: int
    ours: int
    differences: Sequence[ListDifference]

    @property
    def counts(self) -> dict[str, int]:
        """How often each difference stands."""
        return dict(Counter(one.what for one in self.differences))


def compare(
    session: Session, rows: Sequence[ListedCopy], branch_ids: Sequence[int], language: str
) -> ListComparison:
    """Compare a list with the numbered copies of some branches."""
    found, seen, equal = list[ListDifference](), set[int](), 0
    theirs = ours = 0
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        items = items_of(session, {row.number or row.barcode for row in part} - {""})
        for row in part:
            item = items.get(row.number or row.barcode)
            theirs += (row.price or 0) * row.copies
            if item is not None:
                seen.add(item.id)
            difference = _difference(row, item)
            if difference is None:
                equal += 1
            else:
                explained = "" if item is None else _explained(session, item, language)
                found.append(ListDifference(
                    row.number or row.barcode, row.title, difference, row.price,
                    item.price if item else None, explained,
                ))  # fmt: skip
    here = select(Item).where(
        Item.owner_branch_id.in_(branch_ids), Item.status != ItemStatus.WITHDRAWN,
        Item.inventory_number.is_not(None),
    )  # fmt: skip
    for item in session.scalars(here.order_by(Item.id)):
        ours += item.price or 0
        if item.id not in seen:
            found.append(ListDifference(
                item.number, item.record.title, "not_there", None, item.price,
                _explained(session, item, language),
            ))  # fmt: skip
    return ListComparison(equal, theirs, ours, found)


def _difference(row: ListedCopy, item: Item | None) -> str | None:
    if item is None:
        return "not_here"
    if item.status == ItemStatus.WITHDRAWN:
        return "withdrawn"
    return "price" if row.price is not None and row.price != item.price else None


def _explained(session: Session, item: Item, language: str) -> str:
    """The last act that did something with a copy."""
    query = (
        select(StockAct)
        .join(ActItem, ActItem.act_id == StockAct.id)
        .where(ActItem.item_id == item.id, StockAct.state == ActState.EXECUTED)
        .order_by(StockAct.id.desc())
        .limit(1)
    )
    act = session.scalar(query)
    if act is None:
        return item.withdrawal_act
    return f"{i18n.say(LABELS['stock_act'][act.kind], language)} {act.called}, {act.day:%d.%m.%Y}"
