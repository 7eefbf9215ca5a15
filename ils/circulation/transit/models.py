"""Copies on their way from branch to branch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import Base, BigId, new_id
from ils.holdings.items.models import Item
from ils.ledger import Reversible

_under_way = text("ended_at IS NULL")


class Transit(Reversible, Base):
    """A copy on its way from branch to branch: home, or to a reader who waits there."""

    __tablename__ = "transit"
    __table_args__ = (
        Index(
            "uq_transit_open_item",
            "item_id",
            unique=True,
            sqlite_where=_under_way,
            postgresql_where=_under_way,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    from_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    to_branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), index=True)
    #: The hold it travels for; none: it goes home.
    hold_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("hold.id"))
    sent_at: Mapped[datetime]
    sent_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()

    def unmake(self, at: datetime) -> None:
        """It was never sent."""
        self.ended_at = at
