"""Acts of the stock drawn up: their head, their copies, the steps up to execution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ils.codes.keyboard import readings
from ils.errors import N_, IlsError, Invalid
from ils.holdings.acts import queries, rules
from ils.holdings.acts.fields import ActData
from ils.holdings.acts.models import AcceptanceLine, ActItem, ActKind, ActState, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import item_by_code
from ils.holdings.items.rules import ItemMove, next_status, sum_of
from ils.holdings.partners.actions import mention
from ils.holdings.partners.models import PartnerKind
from ils.labels import LABELS
from ils.ledger import AccessionSource, Entry, Origin, WithdrawalReason
from ils.organisation.audit.actions import audit

#: Copies a refusal names.
NAMED = 10
#: States a copy may have to be put into an act.
TAKEN_FROM = {
    ActKind.WITHDRAWAL: (
        ItemStatus.AVAILABLE, ItemStatus.IN_PROCESSING, ItemStatus.IN_REPAIR, ItemStatus.MISSING,
        ItemStatus.LOST,
    ),
    ActKind.REDISTRIBUTION: (ItemStatus.AVAILABLE, ItemStatus.IN_PROCESSING),
}  # fmt: skip


def draw_up(
    session: Session, origin: Origin, kind: ActKind, data: ActData, branch_id: int
) -> StockAct:
    """Begin an act.

    Args:
        branch_id: where it is drawn up; of a redistribution, where the copies go.

    Raises:
        Invalid: a field cannot be used.
    """
    act = StockAct(
        kind=kind, day=origin.day, branch_id=branch_id, created_at=origin.at,
        created_by=origin.staff_id,
    )  # fmt: skip
    _fill(session, act, data)
    session.add(act)
    session.flush()
    return act


def describe(session: Session, act: StockAct, data: ActData, branch_id: int) -> None:
    """Change what an act says; its list stays.

    Raises:
        WrongStep: it is no draft any more.
        Invalid: a field cannot be used.
    """
    at_step(act, ActState.DRAFT)
    act.branch_id = branch_id
    _fill(session, act, data)
    session.flush()


def _fill(session: Session, act: StockAct, data: ActData) -> None:
    without = rules.WITHOUT[act.kind]
    for name in ("partner", "document", "document_day", "basis", "commission", "disposal", "note"):
        if name not in without:
            setattr(act, name, getattr(data, name))
    if "partner" not in without:
        act.partner = mention(session, data.partner, _partner_kind(act, data))
    if act.kind == ActKind.ACCEPTANCE:
        if data.source not in set(AccessionSource) - {AccessionSource.REDISTRIBUTION}:
            raise Invalid(N_("Source"), N_("Choose one from the list."))
        act.source = data.source
        act.document_sum = sum_of(data.document_sum, N_("Sum by the document, ₸"))
    if act.kind == ActKind.WITHDRAWAL:
        if data.reason not in set(WithdrawalReason):
            raise Invalid(N_("Reason"), N_("Choose one from the list."))
        act.reason = data.reason


def _partner_kind(act: StockAct, data: ActData) -> PartnerKind:
    """What somebody an act names is most likely."""
    if act.kind == ActKind.WITHDRAWAL:
        return PartnerKind.INSTITUTION
    is_gift = data.source in {AccessionSource.GIFT, AccessionSource.REPLACEMENT}
    return PartnerKind.DONOR if is_gift else PartnerKind.SUPPLIER


def at_step(act: StockAct, *states: ActState) -> None:
    """See that an act is at a step.

    Raises:
        WrongStep: it is not.
    """
    if act.state not in states:
        raise rules.WrongStep(state=LABELS["act_state"][act.state])


def _takes_copies(act: StockAct) -> None:
    """See that copies there are can be put into an act.

    Raises:
        WrongStep: it is no draft, or an acceptance: its copies are made of its lines.
    """
    if act.kind not in TAKEN_FROM:
        raise rules.WrongStep(state=LABELS["act_state"][act.state])
    at_step(act, ActState.DRAFT)


def _check_list(session: Session, act: StockAct, allowed: Sequence[str]) -> None:
    """See that the copies of an act can be taken, all of them.

    Raises:
        CopiesBusy: one is lent, waits for a reader or is on its way; of a group some are.
        Invalid: a copy that is to be given away is of that branch already.
    """
    if busy := queries.busy(session, act, allowed):
        raise _busy(busy)
    if lent := queries.groups_lent(session, act):
        numbers = ", ".join(item.number or item.record.title for item in lent[:NAMED])
        raise rules.CopiesBusy(copies=numbers, status=LABELS["status"][ItemStatus.ON_LOAN])
    if act.kind == ActKind.REDISTRIBUTION and queries.at_home(session, act):
        raise Invalid(N_("Copies"), N_("The copy is of this branch already."))


@dataclass
class Put:
    """What became of the numbers that were to go into an act."""

    added: int = 0
    already: int = 0
    #: (number, why not).
    refused: list[tuple[str, IlsError]] = field(default_factory=list)


def put_in(session: Session, act: StockAct, numbers: Sequence[str]) -> Put:
    """Put copies into an act by their numbers; each that cannot be says why.

    Raises:
        WrongStep: it is no draft any more.
        ActTooLong: they are too many.
    """
    _takes_copies(act)
    there = session.scalar(
        select(func.count()).select_from(ActItem).where(ActItem.act_id == act.id)
    )
    put = Put()
    for number in dict.fromkeys(numbers):
        item = item_by_code(session, readings(number, typed=True))
        if item is None:
            put.refused.append((number, Invalid(N_("Copies"), N_("There is no such copy."))))
            continue
        try:
            new = put_item(session, act, item)
        except IlsError as error:
            put.refused.append((number, error))
            continue
        put.added, put.already = put.added + new, put.already + (not new)
        if (there or 0) + put.added > rules.MOST_COPIES:
            raise rules.ActTooLong(most=rules.MOST_COPIES)
    session.flush()
    return put


def put_item(session: Session, act: StockAct, item: Item) -> bool:
    """Put a copy into a draft; whether it was not there before.

    Raises:
        InOtherAct, CopiesBusy, Invalid: it cannot go in.
    """
    held = session.scalar(select(ActItem).where(ActItem.item_id == item.id, ActItem.is_open))
    if held is not None:
        if held.act_id == act.id:
            return False
        other = session.get_one(StockAct, held.act_id)
        kind = LABELS["stock_act"][other.kind]
        raise rules.InOtherAct(number=item.number, kind=kind, act=other.called)
    if item.status not in TAKEN_FROM[ActKind(act.kind)]:
        raise _busy([item])
    if act.kind == ActKind.REDISTRIBUTION and item.owner_branch_id == act.branch_id:
        raise Invalid(N_("Copies"), N_("The copy is of this branch already."))
    session.add(ActItem(act_id=act.id, item_id=item.id, copies=item.copies, price=item.price))
    return True


def put_found(session: Session, act: StockAct, wanted: queries.CopySearch) -> int:
    """Put all copies that fit into an act; returns how many.

    Raises:
        WrongStep, ActTooLong: as `put_in`.
    """
    _takes_copies(act)
    held = queries.sum_of(session, act).copies
    query = queries.copies_wanted(wanted).where(Item.status.in_(TAKEN_FROM[ActKind(act.kind)]))
    if act.kind == ActKind.REDISTRIBUTION:
        query = query.where(Item.owner_branch_id != act.branch_id)
    items = session.scalars(query.limit(rules.MOST_COPIES + 1)).all()
    if held + len(items) > rules.MOST_COPIES:
        raise rules.ActTooLong(most=rules.MOST_COPIES)
    session.add_all(
        ActItem(act_id=act.id, item_id=item.id, copies=item.copies, price=item.price)
        for item in items
    )
    session.flush()
    return len(items)


def take_out(session: Session, act: StockAct, item_id: int) -> None:
    """Take a copy out of the list of a draft.

    Raises:
        WrongStep: it is no draft any more.
    """
    at_step(act, ActState.DRAFT)
    session.execute(delete(ActItem).where(ActItem.act_id == act.id, ActItem.item_id == item_id))


def fix(session: Session, origin: Origin, act: StockAct) -> None:
    """Fix the list: the act gets its number, its copies leave the shelf.

    Raises:
        WrongStep: it is no draft.
        EmptyAct: nothing stands in it.
        CopiesBusy: a copy is lent, waits for a reader or is on its way.
    """
    if act.kind == ActKind.ACCEPTANCE:
        raise rules.WrongStep(state=LABELS["act_state"][act.state])
    at_step(act, ActState.DRAFT)
    rows = session.scalars(queries.items_of_act(act).with_for_update(of=Item)).all()
    if not rows:
        raise rules.EmptyAct
    _check_list(session, act, TAKEN_FROM[ActKind(act.kind)])
    for row in rows:
        item = row.item
        row.status_before, row.owner_before_id = item.status, item.owner_branch_id
        row.copies, row.price = item.copies, item.price
        item.status = next_status(item.status, ItemMove.SET_APART)
    number_it(session, origin, act)
    act.state = ActState.FIXED
    audit(session, origin.staff_id, "stock_act.fix", str(act.id), number=act.called)


def number_it(session: Session, origin: Origin, act: StockAct) -> None:
    """Give an act the next number of its kind in the year; it keeps the one it has."""
    act.day = origin.day
    if act.number is None:
        act.year = origin.day.year
        act.number = queries.next_act_number(session, act.kind, act.year)
    session.flush()


def approve(session: Session, origin: Origin, act: StockAct, approval: str) -> None:
    """Write down that the act is approved, and by which paper.

    Raises:
        WrongStep: its list is not fixed, or it is approved already.
        CopiesBusy: copies changed since.
    """
    at_step(act, ActState.FIXED)
    _check_apart(session, act)
    act.state, act.approval = ActState.APPROVED, approval
    act.approved_at, act.approved_by = origin.at, origin.staff_id
    audit(session, origin.staff_id, "stock_act.approve", str(act.id), number=act.called)


def _check_apart(session: Session, act: StockAct) -> None:
    apart = (ItemStatus.IN_PROCESSING, ItemStatus.MISSING, ItemStatus.LOST)
    _check_list(session, act, apart)


def ready(session: Session, act: StockAct) -> list[ActItem]:
    """The list of an act that is to be executed, its copies held.

    Raises:
        WrongStep: a step before is missing, or it is executed already.
        CopiesBusy: copies were found or lent since.
    """
    steps = rules.STEPS[act.kind]
    at_step(act, steps[-2])
    _check_apart(session, act)
    return list(session.scalars(queries.items_of_act(act).with_for_update(of=Item)))


def cancel(session: Session, origin: Origin, act: StockAct) -> None:
    """Give an act up before it is executed: its copies go back where they were.

    Raises:
        WrongStep: it is executed or cancelled.
        CameByOrder: it has copies that came by an order.
    """
    at_step(act, ActState.DRAFT, ActState.FIXED, ActState.APPROVED)
    if session.scalar(queries.lines_of(act).where(AcceptanceLine.ordered).limit(1)) is not None:
        raise rules.CameByOrder
    for row in session.scalars(queries.items_of_act(act).with_for_update(of=Item)):
        if row.item.status == ItemStatus.IN_PROCESSING and row.status_before:
            row.item.status = row.status_before
    close_list(session, act)
    act.state = ActState.CANCELLED
    session.execute(delete(AcceptanceLine).where(AcceptanceLine.act_id == act.id))
    audit(session, origin.staff_id, "stock_act.cancel", str(act.id), number=act.called)


def close_list(session: Session, act: StockAct) -> None:
    """The copies of an act may stand in another one again."""
    session.flush()
    session.execute(update(ActItem).where(ActItem.act_id == act.id).values(is_open=False))


def executed(session: Session, origin: Origin, act: StockAct) -> None:
    """Note that an act is executed, and where the ledger stands."""
    act.state, act.executed_at, act.executed_by = ActState.EXECUTED, origin.at, origin.staff_id
    newest = select(Entry.id).where(Entry.act_id == act.id).order_by(Entry.id.desc()).limit(1)
    act.last_entry_id = session.scalar(newest)
    session.flush()
    audit(session, origin.staff_id, "stock_act.execute", str(act.id), number=act.called)


def _busy(items: Sequence[Item]) -> rules.CopiesBusy:
    """The refusal that names copies in the state the first of them has."""
    status = items[0].status
    numbers = [item.number or str(item.id) for item in items if item.status == status]
    more = ["…"] if len(numbers) > NAMED else []
    return rules.CopiesBusy(
        copies=", ".join([*numbers[:NAMED], *more]), status=LABELS["status"][status]
    )
