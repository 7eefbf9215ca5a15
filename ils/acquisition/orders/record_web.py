"""What was ordered of a document, and by which acts its copies came, moved and went."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.acquisition.orders import queries
from ils.acquisition.orders.models import OrderLine
from ils.acquisition.pages import acquisition
from ils.catalog import queries as catalog
from ils.errors import N_
from ils.holdings.acts import queries as acts
from ils.holdings.acts.models import StockAct
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition


@acquisition.get("/records/<id:record_id>")
@web.page(Permission.VIEW_CATALOGUE)
def record_history(session: Session, record_id: int) -> ResponseReturnValue:
    """Orders and acts of a record."""
    record = catalog.record(session, record_id)
    orders = ListDefinition(
        queries.lines_of_record(record.id),
        [
            Column("order", N_("Order"), lambda row: row.PurchaseOrder.called, None,
                   lambda row: url_for("acquisition.order", order_id=row.PurchaseOrder.id)
                   if web.may(Permission.VIEW_ORDERS) else None),
            Column("state", N_("State"),
                   lambda row: web.code_name("order_state", row.PurchaseOrder.state)),
            Column("supplier", N_("Supplier"), lambda row: row.PurchaseOrder.supplier),
            Column("copies", N_("Copies"), lambda row: row.OrderLine.copies, OrderLine.copies),
            Column("received", N_("Received"), lambda row: row.OrderLine.received,
                   OrderLine.received),
        ],
        name="orders", empty=N_("Nothing was ordered of it."),
    )  # fmt: skip
    of_copies = ListDefinition(
        acts.acts_of_record(record.id),
        [
            Column("act", N_("Act"), lambda act: web.code_name("stock_act", act.kind), None,
                   lambda act: url_for("holdings.act", act_id=act.id)),
            Column("number", N_("Number"), lambda act: act.called),
            Column("day", N_("Day"), lambda act: act.day, StockAct.day),
            Column("state", N_("State"), lambda act: web.code_name("act_state", act.state)),
        ],
        name="acts", empty=N_("Its copies stand in no act."),
    )  # fmt: skip
    lists = {"orders": orders, "acts": of_copies}
    title = record.title or N_("without a title")
    return web.respond(session, "acquisition/record.html", lists, title=title, record=record)
