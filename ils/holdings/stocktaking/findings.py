"""What comes of a check: questions answered with a key, missing copies searched for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.errors import N_, NotFound, Refused
from ils.holdings.acts import actions as acts
from ils.holdings.acts import rules as act_rules
from ils.holdings.acts.fields import ActData
from ils.holdings.acts.models import ActItem, ActKind, StockAct
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import next_status
from ils.holdings.stocktaking import queries
from ils.holdings.stocktaking.models import ScanOutcome, ShelfPlace, Stocktake, StocktakeScan
from ils.ledger import Kind, Origin, WithdrawalReason
from ils.organisation.audit.actions import audit


class NothingToSettle(NotFound):
    """The question was answered before."""

    code = "nothing_to_settle"
    message = N_("This was answered before.")


class BringToDesk(Refused):
    """A copy a reader lost is taken in at the desk: the reader's matter ends there."""

    code = "bring_to_desk"
    message = N_("A reader has lost or borrowed this copy: take it in at the desk.")


def settle(session: Session, origin: Origin, scan: StocktakeScan, *, keep_place: bool) -> None:
    """Answer the question of a scan.

    Args:
        keep_place: a copy that stood elsewhere belongs there from now on; else it goes back.

    Raises:
        NothingToSettle: it is answered.
        BringToDesk: a reader has the copy.
    """
    if scan.settled:
        raise NothingToSettle
    item = None if scan.item_id is None else session.get_one(Item, scan.item_id)
    if item is not None and scan.outcome == ScanOutcome.FOUND:
        find_again(session, origin, item)
    elif item is not None and item.status == ItemStatus.ON_LOAN:
        raise BringToDesk
    elif item is not None and scan.outcome == ScanOutcome.ELSEWHERE and keep_place:
        place = None if scan.place_id is None else session.get(ShelfPlace, scan.place_id)
        before = item.location
        item.location = place.name if place else before
        audit(session, origin.staff_id, "item.change", str(item.id),
              location=[before, item.location])  # fmt: skip
    scan.settled = True
    session.flush()


def find_again(session: Session, origin: Origin, item: Item) -> None:
    """A copy that was missing stands on the shelf again.

    Raises:
        BringToDesk: a reader lost it.
    """
    if item.status == ItemStatus.LOST:
        raise BringToDesk
    if item.status != ItemStatus.MISSING:
        return
    item.status = next_status(item.status, Kind.FOUND)
    facts = item_facts(item)
    ledger.record(session, Kind.FOUND, origin.derive(f"found:{item.id}"), facts,
                  detail=ItemStatus.MISSING, count=item.copies)  # fmt: skip


def mark_missing(session: Session, origin: Origin, items: Iterable[Item]) -> int:
    """Copies that were searched for in vain are missing; returns how many."""
    number = 0
    for item in items:
        if item.status == ItemStatus.AVAILABLE:
            item.status = next_status(item.status, Kind.LOST)
            facts = item_facts(item)
            place = origin.derive(f"missing:{item.id}")
            ledger.record(session, Kind.LOST, place, facts, detail=ItemStatus.MISSING,
                          count=item.copies)  # fmt: skip
            number += 1
    session.flush()
    return number


def act_of_missing(session: Session, origin: Origin, stocktake: Stocktake) -> StockAct:
    """Draw up an act of withdrawal of what a check did not find.

    Raises:
        EmptyAct: nothing is missing.
        ActTooLong: it is more than an act takes.
    """
    in_act = select(ActItem.item_id).where(ActItem.is_open)
    query = queries.missing_items(stocktake).where(Item.id.not_in(in_act))
    items = session.scalars(query.limit(act_rules.MOST_COPIES + 1)).all()
    if not items:
        raise act_rules.EmptyAct
    if len(items) > act_rules.MOST_COPIES:
        raise act_rules.ActTooLong(most=act_rules.MOST_COPIES)
    data = ActData(
        reason=WithdrawalReason.SHORTAGE, basis=stocktake.name, commission=stocktake.commission
    )
    act = acts.draw_up(session, origin, ActKind.WITHDRAWAL, data, stocktake.branch_id)
    mark_missing(session, origin, items)
    for item in items:
        session.add(ActItem(act_id=act.id, item_id=item.id, copies=item.copies, price=item.price))
    session.flush()
    return act
