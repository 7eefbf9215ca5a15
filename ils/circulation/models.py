"""Patrons, their registrations by year, and loans."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import Base, BigId, new_id, one_of
from ils.holdings.models import Item


class LoanEnd(StrEnum):
    """How a loan came to its end."""

    RETURNED = "returned"
    UNDONE = "undone"


class Patron(Base):
    """A reader. One card for the whole system."""

    __tablename__ = "patron"
    __table_args__ = (CheckConstraint("sex IN ('f', 'm')", name="sex"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    card: Mapped[str] = mapped_column(unique=True)
    surname: Mapped[str]
    given_name: Mapped[str]
    patronymic: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[date]
    sex: Mapped[str | None]
    category: Mapped[str]
    language: Mapped[str] = mapped_column(default="ru")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    #: When the reader agreed to the processing of personal data (Law 94-V).
    consent_at: Mapped[datetime | None]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    created_at: Mapped[datetime]
    #: The names as the search compares them.
    search_text: Mapped[str]

    @property
    def name(self) -> str:
        """Surname and given names."""
        return " ".join(filter(None, (self.surname, self.given_name, self.patronymic)))


class PatronYear(Base):
    """A reader in a calendar year; what statistics know of a person.

    Frozen at (re-)registration; stays when ``patron_id`` is taken away.
    """

    __tablename__ = "patron_year"
    __table_args__ = (UniqueConstraint("patron_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    year: Mapped[int]
    category: Mapped[str]
    birth_year: Mapped[int]
    sex: Mapped[str | None]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    registered_at: Mapped[datetime]


class Loan(Base):
    """A copy in a reader's hands; open until ``ended_at``."""

    __tablename__ = "loan"
    __table_args__ = (
        one_of("ended_by", LoanEnd),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index(
            "uq_loan_open_item",
            "item_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_loan_open_patron",
            "patron_id",
            "due",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_loan_item_id_issued_at", "item_id", "issued_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    patron_year_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron_year.id"))
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: Who lent it; ``None`` from the command line.
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    issued_at: Mapped[datetime]
    due: Mapped[date]
    renewals: Mapped[int] = mapped_column(default=0)
    #: The due day before the last renewal, while that can be undone.
    due_before: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    item: Mapped[Item] = relationship()
    patron: Mapped[Patron | None] = relationship()
    patron_year: Mapped[PatronYear] = relationship()
