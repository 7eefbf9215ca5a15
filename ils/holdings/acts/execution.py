"""Acts executed: copies given to another branch, taken out of stock, and acts turned round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.codes import actions as codes
from ils.errors import N_, Invalid
from ils.holdings.acts import queries, rules
from ils.holdings.acts.acceptance import accept
from ils.holdings.acts.actions import (
    at_step,
    close_list,
    draw_up,
    executed,
    fix,
    number_it,
    put_item,
    ready,
)
from ils.holdings.acts.fields import ActData
from ils.holdings.acts.models import ActItem, ActKind, ActState, StockAct
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import next_status
from ils.jobs.actions import enqueue
from ils.ledger import Entry, Facts, Kind, Origin

#: The job that hides records whose last copy went, and shows them again.
SETTLE_RECORDS = "settle_records"


def execute(session: Session, origin: Origin, act: StockAct) -> None:
    """Do what an act says, all of it or nothing.

    Raises:
        WrongStep: a step before is missing, or it is executed already.
        CopiesBusy: copies were found or lent since the list was fixed.
        EmptyAct, DocumentDiffers, CodeTaken: see `ils.holdings.acts.acceptance.accept`.
    """
    if act.kind == ActKind.ACCEPTANCE:
        accept(session, origin, act)
        return
    rows = ready(session, act)
    number_it(session, origin, act)
    for row in rows:
        row.keep_words()
    _DOES[act.kind](session, origin, act, rows)
    close_list(session, act)
    _done(session, origin, act)


def _done(session: Session, origin: Origin, act: StockAct) -> None:
    executed(session, origin, act)
    if act.kind == ActKind.WITHDRAWAL:
        enqueue(session, SETTLE_RECORDS, {"act_id": act.id}, created_by=origin.staff_id)


def _withdraw(session: Session, origin: Origin, act: StockAct, rows: Sequence[ActItem]) -> None:
    """Take the copies out of stock; records without copies are hidden by the worker."""
    entries = []
    called = f"{act.called}, {act.day:%d.%m.%Y}"
    for row in rows:
        item = row.item
        facts = _facts(act, row) | Facts(reason=act.reason)
        item.status = next_status(item.status, Kind.WITHDRAWAL)
        item.withdrawal_act = called
        place = origin.derive(f"withdrawal:{item.id}")
        entries.append(ledger.entry_row(Kind.WITHDRAWAL, place, facts, count=row.copies))
    session.flush()
    ledger.record_many(session, entries)


#: What others do in the same transaction when copies have another owner.
WHEN_GIVEN: list[Callable[[Session, Origin, Sequence[Item]], None]] = []


def _give(session: Session, origin: Origin, act: StockAct, rows: Sequence[ActItem]) -> None:
    """Give the copies to a branch; neither arrival nor withdrawal of the system."""
    entries = []
    for row in rows:
        item, giver = row.item, row.item.owner_branch_id
        facts = _facts(act, row) | Facts(other_branch_id=act.branch_id)
        place = replace(origin.derive(f"redistribution:{item.id}"), branch_id=giver)
        item.status = next_status(item.status, Kind.REDISTRIBUTION)
        item.owner_branch_id = item.branch_id = act.branch_id
        entries.append(ledger.entry_row(Kind.REDISTRIBUTION, place, facts, count=row.copies))
    session.flush()
    ledger.record_many(session, entries)
    for act_on in WHEN_GIVEN:
        act_on(session, origin, [row.item for row in rows])


_Does = Callable[[Session, Origin, StockAct, Sequence[ActItem]], None]
_DOES: dict[str, _Does] = {ActKind.WITHDRAWAL: _withdraw, ActKind.REDISTRIBUTION: _give}


def _facts(act: StockAct, row: ActItem) -> Facts:
    amount = None if row.price is None else row.price * row.copies
    return {**item_facts(row.item), "amount": amount, "act_id": act.id}


def move_copy(session: Session, origin: Origin, item: Item, to_branch_id: int) -> StockAct:
    """Give one copy to another branch by an act of its own.

    Raises:
        Invalid: it is that branch's already.
        CopiesBusy: it does not stand on the shelf.
        InOtherAct: it stands in an act already.
    """
    if item.owner_branch_id == to_branch_id:
        raise Invalid(N_("Branch"), N_("The copy is of this branch already."))
    act = draw_up(session, origin, ActKind.REDISTRIBUTION, ActData(), to_branch_id)
    put_item(session, act, item)
    fix(session, origin, act)
    execute(session, origin, act)
    return act


def reverse(session: Session, origin: Origin, act: StockAct) -> StockAct:
    """Turn an executed act round by another one with a number of its own.

    Raises:
        WrongStep, ReversingAct, ReversedAlready: it cannot be.
        NotReversible: copies have changed since.
    """
    at_step(act, ActState.EXECUTED)
    if act.reverses_id is not None:
        raise rules.ReversingAct
    turned = session.scalar(select(StockAct).where(StockAct.reverses_id == act.id))
    if turned is not None:
        raise rules.ReversedAlready(number=turned.called)
    rows = session.scalars(queries.items_of_act(act).with_for_update(of=Item)).all()
    mended = aliased(Entry)
    standing = select(Entry).where(
        Entry.act_id == act.id, Entry.reverses_id.is_(None),
        ~exists().where(mended.reverses_id == Entry.id),
    )  # fmt: skip
    entries = session.scalars(standing).all()
    if changed := _changed_since(session, act, rows):
        raise rules.NotReversible(copies=", ".join(changed[:10]))
    turning = _mirror(session, origin, act)
    ledger.reverse_many(session, entries, origin, act_id=turning.id)
    if act.kind == ActKind.REDISTRIBUTION:
        _check_free(session, rows)
    for row in rows:
        session.add(ActItem(
            act_id=turning.id, item_id=row.item_id, is_open=False, copies=row.copies,
            price=row.price, number=row.number, title=row.title, status_before=row.item.status,
            owner_before_id=row.item.owner_branch_id,
        ))  # fmt: skip
        _UNDOES[act.kind](session, origin, row)
    session.flush()
    _done(session, origin, turning)
    return turning


def _mirror(session: Session, origin: Origin, act: StockAct) -> StockAct:
    names = ("source", "reason", "partner", "document", "document_day", "commission")
    turning = StockAct(
        kind=act.kind, branch_id=act.branch_id, day=origin.day, reverses_id=act.id,
        created_at=origin.at, created_by=origin.staff_id,
        **{name: getattr(act, name) for name in names},
    )  # fmt: skip
    session.add(turning)
    number_it(session, origin, turning)
    return turning


def _changed_since(session: Session, act: StockAct, rows: Sequence[ActItem]) -> list[str]:
    """Numbers of copies that are not as the act left them."""
    left = ItemStatus.WITHDRAWN if act.kind == ActKind.WITHDRAWAL else ItemStatus.AVAILABLE
    changed = [
        row.item.number or row.item.record.title for row in rows
        if row.item.status != left or row.item.copies != row.copies
    ]  # fmt: skip
    if act.kind == ActKind.REDISTRIBUTION:
        changed += [r.item.number for r in rows if r.item.owner_branch_id != act.branch_id]
    if act.kind == ActKind.ACCEPTANCE and not changed:
        ids = [row.item_id for row in rows]
        used = select(Entry.item_id).where(
            Entry.item_id.in_(ids), Entry.kind != Kind.ACCESSION
        )  # fmt: skip
        gone = set(session.scalars(used))
        changed = [row.item.number for row in rows if row.item_id in gone]
    return changed


def _check_free(session: Session, rows: Sequence[ActItem]) -> None:
    """See that no copy stands in another act that is open.

    Raises:
        NotReversible: one does.
    """
    ids = [row.item_id for row in rows]
    held = select(ActItem.item_id).where(ActItem.item_id.in_(ids), ActItem.is_open)
    if (one := session.scalar(held.limit(1))) is not None:
        item = session.get_one(Item, one)
        raise rules.NotReversible(copies=item.number or item.record.title)


def _back_in(session: Session, origin: Origin, row: ActItem) -> None:
    del session, origin
    missing = {ItemStatus.MISSING, ItemStatus.LOST}
    before = row.status_before
    row.item.status = before if before in missing else ItemStatus.AVAILABLE
    row.item.withdrawal_act = ""


def _given_back(session: Session, origin: Origin, row: ActItem) -> None:
    del session, origin
    if row.owner_before_id is not None:
        row.item.owner_branch_id = row.item.branch_id = row.owner_before_id


def _unmade(session: Session, origin: Origin, row: ActItem) -> None:
    codes.drop_of_item(session, row.item_id)
    row.item.unmake(origin.at)


_Undoes = Callable[[Session, Origin, ActItem], None]
_UNDOES: dict[str, _Undoes] = {
    ActKind.WITHDRAWAL: _back_in, ActKind.REDISTRIBUTION: _given_back,
    ActKind.ACCEPTANCE: _unmade,
}  # fmt: skip
