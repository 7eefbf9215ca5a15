"""What was searched for in vain."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class SearchMiss(Base):
    """How often words found nothing in a month; of whom or when is not kept."""

    __tablename__ = "search_miss"
    __table_args__ = (UniqueConstraint("month", "text", "language", "branch_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: Its first day.
    month: Mapped[date]
    #: Folded: forms of writing are one.
    text: Mapped[str]
    #: Of the page.
    language: Mapped[str]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    count: Mapped[int] = mapped_column(default=1)
