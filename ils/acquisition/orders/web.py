"""Orders: drawn up with the demand beside each line, placed, received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.acquisition.budgets.actions import article_choices
from ils.acquisition.orders import actions
from ils.acquisition.orders.actions import OrderData, OrderLineData, ReceiptData
from ils.acquisition.orders.demand import LineDemand, demands_of
from ils.acquisition.orders.models import OrderLine, OrderReceipt, PurchaseOrder
from ils.acquisition.pages import acquisition
from ils.errors import N_
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_ids
from ils.holdings.partners.queries import suggestions
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction, RowAction


@acquisition.get("/orders")
@web.page(Permission.VIEW_ORDERS)
def orders(session: Session) -> ResponseReturnValue:
    """All orders."""
    definition = ListDefinition(
        actions.orders(request.args.get("supplier", "")),
        [
            Column("number", N_("№"), lambda one: one.called, PurchaseOrder.number,
                   lambda one: url_for("acquisition.order", order_id=one.id)),
            Column("day", N_("Day"), lambda one: one.day, PurchaseOrder.day),
            Column("supplier", N_("Supplier"), lambda one: one.supplier, PurchaseOrder.supplier),
            Column("state", N_("State"), lambda one: web.code_name("order_state", one.state),
                   PurchaseOrder.state),
            Column("contract", N_("Contract or purchase"), lambda one: one.contract),
        ],
        filters=[Filter("supplier", N_("Supplier"))],
        empty=N_("No orders yet."),
    )  # fmt: skip
    new = PageAction(N_("New order"), url_for("acquisition.new_order"), main=True)
    may = web.may(Permission.EDIT_ORDERS)
    return web.list_page(session, definition, title=N_("Orders"), actions=[new] if may else [])


@acquisition.get("/orders/new")
@web.page(Permission.EDIT_ORDERS)
def new_order(session: Session) -> ResponseReturnValue:
    """The form of an order."""
    return _new_page(session, _form(session, {}))


def _form(session: Session, values: dict[str, str] | None) -> Form[OrderData]:
    return Form(OrderData, values, choices={"supplier": suggestions(session)})


def _new_page(session: Session, form: Form[OrderData]) -> ResponseReturnValue:
    title = N_("New order")
    return web.respond(session, "acquisition/new_order.html", {}, title=title, form=form)


@acquisition.post("/orders/new")
@web.page(Permission.EDIT_ORDERS, write=True)
def draw_up_order(session: Session) -> ResponseReturnValue:
    """Begin it."""

    def work(data: OrderData) -> ResponseReturnValue:
        order = actions.draw_up_order(session, web.origin(), data, g.staff.branch.id)
        return redirect(url_for("acquisition.order", order_id=order.id))

    return web.handled(session, _form(session, None), work, lambda form: _new_page(session, form))


@acquisition.get("/orders/<id:order_id>")
@web.page(Permission.VIEW_ORDERS)
def order(session: Session, order_id: int) -> ResponseReturnValue:
    """An order with its lines."""
    return _page(session, actions.order_by_id(session, order_id))


def _page(
    session: Session, order: PurchaseOrder, sent: Form[Any] | None = None
) -> ResponseReturnValue:
    draft = order.state == "draft"
    form = sent or (_line_form(session, order, {"shares": f"{g.staff.branch.code} 1"}))
    receipts = session.execute(actions.receipts_of(order)).all()
    turned = {receipt.reverses_id for receipt, _ in receipts}
    lines = session.scalars(actions.lines_of(order)).all()
    return web.respond(
        session, "acquisition/order.html", {"listing": _lines(order)},
        title=gettext("Order %(number)s", number=order.called), order=order,
        form=form if draft else None, receipts=receipts, turned=turned, shown_sum=shown_sum,
        total=sum(line.price * line.copies for line in lines),
        bound=sum(line.price * line.open for line in lines) if not draft else 0,
        error=sent.error if sent else None,
    )  # fmt: skip


def _line_form(
    session: Session, order: PurchaseOrder, values: dict[str, object] | None
) -> Form[OrderLineData]:
    choices = {"article": article_choices(session, order.year)}
    return Form(OrderLineData, values, choices=choices)


def _lines(order: PurchaseOrder) -> ListDefinition:
    demands: dict[int, LineDemand] = {}

    def with_demand(session: Session, rows: Sequence[OrderLine]) -> Sequence[OrderLine]:
        demands.update(demands_of(session, rows))
        return rows

    def about(line: OrderLine) -> web.ListCell:
        parts = (line.author, str(line.year or ""), line.volumes)
        return web.ListCell(line.title, note=", ".join(filter(None, parts)))

    return ListDefinition(
        actions.lines_of(order),
        [
            Column("title", N_("Title"), about, OrderLine.title),
            Column("shares", N_("Branches and copies"), lambda line: line.shares),
            Column("copies", N_("Copies"), lambda line: line.copies, OrderLine.copies),
            Column("price", N_("Price of a copy, ₸"), lambda line: shown_sum(line.price),
                   OrderLine.price),
            Column("sum", N_("Sum, ₸"), lambda line: shown_sum(line.price * line.copies)),
            Column("received", N_("Received"), lambda line: line.received, OrderLine.received),
            Column("open", N_("Still to come"), lambda line: line.open),
            Column("state", N_("State"), lambda line: web.code_name(
                "order_line_state", actions.state_of(order, line))),
            Column("demand", N_("Demand"), lambda line: _demand(demands[line.id])),
        ],
        row_actions=_line_actions(order) if web.may(Permission.EDIT_ORDERS) else [],
        empty=N_("No lines yet."),
        enrich=with_demand,
    )  # fmt: skip


def _demand(one: LineDemand) -> web.ListCell:
    said = gettext(
        "refusals %(refusals)s, suggestions %(suggestions)s, holds %(holds)s, "
        "searches %(searches)s",
        refusals=one.refusals, suggestions=one.suggestions, holds=one.holds,
        searches=one.searches,
    )  # fmt: skip
    return web.ListCell(one.total, note=said if one.total else "")


def _line_actions(order: PurchaseOrder) -> list[RowAction]:
    draft, ordered = order.state == "draft", order.state == "ordered"

    def action(label: str, endpoint: str, shown: Any, *, form: bool) -> RowAction:
        return RowAction(
            label, lambda line: url_for(endpoint, order_id=order.id, line_id=line.id),
            lambda line: line.title, (lambda _: {}) if form else None, shown,
        )  # fmt: skip

    def comes(line: OrderLine) -> bool:
        return ordered and line.open > 0

    return [
        action(N_("Remove"), "acquisition.remove_order_line", lambda _: draft, form=True),
        action(N_("Receive"), "acquisition.receipt", comes, form=False),
        action(N_("Cancel the rest"), "acquisition.cancel_rest", comes, form=True),
    ]


@acquisition.post("/orders/<id:order_id>/lines")
@web.page(Permission.EDIT_ORDERS, write=True)
def add_order_line(session: Session, order_id: int) -> ResponseReturnValue:
    """Add a document."""
    one = actions.order_by_id(session, order_id, lock=True)

    def work(data: OrderLineData) -> ResponseReturnValue:
        actions.add_line(session, one, data, branch_ids(session))
        return redirect(url_for("acquisition.order", order_id=one.id))

    form = _line_form(session, one, None)
    return web.handled(session, form, work, lambda form: _page(session, one, form))


@acquisition.post("/orders/<id:order_id>/lines/<id:line_id>/remove")
@web.page(Permission.EDIT_ORDERS, write=True)
def remove_order_line(session: Session, order_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line out."""
    one = actions.order_by_id(session, order_id, lock=True)
    actions.remove_line(session, one, actions.line_of(session, one, line_id))
    return redirect(url_for("acquisition.order", order_id=one.id))


@acquisition.post("/orders/<id:order_id>/place")
@web.page(Permission.EDIT_ORDERS, write=True)
def place_order(session: Session, order_id: int) -> ResponseReturnValue:
    """Send it: its money is bound."""
    one = actions.order_by_id(session, order_id, lock=True)
    actions.place(session, web.origin(), one)
    flash(gettext("The order is placed; its money is bound."))
    return redirect(url_for("acquisition.order", order_id=one.id))


@acquisition.post("/orders/<id:order_id>/lines/<id:line_id>/cancel")
@web.page(Permission.EDIT_ORDERS, write=True)
def cancel_rest(session: Session, order_id: int, line_id: int) -> ResponseReturnValue:
    """What did not come will not."""
    one = actions.order_by_id(session, order_id, lock=True)
    line = actions.line_of(session, one, line_id)
    actions.cancel_rest(session, web.origin(), one, line)
    return redirect(url_for("acquisition.order", order_id=one.id))


@acquisition.get("/orders/<id:order_id>/lines/<id:line_id>/receipt")
@web.page(Permission.EDIT_ORDERS)
def receipt(session: Session, order_id: int, line_id: int) -> ResponseReturnValue:
    """The form of what came of a line."""
    one = actions.order_by_id(session, order_id)
    line = actions.line_of(session, one, line_id)
    values = {"shares": line.shares, "price": shown_sum(line.price)}
    return _receipt_page(session, one, line, Form(ReceiptData, values))


def _receipt_page(
    session: Session, order: PurchaseOrder, line: OrderLine, form: Form[ReceiptData]
) -> ResponseReturnValue:
    title = N_("What came")
    return web.respond(
        session, "acquisition/receipt.html", {}, title=title, order=order, line=line, form=form
    )


@acquisition.post("/orders/<id:order_id>/lines/<id:line_id>/receipt")
@web.page(Permission.EDIT_ORDERS, write=True)
def receive(session: Session, order_id: int, line_id: int) -> ResponseReturnValue:
    """It came: into the open act of acceptance of the order."""
    one = actions.order_by_id(session, order_id, lock=True)
    line = actions.line_of(session, one, line_id)

    def work(data: ReceiptData) -> ResponseReturnValue:
        actions.receive(session, web.origin(), line, data, branch_ids(session))
        flash(gettext("Received; the act of acceptance waits to be executed."))
        return redirect(url_for("acquisition.order", order_id=one.id))

    form = Form(ReceiptData)
    return web.handled(session, form, work, lambda form: _receipt_page(session, one, line, form))


@acquisition.post("/receipts/<id:receipt_id>/take-back")
@web.page(Permission.EDIT_ORDERS, write=True)
def take_receipt_back(session: Session, receipt_id: int) -> ResponseReturnValue:
    """It was written down by mistake."""
    found = session.get(OrderReceipt, receipt_id)
    if found is None:
        raise actions.UnknownOrder
    actions.take_receipt_back(session, web.origin(), found)
    line = session.get_one(OrderLine, found.line_id)
    return redirect(url_for("acquisition.order", order_id=line.order_id))
