"""What became of copies that readers lost, spoiled, or say they brought back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of
from ils.patrons.models import READERS_WORDS


class LossKind(StrEnum):
    """What is wrong with a copy that was lent."""

    #: The reader says it was brought back; it is looked for, and the loan stays open.
    CLAIMED = "claimed"
    LOST = "lost"
    DAMAGED = "damaged"


class DeclaredBy(StrEnum):
    """How the library was told."""

    DESK = "desk"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    VISIT = "visit"
    SCHOOL = "school"


class Settlement(StrEnum):
    """How a reader made good what was lost or spoiled."""

    REPLACED = "replaced"
    PAID = "paid"
    FORGIVEN = "forgiven"


class LoanLoss(Base):
    """What was said of a loan, and how it was settled; one a loan.

    A copy declared lost at the desk may have none: the loan says so itself.
    """

    __tablename__ = "loan_loss"
    __table_args__ = (
        one_of("kind", LossKind),
        one_of("declared_by", DeclaredBy),
        one_of("settlement", Settlement),
        CheckConstraint("(settlement IS NULL) = (settled_at IS NULL)", name="settled"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    loan_id: Mapped[int] = mapped_column(BigId, ForeignKey("loan.id"), unique=True)
    #: Nobody, once the reader is erased.
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    kind: Mapped[str]
    declared_by: Mapped[str]
    at: Mapped[datetime]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(default="", info=READERS_WORDS)
    settlement: Mapped[str | None]
    #: Number of the cash receipt.
    receipt: Mapped[str] = mapped_column(default="")
    #: In tiyn.
    amount: Mapped[int | None] = mapped_column(BigId)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
