"""Holds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.db import REQUIRED, Base, BigId, new_id, one_of, written
from ils.holdings.items.models import Item
from ils.ledger import Reversible
from ils.patrons.models import Patron

_open = text("status IN ('waiting', 'in_transit', 'on_shelf')")


class HoldStatus(StrEnum):
    """How far a hold is."""

    WAITING = "waiting"
    IN_TRANSIT = "in_transit"
    ON_SHELF = "on_shelf"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def open(self) -> bool:
        """Whether the reader still waits."""
        return self in {HoldStatus.WAITING, HoldStatus.IN_TRANSIT, HoldStatus.ON_SHELF}


class Hold(Reversible, Base):
    """A reader waits for a document, or for one copy of it, at a branch, in their order."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("status", HoldStatus),
        Index(
            "ix_hold_open_record",
            "record_id",
            "status",
            "id",
            sqlite_where=_open,
            postgresql_where=_open,
        ),
        Index("ix_hold_patron_id", "patron_id", "status"),
        Index(
            "ix_hold_open_branch",
            "branch_id",
            "status",
            "id",
            sqlite_where=_open,
            postgresql_where=_open,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), info=FOLLOWS_RECORD)
    #: The one copy the reader asked for; ``None``: any.
    wanted_item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"))
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    status: Mapped[str] = mapped_column(default=HoldStatus.WAITING)
    #: The copy that was set aside.
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"), index=True)
    placed_at: Mapped[datetime]
    #: Stands for the id in the order of readers, where somebody changed it.
    rank: Mapped[int | None] = mapped_column(BigId)
    #: Until then the reader is away: the place is kept, and nothing is set aside.
    paused_until: Mapped[date | None]
    #: The last day the copy stands on the hold shelf.
    shelf_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    patron: Mapped[Patron | None] = relationship()
    record: Mapped[BibliographicRecord] = relationship(innerjoin=REQUIRED)
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id])

    @property
    def order(self) -> int:
        """What the order of readers goes by."""
        return self.id if self.rank is None else self.rank

    def paused(self, day: date) -> bool:
        """Whether the reader is away on a day and nothing is to be set aside."""
        return self.paused_until is not None and day <= self.paused_until

    def unmake(self, at: datetime) -> None:
        """The reader did not ask for it."""
        self.status, self.ended_at = HoldStatus.CANCELLED, at


OPEN = tuple(status for status in HoldStatus if status.open)
#: The reader still waits; the condition of the indexes above.
IS_OPEN = Hold.status.in_(written(OPEN))


#: What the order of readers goes by: `Hold.order` as a statement says it.
ORDER = func.coalesce(Hold.rank, Hold.id)
