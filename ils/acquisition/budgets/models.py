"""Articles of the budget."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class BudgetArticle(Base):
    """Money for something, in a year or a quarter of it, for the system or a branch."""

    __tablename__ = "budget_article"
    __table_args__ = (
        UniqueConstraint("year", "quarter", "name", "branch_id"),
        CheckConstraint("quarter BETWEEN 0 AND 4", name="quarter"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    year: Mapped[int]
    #: 0: the whole year.
    quarter: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    #: In tiyn; what was left of it after the tender, where there was one.
    allocated: Mapped[int] = mapped_column(BigId)
    after_tender: Mapped[int | None] = mapped_column(BigId)

    @property
    def available(self) -> int:
        """What may be spent in all, in tiyn."""
        return self.allocated if self.after_tender is None else self.after_tender
