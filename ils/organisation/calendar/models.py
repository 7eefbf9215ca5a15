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
    #: A holiday has its name in both languages: ``Наурыз мейрамы / Наурыз``.
    reason: Mapped[str] = mapped_column(default="")

    def said(self, language: str) -> str:
        """The reason in the viewer's language, where it is known in two."""
        kk, _, other = self.reason.partition(" / ")
        return kk if language == "kk" else other or kk
