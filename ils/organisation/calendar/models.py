"""Closed days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class ClosedDay(Base):
    """A day a branch does not work, besides its closed weekdays."""

    __tablename__ = "closed_day"
    __table_args__ = (UniqueConstraint("branch_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
