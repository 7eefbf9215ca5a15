"""Reading checks of the stock: counts and work lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.stocktaking.models import (
    ShelfPlace,
    Stocktake,
    StocktakeItem,
    StocktakeScan,
)
from ils.holdings.stocktaking.rules import EXPLAINED, NOT_EXPECTED, TO_SETTLE, UnknownStocktake
from ils.ledger import Entry, Kind
from ils.organisation.branches.models import Branch

#: What may follow the name of a room in that of its shelf: shelf 10 is not in shelf 1.
AFTER = (" ", ",", ".", ";", ":", "/", "-", "(")
#: Acts with the copy in hand: since one of them it was seen.
IN_HAND = (Kind.LOAN, Kind.RETURN, Kind.IN_HOUSE_USE, Kind.FOUND, Kind.REPAIR)


def stocktake_by_id(session: Session, number: int, *, lock: bool = False) -> Stocktake:
    """A check by its id.

    Raises:
        UnknownStocktake: there is none.
    """
    found = session.get(Stocktake, number, with_for_update={"of": Stocktake} if lock else None)
    if found is None:
        raise UnknownStocktake
    return found


def branch_of(session: Session, number: int) -> str:
    """The code of the branch that is checked.

    Raises:
        UnknownStocktake: there is no such check.
    """
    return session.get_one(Branch, stocktake_by_id(session, number).branch_id).code


def stocktakes() -> Select[Stocktake]:
    """All checks, newest first."""
    return select(Stocktake).order_by(Stocktake.id.desc())


def places(branch_id: int | None = None) -> Select[ShelfPlace]:
    """Places with labels, by branch and name."""
    query = select(ShelfPlace).order_by(ShelfPlace.branch_id, ShelfPlace.name)
    return query if branch_id is None else query.where(ShelfPlace.branch_id == branch_id)


def expected_ids(stocktake: Stocktake) -> Select[int, str]:
    """Copies a new check expects, with their statuses."""
    query = select(Item.id, Item.status).where(
        Item.owner_branch_id == stocktake.branch_id,
        Item.status.not_in(NOT_EXPECTED),
        Item.branch_id == stocktake.branch_id,  # not what is lent to another branch
    )
    numbered = or_(Item.inventory_number.is_not(None), Item.barcode.is_not(None))
    query = query.where(numbered)  # nobody can scan a copy without a number
    if place := stocktake.location:
        within = [Item.location.startswith(f"{place}{sign}", autoescape=True) for sign in AFTER]
        query = query.where(or_(Item.location == place, *within))
    return query.order_by(Item.id)


@dataclass(frozen=True)
class StocktakeCounts:
    """How a check stands, in copies.

    Attributes:
        counted: scanned, of those expected.
        seen: not scanned, but in somebody's hand since the day that was agreed.
        on_loan, in_transit: not scanned, and it is known where they are.
        missing: the rest.
        scans: outcome → how many.
    """

    expected: int
    counted: int
    seen: int
    on_loan: int
    in_transit: int
    missing: int
    scans: dict[str, int]

    @property
    def present(self) -> int:
        """Copies that are there."""
        return self.counted + self.seen


def counts(session: Session, stocktake: Stocktake) -> StocktakeCounts:
    """How a check stands."""
    expected = StocktakeItem
    counted = expected.counted_at.is_not(None)
    lent = and_(~counted, Item.status == ItemStatus.ON_LOAN)
    apart = (ItemStatus.IN_TRANSIT, ItemStatus.IN_REPAIR, ItemStatus.ON_HOLD_SHELF)
    moving = and_(~counted, Item.status.in_(apart))
    missing = _is_missing(stocktake)
    seen: ColumnElement[bool] = false()
    if stocktake.seen_since is not None:
        in_stock = Item.status.not_in((*EXPLAINED, ItemStatus.WITHDRAWN))
        seen = and_(~counted, in_stock, _seen(stocktake.seen_since))
    query = (
        select(*(
            func.coalesce(func.sum(case((which, Item.copies), else_=0)), 0)
            for which in (expected.id.is_not(None), counted, seen, lent, moving, missing)
        ))
        .select_from(expected)
        .join(Item, Item.id == expected.item_id)
        .where(expected.stocktake_id == stocktake.id)
    )  # fmt: skip
    total, there, handed, out, on_way, gone = (
        int(number) for number in session.execute(query).one()
    )
    scans = session.execute(
        select(StocktakeScan.outcome, func.count())
        .where(StocktakeScan.stocktake_id == stocktake.id)
        .group_by(StocktakeScan.outcome)
    )
    return StocktakeCounts(
        total, there, handed, out, on_way, gone, {row[0]: row[1] for row in scans}
    )


def _is_missing(stocktake: Stocktake) -> ColumnElement[bool]:
    """Of expected copies: nobody found them, and nothing explains where they are."""
    missing = and_(
        StocktakeItem.counted_at.is_(None), Item.owner_branch_id == stocktake.branch_id,
        Item.status.not_in((*EXPLAINED, ItemStatus.WITHDRAWN)),
        Item.branch_id == stocktake.branch_id,
    )  # fmt: skip
    if stocktake.seen_since is not None:
        missing = and_(missing, ~_seen(stocktake.seen_since))
    return missing


def _seen(since: date) -> ColumnElement[bool]:
    return (
        select(Entry.id)
        .where(Entry.item_id == Item.id, Entry.day >= since, Entry.reverses_id.is_(None),
               Entry.kind.concat("").in_(IN_HAND))
        .exists()
    )  # fmt: skip


def missing_items(stocktake: Stocktake) -> Select[Item]:
    """Copies to be searched for, by place and shelf mark."""
    return (
        select(Item)
        .join(StocktakeItem, StocktakeItem.item_id == Item.id)
        .join(Item.record)
        .where(StocktakeItem.stocktake_id == stocktake.id, _is_missing(stocktake))
        .options(contains_eager(Item.record))
        .order_by(Item.location, Item.shelf_mark, Item.inventory_number, Item.id)
    )


def scans_to_settle(stocktake: Stocktake) -> Select[StocktakeScan, Item | None, str | None]:
    """Scans that leave a question, with their copies and the places they were scanned at."""
    return (
        select(StocktakeScan, Item, ShelfPlace.name)
        .outerjoin(Item, Item.id == StocktakeScan.item_id)
        .outerjoin(ShelfPlace, ShelfPlace.id == StocktakeScan.place_id)
        .where(
            StocktakeScan.stocktake_id == stocktake.id, ~StocktakeScan.settled,
            StocktakeScan.outcome.in_(TO_SETTLE),
        )
        .order_by(StocktakeScan.id.desc())
        .options(joinedload(Item.record, innerjoin=False))
    )  # fmt: skip


def last_seen(session: Session, item: Item) -> date | None:
    """The day somebody had a copy in hand last: at a desk, or in a check."""
    entry = (
        select(func.max(Entry.day))
        .where(Entry.item_id == item.id, Entry.kind.concat("").in_((*IN_HAND, Kind.ACCESSION)))
        .scalar_subquery()
    )
    scan = aliased(StocktakeScan)
    scanned = select(func.max(scan.at)).where(scan.item_id == item.id).scalar_subquery()
    acted, counted = session.execute(select(entry, scanned)).one()
    days = [day for day in (acted, counted.date() if counted else None) if day is not None]
    return max(days, default=None)
