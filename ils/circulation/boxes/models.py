"""Boxes of books that go out to a service point and come back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import REQUIRED, Base, BigId, new_id
from ils.holdings.items.models import Item
from ils.organisation.branches.models import ServicePoint

_inside = text("out_at IS NULL")


class Box(Base):
    """Books packed for a service point; sent out, brought back, unpacked."""

    __tablename__ = "box"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: What is written on it; counts up within a branch.
    number: Mapped[int]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), index=True)
    service_point_id: Mapped[int] = mapped_column(BigId, ForeignKey("service_point.id"))
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    #: When it was unpacked: what is not back by then is on loan or missing.
    closed_at: Mapped[datetime | None]

    point: Mapped[ServicePoint] = relationship(innerjoin=REQUIRED)


class BoxItem(Base):
    """A copy in a box, until it is taken out."""

    __tablename__ = "box_item"
    __table_args__ = (
        Index(
            "uq_box_item_inside",
            "item_id",
            unique=True,
            sqlite_where=_inside,
            postgresql_where=_inside,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    box_id: Mapped[int] = mapped_column(BigId, ForeignKey("box.id"), index=True)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    put_at: Mapped[datetime]
    #: Back at the branch, or given up when the box was closed.
    out_at: Mapped[datetime | None]
    #: It was seen again.
    back: Mapped[bool] = mapped_column(default=False)

    item: Mapped[Item] = relationship(innerjoin=REQUIRED)
