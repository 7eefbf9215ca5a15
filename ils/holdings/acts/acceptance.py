"""Copies that come into stock: the lines of an act of acceptance, and its execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord
from ils.catalog.queries import RecordGone
from ils.catalog.records.actions import facts as record_facts
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.keyboard import printed, readings
from ils.codes.models import CodeKind
from ils.codes.rules import CodeTaken, folded
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid
from ils.holdings.acts import queries, rules
from ils.holdings.acts.actions import at_step, draw_up, executed, number_it
from ils.holdings.acts.fields import MOST, ActData, LineData, NewCopiesData
from ils.holdings.acts.models import (
    AcceptanceLine,
    ActItem,
    ActKind,
    ActState,
    StockAct,
    described_as,
)  # fmt: skip
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.numbers import NumberSeries, number_after, numbers_from
from ils.holdings.items.queries import item_by_code
from ils.holdings.items.rules import price_of, shown_sum, volume_of
from ils.ledger import Facts, Kind, Origin


def add_lines(
    session: Session, act: StockAct, record: BibliographicRecord, data: LineData,
    branches: Mapping[str, int],
) -> list[AcceptanceLine]:  # fmt: skip
    """Add copies of a record to an act, distributed among branches.

    Args:
        branches: code → id.

    Raises:
        WrongStep: the act is executed.
        Invalid: a field cannot be used.
        ActTooLong: the copies are too many.
    """
    at_step(act, ActState.DRAFT)
    shares = rules.branch_shares(data.shares, branches)
    replaced = lost_copy(session, data.replaces)
    lines = [
        AcceptanceLine(
            act_id=act.id, record=record, branch_id=number, copies=copies,
            price=price_of(data.price), number="", location=data.location.strip(),
            shelf_mark=data.shelf_mark.strip(), part=volume_of(data.part), replaces_id=replaced,
        )
        for number, copies in shares.items()
    ]  # fmt: skip
    lines[0].stated, number = data.stated, data.number.strip()
    for line, last in zip(lines, [*[False] * (len(lines) - 1), True], strict=True):
        line.number = number
        if number and not last:
            number = number_after(number, line.copies)
    return _added(session, act, lines)


def _check_numbers(session: Session, act: StockAct, lines: Sequence[AcceptanceLine]) -> None:
    """See that no line above brings one of the numbers.

    Raises:
        CodeTaken: one does.
    """
    stated = [line for line in session.scalars(queries.lines_of(act)) if line.number]
    taken = {folded(number) for line in stated for number in numbers_from(line.number, line.copies)}
    for line in lines:
        for number in numbers_from(line.number, line.copies):
            if folded(number) in taken:
                raise CodeTaken(taken=number)


def _added(session: Session, act: StockAct, lines: list[AcceptanceLine]) -> list[AcceptanceLine]:
    _check_numbers(session, act, lines)
    before = queries.sum_of(session, act).copies
    if before + sum(line.copies for line in lines) > rules.MOST_COPIES:
        raise rules.ActTooLong(most=rules.MOST_COPIES)
    session.add_all(lines)
    session.flush()
    return lines


def lost_copy(session: Session, number: str) -> int | None:
    """The copy that is replaced, by its number.

    Raises:
        Invalid: there is none, or it is not lost.
    """
    if not number.strip():
        return None
    item = item_by_code(session, readings(number, typed=True))
    if item is None or item.status not in {ItemStatus.LOST, ItemStatus.MISSING}:
        raise Invalid(N_("In place of the lost copy"), N_("No lost or missing copy has it."))
    return item.id


def remove_line(session: Session, act: StockAct, line_id: int) -> None:
    """Take a line out of an act.

    Raises:
        WrongStep: the act is executed.
        CameByOrder: it came by an order.
    """
    at_step(act, ActState.DRAFT)
    line = session.get(AcceptanceLine, line_id)
    if line is not None and line.act_id == act.id:
        if line.ordered:
            raise rules.CameByOrder
        session.delete(line)
        session.flush()


def accept(session: Session, origin: Origin, act: StockAct) -> list[int]:
    """Put everything an act lists into stock, at once; returns the ids of the copies.

    Raises:
        WrongStep: it is executed already.
        EmptyAct: it has no lines.
        DocumentDiffers: the lines do not come to the sum of the document.
        CodeTaken: a number is somebody's.
    """
    at_step(act, ActState.DRAFT)
    lines = session.scalars(queries.lines_of(act)).all()
    if not lines:
        raise rules.EmptyAct
    amount = queries.sum_of(session, act).amount
    if act.document_sum is not None and act.document_sum != amount:
        raise rules.DocumentDiffers(stated=shown_sum(act.document_sum), sum=shown_sum(amount))
    if any(not line.record.active for line in lines):
        raise RecordGone
    number_it(session, origin, act)
    series, made, titles = NumberSeries(session), list[int](), set[int]()
    for line in lines:
        made += _make(session, origin, act, line, series)
        if line.record_id not in titles:
            titles.add(line.record_id)
            facts = _facts(act, line) | Facts(amount=None)
            ledger.record(session, Kind.TITLE, origin.derive(f"title:{line.record_id}"), facts)
    executed(session, origin, act)
    return made


def _make(
    session: Session, origin: Origin, act: StockAct, line: AcceptanceLine, series: NumberSeries
) -> list[int]:
    """The copies of a line: rows, codes, entries."""
    numbers: list[str | None] = [None]
    if line.numbered:
        numbers = [*series.give(line.number, line.copies, line.branch_id)]
    each = line.copies // len(numbers)
    items = [_row(origin, act, line, number) | {"copies": each} for number in numbers]
    if line.barcode:
        codes.check_free(session, line.barcode)
    bulk_insert(session, Item, items)
    codes.bring_in(session, (code for item in items for code in _codes(item)))
    amount = None if line.price is None else line.price * each
    facts = _facts(act, line) | Facts(amount=amount)
    ledger.record_many(session, [
        ledger.entry_row(Kind.ACCESSION, origin.derive(f"copy:{item['id']}"),
                         {**facts, "item_id": item["id"]}, count=each)
        for item in items
    ])  # fmt: skip
    bulk_insert(session, ActItem, [
        {"id": new_id(), "act_id": act.id, "item_id": item["id"], "is_open": False,
         "status_before": "", "owner_before_id": None, "copies": each, "price": line.price,
         "number": item["inventory_number"] or item["barcode"] or "",
         "title": described_as(line.record)}
        for item in items
    ])  # fmt: skip
    return [item["id"] for item in items]


def _row(origin: Origin, act: StockAct, line: AcceptanceLine, number: str | None) -> dict[str, Any]:
    return {
        "id": new_id(), "record_id": line.record_id, "inventory_number": number,
        "barcode": line.barcode or None, "status": ItemStatus.AVAILABLE.value,
        "owner_branch_id": line.branch_id, "branch_id": line.branch_id,
        "location": line.location, "part": line.part, "shelf_mark": line.shelf_mark,
        "condition": line.condition, "price": line.price, "ksu": act.called,
        "withdrawal_act": "", "disputed_numbers": "", "created_at": origin.at,
    }  # fmt: skip


def _codes(item: Mapping[str, Any]) -> Iterator[ItemCode]:
    """The codes of a new copy; nobody has them."""
    if item["inventory_number"]:
        yield ItemCode(CodeKind.INVENTORY_NUMBER, item["inventory_number"], item["id"])
    if item["barcode"]:
        yield ItemCode(CodeKind.BARCODE, item["barcode"], item["id"])


def _facts(act: StockAct, line: AcceptanceLine) -> Facts:
    return {
        **record_facts(line.record), "owner_branch_id": line.branch_id, "source": act.source,
        "amount": line.price, "act_id": act.id,
    }  # fmt: skip


def accept_copies(
    session: Session, origin: Origin, record: BibliographicRecord, data: NewCopiesData,
    owner_id: int,
) -> list[int]:  # fmt: skip
    """Copies of a record into stock by an act of their own; returns their ids.

    Raises:
        Invalid: a field cannot be used.
        CodeTaken: a copy or a reader has, or had, one of the numbers.
    """
    act = draw_up(session, origin, ActKind.ACCEPTANCE, ActData(source=data.source), owner_id)
    add_copies(session, act, record, data, owner_id)
    return accept(session, origin, act)


def add_copies(
    session: Session, act: StockAct, record: BibliographicRecord, data: NewCopiesData,
    owner_id: int,
) -> None:  # fmt: skip
    """Copies of a record into an act that is open.

    Raises:
        Invalid: a field cannot be used.
    """
    at_step(act, ActState.DRAFT)
    if not 1 <= data.count <= MOST:
        raise Invalid(N_("How many"), N_("It must be a whole number within its bounds."))
    if data.barcode and data.count > 1:
        raise Invalid(N_("Barcode"), N_("A barcode can be given to a single copy only."))
    line = AcceptanceLine(
        act_id=act.id, record=record, branch_id=owner_id, copies=data.count,
        price=price_of(data.price), number=data.number.strip(), barcode=printed(data.barcode),
        part=volume_of(data.part), location=data.location.strip(),
        shelf_mark=data.shelf_mark.strip(), condition=data.condition.strip(),
        replaces_id=lost_copy(session, data.replaces),
    )  # fmt: skip
    _added(session, act, [line])
