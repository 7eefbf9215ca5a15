"""Due dates that were moved on together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class MovedDueDates(Base):
    """All loans of a branch due on one day got another, until that is taken back."""

    __tablename__ = "moved_due_dates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: The day the branch is closed, and the next it works.
    day: Mapped[date]
    to_day: Mapped[date]
    #: Ids of the loans.
    loans: Mapped[list[Any]] = mapped_column(JSON)
    moved_at: Mapped[datetime]
    moved_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))

    @property
    def number(self) -> int:
        """How many loans."""
        return len(self.loans)
