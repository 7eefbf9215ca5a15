"""Reading orders by what was ordered."""

from __future__ import annotations

from sqlalchemy import Select, select

from ils.acquisition.orders.models import OrderLine, PurchaseOrder


def lines_of_record(record_id: int) -> Select[OrderLine, PurchaseOrder]:
    """What was ordered of a document, latest first."""
    return (
        select(OrderLine, PurchaseOrder)
        .join(PurchaseOrder, PurchaseOrder.id == OrderLine.order_id)
        .where(OrderLine.record_id == record_id)
        .order_by(OrderLine.id.desc())
    )
