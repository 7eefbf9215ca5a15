"""Events."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of


class EventMode(StrEnum):
    """Where people take part in an event."""

    ONSITE = "onsite"
    OFFSITE = "offsite"
    ONLINE = "online"


class Event(Base):
    """A library event. Its figures are entries; changing it reverses them and writes new ones."""

    __tablename__ = "event"
    __table_args__ = (one_of("mode", EventMode),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    day: Mapped[date] = mapped_column(index=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    title: Mapped[str]
    #: A code of the library's list ``event_forms``.
    form: Mapped[str]
    mode: Mapped[str] = mapped_column(default=EventMode.ONSITE)
    audience: Mapped[str] = mapped_column(default="")
    project: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    participants: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    shown_kk: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    issued_kk: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[bool] = mapped_column(default=False)
    #: The entries that count it now.
    entries: Mapped[list[int]] = mapped_column(JSON, default=list)
