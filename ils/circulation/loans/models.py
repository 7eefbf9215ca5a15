"""Loans."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import REQUIRED, Base, BigId, new_id, one_of
from ils.holdings.items.models import Item
from ils.ledger import Reversible, ServicePlace
from ils.patrons.models import Patron, PatronYear

_open = text("ended_at IS NULL")
_lost = text("ended_by = 'lost'")
_open_of_one_copy = text("ended_at IS NULL AND NOT is_bulk")


class LoanEnd(StrEnum):
    """How a loan came to its end."""

    RETURNED = "returned"
    LOST = "lost"
    UNDONE = "undone"


class Loan(Reversible, Base):
    """A copy in a reader's hands; open until ``ended_at``."""

    __tablename__ = "loan"
    __table_args__ = (
        one_of("ended_by", LoanEnd),
        one_of("place", ServicePlace),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("copies > 0 AND quantity_returned BETWEEN 0 AND copies", name="copies"),
        Index(
            "uq_loan_open_item",
            "item_id",
            unique=True,
            sqlite_where=_open_of_one_copy,
            postgresql_where=_open_of_one_copy,
        ),
        Index(
            "ix_loan_open_patron",
            "patron_id",
            "due",
            "material",
            "copies",
            "quantity_returned",
            "place",
            sqlite_where=_open,
            postgresql_where=_open,
        ),
        Index("ix_loan_item_id_issued_at", "item_id", "issued_at"),
        Index("ix_loan_patron_id_issued_at", "patron_id", "issued_at"),
        Index("ix_loan_lost", "issued_at", sqlite_where=_lost, postgresql_where=_lost),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    patron_year_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron_year.id"))
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    service_point_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("service_point.id"))
    place: Mapped[str] = mapped_column(default=ServicePlace.HOME, server_default="home")
    material: Mapped[str] = mapped_column(default="book", server_default="book")
    #: Copies lent of a group without numbers, and how many of them are back.
    is_bulk: Mapped[bool] = mapped_column(default=False, server_default="0")
    copies: Mapped[int] = mapped_column(default=1, server_default="1")
    quantity_returned: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Who lent it; ``None`` from the command line.
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    issued_at: Mapped[datetime]
    due: Mapped[date]
    renewals: Mapped[int] = mapped_column(default=0)
    #: Of them, without the reader at the desk.
    unseen_renewals: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    item: Mapped[Item] = relationship(innerjoin=REQUIRED)
    patron: Mapped[Patron | None] = relationship()
    patron_year: Mapped[PatronYear] = relationship(innerjoin=REQUIRED)

    @property
    def quantity_out(self) -> int:
        """Copies still in the reader's hands."""
        return 0 if self.ended_at is not None else self.copies - self.quantity_returned

    def unmake(self, at: datetime) -> None:
        """It was never lent."""
        self.ended_at, self.ended_by = at, LoanEnd.UNDONE
