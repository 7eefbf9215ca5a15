"""The volumes of which sets are made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.catalog.models import FOLLOWS_RECORD
from ils.db import Base, BigId, new_id


class SetVolume(Base):
    """A volume a set has, whether the library has it or not."""

    __tablename__ = "set_volume"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    #: As copies carry it: 3.
    number: Mapped[str]
    position: Mapped[int]
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
