"""Items: physical copies, and groups of copies without numbers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.db import REQUIRED, Base, BigId, new_id, one_of
from ils.ledger import Reversible


class ItemStatus(StrEnum):
    """Where a copy is in its life."""

    IN_PROCESSING = "in_processing"
    AVAILABLE = "available"
    ON_LOAN = "on_loan"
    ON_HOLD_SHELF = "on_hold_shelf"
    IN_TRANSIT = "in_transit"
    IN_REPAIR = "in_repair"
    MISSING = "missing"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


_torn = text("status = 'in_repair'")
_unlabelled = text("labelled_at IS NULL")


class Item(Reversible, Base):
    """One copy, or a group of ``copies`` without inventory numbers."""

    __tablename__ = "item"
    __table_args__ = (
        one_of("status", ItemStatus),
        CheckConstraint("copies > 0", name="copies"),
        Index("ix_item_in_repair", "owner_branch_id", sqlite_where=_torn, postgresql_where=_torn),
        Index(
            "ix_item_unlabelled",
            "owner_branch_id",
            sqlite_where=_unlabelled,
            postgresql_where=_unlabelled,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    #: Never reused; ``None`` for a group, or where a source gave one number twice.
    inventory_number: Mapped[str | None] = mapped_column(unique=True)
    barcode: Mapped[str | None] = mapped_column(unique=True)
    copies: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(default=ItemStatus.AVAILABLE)
    owner_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: Where the copy is, or was seen last.
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: Where it should stand until a day, or until it is called back: a selection, an exhibition.
    #: Set by internal loans, which hold the branch by a key of their own; none: with its owner.
    assigned_branch_id: Mapped[int | None] = mapped_column(BigId)
    assigned_until: Mapped[date | None]
    location: Mapped[str] = mapped_column(default="")
    shelf_mark: Mapped[str] = mapped_column(default="")
    #: How it looks: what is torn, missing, bound anew.
    condition: Mapped[str] = mapped_column(default="", server_default="")
    #: In tiyn.
    price: Mapped[int | None] = mapped_column(BigId)
    ksu: Mapped[str] = mapped_column(default="")
    withdrawal_act: Mapped[str] = mapped_column(default="")
    #: Numbers the source gives this copy although another copy has them.
    disputed_numbers: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: When its label was printed; none: the label of today's barcode is still to come.
    labelled_at: Mapped[datetime | None]
    #: When the label of its spine was printed; none: that of today's shelf mark is to come.
    spine_labelled_at: Mapped[datetime | None]
    #: Of a periodical: which issue or year it is: 2026, 2026 № 3.
    part: Mapped[str] = mapped_column(default="", server_default="")

    record: Mapped[BibliographicRecord] = relationship(lazy="joined", innerjoin=REQUIRED)

    @property
    def number(self) -> str:
        """What a person calls the copy: its inventory number, else its barcode."""
        return self.inventory_number or self.barcode or ""

    def home(self, day: date) -> int:
        """The branch where it should stand on a day."""
        if self.assigned_branch_id is None:
            return self.owner_branch_id
        over = self.assigned_until is not None and day > self.assigned_until
        return self.owner_branch_id if over else self.assigned_branch_id

    def unmake(self, at: datetime) -> None:
        """It was described in haste and is none; its number is free again."""
        del at
        self.status, self.inventory_number, self.barcode = ItemStatus.WITHDRAWN, None, None
