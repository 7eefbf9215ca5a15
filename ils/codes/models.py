"""The one table of codes: cards, barcodes, inventory numbers, and those of before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of

_undisputed = text("NOT disputed")


class CodeKind(StrEnum):
    """What a code is; where two things have one code, the desk asks in this order."""

    CARD = "card"
    BARCODE = "barcode"
    INVENTORY_NUMBER = "inventory_number"
    FORMER_CARD = "former_card"
    FORMER_BARCODE = "former_barcode"

    @property
    def former(self) -> bool:
        """Whether it was replaced by another."""
        return self in {CodeKind.FORMER_CARD, CodeKind.FORMER_BARCODE}


class Code(Base):
    """A code of one reader or one copy."""

    __tablename__ = "code"
    __table_args__ = (
        one_of("kind", CodeKind),
        CheckConstraint("(patron_id IS NULL) <> (item_id IS NULL)", name="one_owner"),
        Index("ix_code_folded", "folded"),
        Index(
            "ix_code_disputed",
            "folded",
            sqlite_where=text("disputed = 1"),
            postgresql_where=text("disputed"),
        ),
        Index(
            "uq_code_folded",
            "folded",
            unique=True,
            sqlite_where=_undisputed,
            postgresql_where=_undisputed,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: As codes are compared, see `rules.folded`.
    folded: Mapped[str]
    written: Mapped[str]
    kind: Mapped[str]
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"), index=True)
    #: It came by an import although another has it.
    disputed: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: When, why and by whom a former code was replaced.
    replaced_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
