"""Acts of the stock, their lines and their copies."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.db import REQUIRED, Base, BigId, new_id, one_of
from ils.holdings.items.models import Item


class ActKind(StrEnum):
    """What an act does to the stock."""

    ACCEPTANCE = "acceptance"
    REDISTRIBUTION = "redistribution"
    WITHDRAWAL = "withdrawal"


class ActState(StrEnum):
    """How far an act is."""

    DRAFT = "draft"
    #: Its list does not change any more; its copies are taken off the shelf.
    FIXED = "fixed"
    APPROVED = "approved"
    EXECUTED = "executed"
    CANCELLED = "cancelled"


class StockAct(Base):
    """An act; executed, it is a row of the summary register (КСУ) and never changes."""

    __tablename__ = "stock_act"
    __table_args__ = (
        one_of("kind", ActKind),
        one_of("state", ActState),
        UniqueConstraint("kind", "year", "number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=ActState.DRAFT)
    #: Counted on in a year by kind; given when the list is fixed.
    number: Mapped[int | None]
    year: Mapped[int | None]
    #: The day it is dated; the day it was executed in the end.
    day: Mapped[date]
    #: The branch it is drawn up at; of a redistribution, where its copies go.
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: Of an acceptance, see `AccessionSource`; of a withdrawal, see `WithdrawalReason`.
    source: Mapped[str | None]
    reason: Mapped[str | None]
    #: Who gives or takes: a supplier, a donor, an institution.
    partner: Mapped[str] = mapped_column(default="")
    #: The accompanying document, its day, and what it comes to in tiyn.
    document: Mapped[str] = mapped_column(default="")
    document_day: Mapped[date | None]
    document_sum: Mapped[int | None] = mapped_column(BigId)
    #: Orders and decisions it rests on; who signs, a person a line, the chair first.
    basis: Mapped[str] = mapped_column(default="")
    commission: Mapped[str] = mapped_column(default="")
    #: What becomes of the copies; which paper approved it.
    disposal: Mapped[str] = mapped_column(default="")
    approval: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    #: An act that undoes another.
    reverses_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("stock_act.id"), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    executed_at: Mapped[datetime | None]
    executed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: The newest entry it wrote: what comes after it is a correction.
    last_entry_id: Mapped[int | None] = mapped_column(BigId)

    @property
    def called(self) -> str:
        """Its number as it is written: 12/2026."""
        return f"{self.number}/{self.year}" if self.number else ""


class AcceptanceLine(Base):
    """Copies of one record that come to one branch."""

    __tablename__ = "acceptance_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    act_id: Mapped[int] = mapped_column(BigId, ForeignKey("stock_act.id"), index=True)
    record_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    copies: Mapped[int]
    #: As many as the accompanying document says, where it says another number.
    stated: Mapped[int | None]
    #: Of a copy, in tiyn.
    price: Mapped[int | None] = mapped_column(BigId)
    #: The first inventory number; empty: the next free one.
    number: Mapped[str] = mapped_column(default="")
    barcode: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    shelf_mark: Mapped[str] = mapped_column(default="")
    condition: Mapped[str] = mapped_column(default="")
    #: Of a periodical: which issue, which year.
    part: Mapped[str] = mapped_column(default="")
    #: Each copy gets an inventory number; else they are a group without numbers.
    numbered: Mapped[bool] = mapped_column(default=True)
    #: The lost copy this one comes in place of.
    replaces_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"), index=True)

    #: It came by an order; only there it is taken back.
    ordered: Mapped[bool] = mapped_column(default=False, server_default="0")

    record: Mapped[BibliographicRecord] = relationship(lazy="joined", innerjoin=REQUIRED)


class ActItem(Base):
    """A copy in the list of an act, as it was when the list was fixed."""

    __tablename__ = "act_item"
    __table_args__ = (
        UniqueConstraint("act_id", "item_id"),
        # A copy is in one act at a time.
        Index(
            "ix_act_item_open", "item_id", unique=True,
            sqlite_where=text("is_open"), postgresql_where=text("is_open"),
        ),
        Index("ix_act_item_item", "item_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    act_id: Mapped[int] = mapped_column(BigId, ForeignKey("stock_act.id"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    #: Until the act is executed or cancelled.
    is_open: Mapped[bool] = mapped_column(default=True)
    #: The status it had, and whose it was, before the act.
    status_before: Mapped[str] = mapped_column(default="")
    owner_before_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    copies: Mapped[int] = mapped_column(default=1)
    #: Of a copy, in tiyn.
    price: Mapped[int | None] = mapped_column(BigId)
    #: What the paper said when the act was executed, whatever becomes of the copy.
    number: Mapped[str] = mapped_column(default="", server_default="")
    title: Mapped[str] = mapped_column(default="", server_default="")

    item: Mapped[Item] = relationship(lazy="joined", innerjoin=REQUIRED)

    def keep_words(self) -> None:
        """Keep what the paper says of the copy now."""
        self.number, self.title = self.item.number, described_as(self.item.record)


def described_as(record: BibliographicRecord) -> str:
    """A document as papers name it: author, title, year."""
    parts = (record.authors, record.title, str(record.year) if record.year else "")
    return ", ".join(filter(None, parts))
