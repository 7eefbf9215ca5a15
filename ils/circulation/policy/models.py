"""Circulation rules as they are stored."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class CirculationRule(Base):
    """Values that hold for a branch, a category of readers, a material, or any of these.

    A value that is ``None`` is decided by a wider rule; the widest is the configuration.
    """

    __tablename__ = "circulation_rule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: Branch, category and material in one text, so that no scope has two rules.
    scope: Mapped[str] = mapped_column(unique=True)
    branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    category: Mapped[str | None]
    material: Mapped[str | None]
    lending: Mapped[str | None]
    loan_days: Mapped[int | None]
    max_loans: Mapped[int | None]
    renewal_days: Mapped[int | None]
    max_renewals: Mapped[int | None]
    max_unseen_renewals: Mapped[int | None]
    max_weeks: Mapped[int | None]
    grace_days: Mapped[int | None]
    max_overdue: Mapped[int | None]
    max_holds: Mapped[int | None]
    hold_days: Mapped[int | None]
