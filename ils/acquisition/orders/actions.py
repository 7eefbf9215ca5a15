"""Orders drawn up, placed, received line by line, cancelled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from ils import folding
from ils.acquisition.budgets import actions as budgets
from ils.acquisition.orders.models import (
    LineState,
    OrderLine,
    OrderReceipt,
    OrderState,
    PurchaseOrder,
)
from ils.catalog import queries as catalog
from ils.catalog.identifiers import isbn13, isbns
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import add_provisional
from ils.errors import N_, Invalid, NotFound, Refused
from ils.fields import FieldKind, described
from ils.holdings.acts import queries as acts
from ils.holdings.acts.acceptance import add_lines
from ils.holdings.acts.actions import draw_up
from ils.holdings.acts.fields import ActData, LineData
from ils.holdings.acts.models import AcceptanceLine, ActKind, ActState, StockAct
from ils.holdings.acts.rules import branch_shares
from ils.holdings.items.rules import price_of
from ils.holdings.partners.actions import mention
from ils.holdings.partners.models import PartnerKind
from ils.labels import LABELS
from ils.ledger import Origin
from ils.organisation.audit.actions import audit

LONGEST = 200


class UnknownOrder(NotFound):
    """There is no such order or line."""

    code = "unknown_order"
    message = N_("There is no such order or line.")


class OrderStep(Refused):
    """The order is not at the step this needs."""

    code = "order_step"
    message = N_("The order is “%(state)s”: this cannot be done with it now.")


class TooMany(Refused):
    """More copies than are still to come."""

    code = "too_many_copies"
    message = N_("Only %(open)s copies of this line are still to come.")


class ReceiptInStock(Refused):
    """What came is in stock: only the act can be turned round."""

    code = "receipt_in_stock"
    message = N_("These copies are in stock by an act: reverse the act.")


@dataclass(frozen=True)
class OrderData:
    """The form of an order."""

    supplier: str = described(N_("Supplier"), longest=LONGEST)
    contract: str = described(N_("Contract or purchase"), default="", longest=LONGEST)
    note: str = described(N_("Note"), default="", longest=LONGEST)


@dataclass(frozen=True)
class OrderLineData:
    """The form of a line."""

    title: str = described(N_("Title"), longest=LONGEST)
    author: str = described(N_("Authors"), default="", longest=LONGEST)
    year: int | None = described(N_("Year"), FieldKind.WHOLE, default=None, width="year",
                                 most=2200)  # fmt: skip
    isbn: str = described("ISBN", default="", width="phone", scan=True, longest=40)
    volumes: str = described(N_("Volumes"), default="", width="short", longest=40,
                             hint=N_("of a set, such as 1–4"))  # fmt: skip
    article: str = described(N_("Article of the budget"), FieldKind.CHOICE)
    shares: str = described(N_("Branches and copies"), hint=N_("ЦБ 3, Ф1 2"), longest=LONGEST)
    price: str = described(N_("Price of a copy, ₸"), width="short", longest=30)


@dataclass(frozen=True)
class ReceiptData:
    """The form of what came."""

    shares: str = described(N_("Branches and copies"), hint=N_("ЦБ 3, Ф1 2"), longest=LONGEST)
    price: str = described(
        N_("Price of a copy, ₸"), default="", width="short", longest=30,
        hint=N_("By the accompanying document; left empty, as it was ordered"),
    )  # fmt: skip


def order_by_id(session: Session, number: int, *, lock: bool = False) -> PurchaseOrder:
    """An order by its id.

    Raises:
        UnknownOrder: there is none.
    """
    found = session.get(PurchaseOrder, number, with_for_update=lock)
    if found is None:
        raise UnknownOrder
    return found


def orders(supplier: str = "") -> Select[PurchaseOrder]:
    """All orders, or those of a supplier, newest first."""
    query = select(PurchaseOrder).order_by(PurchaseOrder.id.desc())
    named = folding.contains(PurchaseOrder.supplier, supplier)
    return query.where(named) if supplier else query


def lines_of(order: PurchaseOrder) -> Select[OrderLine]:
    """The lines of an order."""
    return select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)


def line_of(session: Session, order: PurchaseOrder, number: int) -> OrderLine:
    """A line of an order, held until the transaction ends.

    Raises:
        UnknownOrder: there is none.
    """
    line = session.get(OrderLine, number, with_for_update=True)
    if line is None or line.order_id != order.id:
        raise UnknownOrder
    return line


def state_of(order: PurchaseOrder, line: OrderLine) -> LineState:
    """How far a line is."""
    if line.cancelled == line.copies:
        return LineState.CANCELLED
    if line.received and line.open == 0:
        return LineState.RECEIVED
    if line.received:
        return LineState.PARTIALLY
    return LineState.APPROVED if order.state == OrderState.DRAFT else LineState.ORDERED


def draw_up_order(
    session: Session, origin: Origin, data: OrderData, branch_id: int
) -> PurchaseOrder:
    """Begin an order."""
    year = origin.day.year
    last = select(func.max(PurchaseOrder.number)).where(PurchaseOrder.year == year)
    order = PurchaseOrder(
        year=year, number=(session.scalar(last) or 0) + 1, day=origin.day, branch_id=branch_id,
        supplier=data.supplier, contract=data.contract, note=data.note, created_at=origin.at,
        created_by=origin.staff_id,
    )  # fmt: skip
    session.add(order)
    session.flush()
    order.supplier = mention(session, data.supplier, PartnerKind.SUPPLIER)
    return order


def _at(order: PurchaseOrder, *states: OrderState) -> None:
    if order.state not in states:
        raise OrderStep(state=LABELS["order_state"][order.state])


def add_line(
    session: Session, order: PurchaseOrder, data: OrderLineData, branches: dict[str, int]
) -> OrderLine:
    """Add a document to an order.

    Raises:
        OrderStep: it is placed already.
        Invalid: a field cannot be used.
        UnknownArticle: there is no such article of the budget.
    """
    _at(order, OrderState.DRAFT)
    shares = branch_shares(data.shares, branches)
    price = price_of(data.price)
    if price is None:
        raise Invalid(N_("Price of a copy, ₸"), N_("This must be filled in."))
    article = budgets.article_by_id(session, int(data.article or 0))
    line = OrderLine(
        order_id=order.id, article_id=article.id, title=data.title, author=data.author,
        year=data.year, isbn=isbn13(data.isbn), volumes=data.volumes, shares=data.shares,
        copies=sum(shares.values()), price=price, record_id=_known(session, data.isbn),
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def remove_line(session: Session, order: PurchaseOrder, line: OrderLine) -> None:
    """Take a line out of a draft.

    Raises:
        OrderStep: it is placed already.
    """
    _at(order, OrderState.DRAFT)
    session.delete(line)
    session.flush()


def place(session: Session, origin: Origin, order: PurchaseOrder) -> None:
    """Send the order: its money is bound.

    Raises:
        OrderStep: it is placed, or has no lines.
        NotEnoughMoney: an article has not enough left.
    """
    _at(order, OrderState.DRAFT)
    lines = session.scalars(lines_of(order)).all()
    if not lines:
        raise Invalid(N_("Lines"), N_("No lines yet."))
    order.state, order.day = OrderState.ORDERED, origin.day
    session.flush()
    for number in sorted({line.article_id for line in lines}):
        budgets.check(session, budgets.article_by_id(session, number, lock=True))
    audit(session, origin.staff_id, "order.place", str(order.id), number=order.called)


def cancel_rest(session: Session, origin: Origin, order: PurchaseOrder, line: OrderLine) -> None:
    """What did not come will not: its money is free again.

    Raises:
        OrderStep: the order is not placed.
        TooMany: nothing is to come.
    """
    _at(order, OrderState.ORDERED)
    if line.open == 0:
        raise TooMany(open=0)
    line.cancelled += line.open
    _close_if_done(session, order)
    audit(session, origin.staff_id, "order.cancel", str(order.id), number=order.called,
          name=line.title)  # fmt: skip


def receive(
    session: Session, origin: Origin, line: OrderLine, data: ReceiptData, branches: dict[str, int]
) -> OrderReceipt:  # fmt: skip
    """Copies of a line came: they go into the open act of acceptance of the order.

    Raises:
        OrderStep: the order is not placed.
        TooMany: more came than are still to come.
        NotEnoughMoney: at this price its article has not enough.
        Invalid: the distribution or the price cannot be read.
    """
    order = order_by_id(session, line.order_id, lock=True)
    _at(order, OrderState.ORDERED)
    number = sum(branch_shares(data.shares, branches).values())
    if number > line.open:
        raise TooMany(open=line.open)
    act, record = _open_act(session, origin, order), _record(session, origin, line)
    price = price_of(data.price)
    price = line.price if price is None else price
    said = LineData(record="", shares=data.shares, price=f"{price // 100}.{price % 100:02}")
    lines = add_lines(session, act, record, said, branches)
    for one in lines:
        one.ordered = True
    put = [one.id for one in lines]
    receipt = OrderReceipt(
        line_id=line.id, at=origin.at, staff_id=origin.staff_id, copies=number, act_id=act.id,
        price=price, act_lines=put,
    )  # fmt: skip
    session.add(receipt)
    line.received += number
    session.flush()
    budgets.check(session, budgets.article_by_id(session, line.article_id, lock=True))
    _close_if_done(session, order)
    return receipt


def _open_act(session: Session, origin: Origin, order: PurchaseOrder) -> StockAct:
    if order.act_id is not None:
        act = acts.act_by_id(session, order.act_id, lock=True)
        if act.state == ActState.DRAFT:
            return act
    data = ActData(source="budget", partner=order.supplier, basis=order.contract)
    act = draw_up(session, origin, ActKind.ACCEPTANCE, data, order.branch_id)
    order.act_id = act.id
    return act


def _known(session: Session, isbn: str) -> int | None:
    """The record that has an ISBN, if one has."""
    query = catalog.records().where(catalog.has_isbn(isbns(isbn)))
    found = session.scalar(query.limit(1)) if isbn else None
    return found.id if found else None


def _record(session: Session, origin: Origin, line: OrderLine) -> BibliographicRecord:
    """The record of a line; a provisional one where nobody described it yet."""
    line.record_id = line.record_id or _known(session, line.isbn)
    if line.record_id is not None:
        return session.get_one(BibliographicRecord, line.record_id)
    record = add_provisional(
        session, origin.derive(f"order:{line.id}"), title=line.title, author=line.author,
        subject_area=None, language=None,
    )  # fmt: skip
    line.record_id = record.id
    return record


def take_receipt_back(session: Session, origin: Origin, receipt: OrderReceipt) -> None:
    """What was written down came to another line, or not at all: an opposite row.

    Raises:
        ReceiptInStock: the act is executed.
        NotEnoughMoney: it came cheaper, and what was left was ordered away.
        OrderStep: it was taken back before.
    """
    line = session.get_one(OrderLine, receipt.line_id)
    order = session.get_one(PurchaseOrder, line.order_id)
    turned = select(OrderReceipt.id).where(OrderReceipt.reverses_id == receipt.id)
    if receipt.reverses_id is not None or session.scalar(turned) is not None:
        raise OrderStep(state=LABELS["order_state"][order.state])
    act = acts.act_by_id(session, receipt.act_id or 0, lock=True)
    undone = act.state == ActState.CANCELLED or acts.reversing(session, act) is not None
    if act.state != ActState.DRAFT and not undone:
        raise ReceiptInStock
    if act.state == ActState.DRAFT:
        own = AcceptanceLine.id.in_(receipt.act_lines)
        session.execute(delete(AcceptanceLine).where(AcceptanceLine.act_id == act.id, own))
    session.add(OrderReceipt(
        line_id=line.id, at=origin.at, staff_id=origin.staff_id, copies=-receipt.copies,
        price=receipt.price, act_id=act.id, reverses_id=receipt.id,
    ))  # fmt: skip
    line.received -= receipt.copies
    order.state = OrderState.ORDERED
    session.flush()
    budgets.check(session, budgets.article_by_id(session, line.article_id, lock=True))


def receipts_of(order: PurchaseOrder) -> Select[OrderReceipt, OrderLine]:
    """What came of an order, latest first."""
    return (
        select(OrderReceipt, OrderLine)
        .join(OrderLine, OrderLine.id == OrderReceipt.line_id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderReceipt.id.desc())
    )


def _close_if_done(session: Session, order: PurchaseOrder) -> None:
    session.flush()
    if all(line.open == 0 for line in session.scalars(lines_of(order))):
        order.state = OrderState.CLOSED
        session.flush()
