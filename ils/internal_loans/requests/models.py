"""Requests of branches."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.circulation.transit.models import LoanPurpose
from ils.db import Base, BigId, new_id, one_of


class RequestState(StrEnum):
    """How far a request is; why it was refused is a reason, not a state."""

    REQUESTED = "requested"
    FILLED = "filled"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class InternalRequest(Base):
    """What a branch asks for: a document, a selection on a topic, books for an exhibition."""

    __tablename__ = "internal_request"
    __table_args__ = (
        one_of("purpose", LoanPurpose),
        one_of("state", RequestState),
        CheckConstraint("copies > 0", name="copies"),
        CheckConstraint("record_id IS NOT NULL OR topic <> ''", name="asked"),
        Index("ix_internal_request_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    purpose: Mapped[str]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    record_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("record.id"), info=FOLLOWS_RECORD
    )
    topic: Mapped[str] = mapped_column(default="")
    copies: Mapped[int] = mapped_column(default=1)
    #: For whom: a category of readers; empty: for everybody.
    audience: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=RequestState.REQUESTED)
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]

    record: Mapped[BibliographicRecord | None] = relationship(lazy="joined")
