"""Orders, their lines and receipts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.catalog.models import FOLLOWS_RECORD
from ils.db import Base, BigId, new_id, one_of


class OrderState(StrEnum):
    """How far an order is."""

    DRAFT = "draft"
    ORDERED = "ordered"
    CLOSED = "closed"


class LineState(StrEnum):
    """How far a line is: it follows from its numbers and its order."""

    APPROVED = "approved"
    ORDERED = "ordered"
    PARTIALLY = "partially_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class PurchaseOrder(Base):
    """What is bought of one supplier at once."""

    __tablename__ = "purchase_order"
    __table_args__ = (one_of("state", OrderState), UniqueConstraint("year", "number"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    year: Mapped[int]
    number: Mapped[int]
    day: Mapped[date]
    state: Mapped[str] = mapped_column(default=OrderState.DRAFT)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    supplier: Mapped[str]
    #: Contract, tender, number of the purchase.
    contract: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: The act of acceptance what comes goes into.
    act_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("stock_act.id"))

    @property
    def called(self) -> str:
        """Its number as it is written: 12/2026."""
        return f"{self.number}/{self.year}"


class OrderLine(Base):
    """A document that is bought."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("copies > 0", name="copies"),
        CheckConstraint("cancelled >= 0 AND received >= 0", name="numbers"),
        CheckConstraint("received + cancelled <= copies", name="most"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("purchase_order.id"), index=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("budget_article.id"), index=True)
    #: The record, once there is one.
    record_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    title: Mapped[str]
    author: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None]
    isbn: Mapped[str] = mapped_column(default="")
    #: In which volumes it comes, where it is a set: 1–4.
    volumes: Mapped[str] = mapped_column(default="")
    #: How the copies are to be distributed: ЦБ 3, Ф1 2.
    shares: Mapped[str] = mapped_column(default="")
    copies: Mapped[int]
    #: Of a copy, in tiyn.
    price: Mapped[int] = mapped_column(BigId)
    cancelled: Mapped[int] = mapped_column(default=0)
    #: The sum of its receipts.
    received: Mapped[int] = mapped_column(default=0)

    @property
    def open(self) -> int:
        """Copies that are still to come."""
        return self.copies - self.received - self.cancelled


class OrderReceipt(Base):
    """Copies that came of a line; never changed: a mistake is an opposite row."""

    __tablename__ = "order_receipt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    line_id: Mapped[int] = mapped_column(BigId, ForeignKey("order_line.id"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    copies: Mapped[int]
    act_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("stock_act.id"))
    #: Of a copy, in tiyn, as it was in the end.
    price: Mapped[int] = mapped_column(BigId)
    #: Ids of the lines it put into that act.
    act_lines: Mapped[list[int]] = mapped_column(JSON, default=list)
    reverses_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("order_receipt.id"), unique=True
    )
