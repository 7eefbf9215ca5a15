"""Copies on their way from branch to branch, the boxes they travel in, copies lent to a branch."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import REQUIRED, Base, BigId, new_id, one_of
from ils.holdings.items.models import Item
from ils.ledger import Reversible

_under_way = text("ended_at IS NULL")


class Shipment(Base):
    """A box from one branch to another: packed by scans, sent, received by scans."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("from_branch_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: What is written on it; counts up within the branch it leaves from.
    number: Mapped[int]
    from_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    to_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None]
    #: When its list was compared with what was in it; what is missing may come later.
    received_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: Copies that were in it and not on its list, by id.
    extra: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")


class Transit(Reversible, Base):
    """A copy on its way from branch to branch: home, or to a reader who waits there."""

    __tablename__ = "transit"
    __table_args__ = (
        Index(
            "uq_transit_open_item",
            "item_id",
            unique=True,
            sqlite_where=_under_way,
            postgresql_where=_under_way,
        ),
        *(
            Index(
                f"ix_transit_open_{end}",
                f"{end}_branch_id",
                sqlite_where=_under_way,
                postgresql_where=_under_way,
            )
            for end in ("from", "to")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    from_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    to_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: The hold it travels for; none: it goes home.
    hold_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("hold.id"))
    shipment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("shipment.id"), index=True)
    sent_at: Mapped[datetime]
    sent_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    #: It ended because nobody finds the copy.
    lost: Mapped[bool] = mapped_column(default=False, server_default="0")

    item: Mapped[Item] = relationship(innerjoin=REQUIRED)

    def unmake(self, at: datetime) -> None:
        """It was never sent."""
        self.ended_at = at


class LoanPurpose(StrEnum):
    """What a branch wants another's copies for."""

    REQUEST = "request"
    SELECTION = "selection"
    EXHIBITION = "exhibition"


class InternalLoanState(StrEnum):
    """How far a copy lent to a branch is."""

    SELECTED = "selected"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    SENT_BACK = "sent_back"
    BACK = "back"
    CANCELLED = "cancelled"


class InternalLoan(Reversible, Base):
    """A copy of one branch lent to another (ВСО), until it is back."""

    __tablename__ = "internal_loan"
    __table_args__ = (
        one_of("purpose", LoanPurpose),
        one_of("state", InternalLoanState),
        Index(
            "uq_internal_loan_open_item",
            "item_id",
            unique=True,
            sqlite_where=_under_way,
            postgresql_where=_under_way,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"), index=True)
    from_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    to_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), index=True)
    purpose: Mapped[str]
    #: The request of a branch it answers, or the hold of a reader.
    request_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("internal_request.id"), index=True
    )
    hold_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("hold.id"))
    state: Mapped[str]
    began_at: Mapped[datetime]
    #: The day it should go back between the branches; the reader's own day is another.
    until: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship(innerjoin=REQUIRED)

    def unmake(self, at: datetime) -> None:
        """It was never lent."""
        self.state, self.ended_at = InternalLoanState.CANCELLED, at
