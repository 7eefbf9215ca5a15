"""Campaigns for the return of overdue copies."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class Campaign(Base):
    """Days of the returned book: copies come back without questions and are counted apart."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("first <= last", name="days"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    name: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    #: Ids of the branches that take part; none named: all.
    branches: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: What the desk says to whoever comes: for relatives too, no fines …
    terms: Mapped[str] = mapped_column(default="")
    #: A random tenth of the readers is told a week later, so that it shows whether telling helps.
    compared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: Readers were asked to be told of it.
    announced_at: Mapped[datetime | None]

    @property
    def level(self) -> str:
        """What its notices are known by."""
        return f"{LEVEL}{self.id}"


#: Before the number of a campaign, in the levels of notices.
LEVEL = "campaign-"
