"""Checks of the stock: begun, paused, ended; scans counted, however many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ils import ledger
from ils.codes.keyboard import readings
from ils.codes.models import Code
from ils.codes.rules import folded, owners
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid
from ils.holdings.items.models import Item
from ils.holdings.stocktaking import queries, rules
from ils.holdings.stocktaking.models import (
    ScanOutcome,
    ShelfPlace,
    Stocktake,
    StocktakeItem,
    StocktakeScan,
    StocktakeState,
)
from ils.jobs.actions import enqueue
from ils.labels import LABELS
from ils.ledger import Kind, Origin
from ils.organisation.audit.actions import audit

#: The job that makes the list of what a check expects.
PREPARE = "prepare_stocktake"
#: Codes looked up at once.
AT_ONCE = 500


@dataclass(frozen=True)
class Scan:
    """A code that was scanned, and the place that was scanned before it."""

    code: str
    place: ShelfPlace | None = None


@dataclass(frozen=True)
class Counted:
    """What a scan turned out to be; ``item_id`` is the copy, if it is known."""

    code: str
    outcome: ScanOutcome
    item_id: int | None


def begin(session: Session, origin: Origin, stocktake: Stocktake) -> Stocktake:
    """Begin a check: the worker freezes the list of what is expected."""
    stocktake.created_at, stocktake.created_by = origin.at, origin.staff_id
    stocktake.day = origin.day
    session.add(stocktake)
    session.flush()
    enqueue(session, PREPARE, {"stocktake_id": stocktake.id}, created_by=origin.staff_id)
    audit(session, origin.staff_id, "stocktake.begin", str(stocktake.id), name=stocktake.name)
    return stocktake


def pause(session: Session, stocktake: Stocktake) -> None:
    """Stop taking scans, or go on; a closed check stays closed.

    Raises:
        StocktakeClosed: it is closed, or its list is not ready.
    """
    turned = {
        StocktakeState.OPEN: StocktakeState.PAUSED, StocktakeState.PAUSED: StocktakeState.OPEN,
    }  # fmt: skip
    if stocktake.state not in turned:
        raise _closed(stocktake)
    stocktake.state = turned[StocktakeState(stocktake.state)]
    session.flush()


def close(session: Session, origin: Origin, stocktake: Stocktake) -> None:
    """End a check: what was checked is counted.

    Raises:
        StocktakeClosed: it is closed, or its list is not ready.
    """
    if stocktake.state not in {StocktakeState.OPEN, StocktakeState.PAUSED}:
        raise _closed(stocktake)
    counts = queries.counts(session, stocktake)
    stocktake.state, stocktake.closed_at = StocktakeState.CLOSED, origin.at
    facts: ledger.Facts = {"owner_branch_id": stocktake.branch_id, "act_id": stocktake.id}
    place = origin.derive("check")
    ledger.record(session, Kind.CHECK, place, facts, count=counts.present, detail="present")
    if counts.missing:
        place = origin.derive("missing")
        ledger.record(session, Kind.CHECK, place, facts, count=counts.missing, detail="missing")
    audit(session, origin.staff_id, "stocktake.close", str(stocktake.id), name=stocktake.name)


def _closed(stocktake: Stocktake) -> rules.StocktakeClosed:
    return rules.StocktakeClosed(state=LABELS["stocktake_state"][stocktake.state])


def count(
    session: Session, origin: Origin, stocktake: Stocktake, scans: Sequence[Scan]
) -> list[Counted]:
    """Count what was scanned; each scan is kept, whatever it was. Loans are never touched.

    Raises:
        StocktakeClosed: the check takes no scans now.
    """
    if stocktake.state != StocktakeState.OPEN:
        raise _closed(stocktake)
    found: list[Counted] = []
    for start in range(0, len(scans), AT_ONCE):
        found += _count_part(session, origin, stocktake, scans[start : start + AT_ONCE])
    return found


def _count_part(
    session: Session, origin: Origin, stocktake: Stocktake, scans: Sequence[Scan]
) -> list[Counted]:
    meant = ids_of(session, {scan.code for scan in scans})
    ids = sorted(set(meant.values()))
    facts = select(Item.id, Item.status, Item.location).where(Item.id.in_(ids))
    items = {row.id: row for row in session.execute(facts)}
    expected, counted = set[int](), set[int]()
    listed = select(StocktakeItem.item_id, StocktakeItem.counted_at).where(
        StocktakeItem.stocktake_id == stocktake.id, StocktakeItem.item_id.in_(ids)
    )
    for item_id, at in session.execute(listed):
        expected.add(item_id)
        counted.update([item_id] if at is not None else [])
    strangers = set(ids) - expected
    if strangers:
        before = select(StocktakeScan.item_id).where(
            StocktakeScan.stocktake_id == stocktake.id, StocktakeScan.item_id.in_(strangers)
        )
        counted.update(number for number in session.scalars(before) if number is not None)
    found, rows, fresh = list[Counted](), list[dict[str, Any]](), list[int]()
    for scan in scans:
        item = items.get(meant.get(scan.code, 0))
        outcome = ScanOutcome.UNKNOWN
        if item is not None:
            place = scan.place.name if scan.place else ""
            known = rules.Known(
                item.status, item.id in expected, item.id in counted, item.location, place
            )
            outcome = rules.outcome_of(known)
            there = outcome is not ScanOutcome.WITHDRAWN
            if item.id in expected and item.id not in counted and there:
                fresh.append(item.id)
            counted.add(item.id)
        found.append(Counted(scan.code, outcome, item.id if item else None))
        rows.append(_row(origin, stocktake, scan, found[-1]))
    bulk_insert(session, StocktakeScan, rows)
    if fresh:
        mine = (StocktakeItem.stocktake_id == stocktake.id, StocktakeItem.item_id.in_(fresh))
        session.execute(update(StocktakeItem).where(*mine).values(counted_at=origin.at))
    return found


def _row(origin: Origin, stocktake: Stocktake, scan: Scan, counted: Counted) -> dict[str, Any]:
    return {
        "id": new_id(), "stocktake_id": stocktake.id, "at": origin.at,
        "staff_id": origin.staff_id, "code": scan.code, "item_id": counted.item_id,
        "place_id": scan.place.id if scan.place else None, "outcome": counted.outcome.value,
        "settled": False,
    }  # fmt: skip


def ids_of(session: Session, numbers: Iterable[str]) -> dict[str, int]:
    """Number → the id of the copy it means, for some hundreds of numbers at once."""
    meant = {number: readings(number) for number in numbers}
    keys = {number: {folded(one) for one in those} for number, those in meant.items()}
    query = select(
        Code.folded, Code.written, Code.kind, Code.patron_id, Code.item_id, Code.disputed
    ).where(Code.folded.in_(set().union(*keys.values())), Code.item_id.is_not(None))
    by_key: dict[str, list[Any]] = {}
    for code in session.execute(query):
        by_key.setdefault(code.folded, []).append(code)
    fitting = {
        number: owners([code for key in own for code in by_key.get(key, ())], meant[number])
        for number, own in keys.items()
    }
    return {number: found[0].item_id or 0 for number, found in fitting.items() if found}


def items_of(session: Session, numbers: Iterable[str]) -> dict[str, Item]:
    """Number → the copy it means, for some hundreds of numbers at once."""
    ids = ids_of(session, numbers)
    query = select(Item).where(Item.id.in_(set(ids.values())))
    items = {item.id: item for item in session.scalars(query)}
    return {number: items[item_id] for number, item_id in ids.items()}


def place_of(session: Session, code: str) -> ShelfPlace | None:
    """The place whose label was scanned."""
    if not (meant := rules.place_code(code)):
        return None
    return session.scalar(select(ShelfPlace).where(ShelfPlace.code == meant))


def add_place(session: Session, branch_id: int, name: str) -> ShelfPlace:
    """Give a room or shelf a label of its own.

    Raises:
        PlaceTaken: the branch has one of this name.
        Invalid: it has no name.
    """
    if not name.strip():
        raise Invalid(N_("Place"), N_("This must be filled in."))
    same = select(ShelfPlace.id).where(
        ShelfPlace.branch_id == branch_id, ShelfPlace.name == name.strip()
    )
    if session.scalar(same) is not None:
        raise rules.PlaceTaken
    number = (session.scalar(select(func.count(ShelfPlace.id))) or 0) + 1
    place = ShelfPlace(branch_id=branch_id, name=name.strip(), code=f"SQ-P{number}")
    session.add(place)
    session.flush()
    return place
