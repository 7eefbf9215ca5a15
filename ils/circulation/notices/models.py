"""What readers are to be told of a loan, by which way, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of

_planned = text("state = 'planned'")


class NoticeChannel(StrEnum):
    """The way a reader is told."""

    EMAIL = "email"
    SMS = "sms"
    #: No address a message could go to: somebody calls on the reader, or on the school.
    VISIT = "visit"
    SCHOOL = "school"


class NoticeState(StrEnum):
    """How far a notice is."""

    PLANNED = "planned"
    SENT = "sent"
    #: It went to whoever tests, or nowhere.
    TESTED = "tested"
    CANCELLED = "cancelled"
    FAILED = "failed"
    #: Nothing leaves by itself: it waits on the list of visits or of schools.
    BY_HAND = "by_hand"


class NoticeReason(StrEnum):
    """Why a notice was not sent."""

    RETURNED = "returned"
    RENEWED = "renewed"
    LOST = "lost"
    UNDONE = "undone"
    #: The reader says it was brought back.
    CLAIMED = "claimed"
    #: A later level took its place.
    SUPERSEDED = "superseded"
    SWITCHED_OFF = "switched_off"
    #: There is no address any more, and nobody calls for what is not late.
    NO_ADDRESS = "no_address"
    #: The branch was closed until the day had come, or the campaign was over.
    TOO_LATE = "too_late"
    #: Nobody knows whether it left: the computer stopped in that moment.
    UNKNOWN = "unknown"
    #: It was tried for two days.
    NOT_TAKEN = "not_taken"


class Notice(Base):
    """A reader is told of a loan at a level: once for each day it was due on.

    A renewal gives the loan another day, and so begins anew.
    """

    __tablename__ = "notice"
    __table_args__ = (
        one_of("channel", NoticeChannel),
        one_of("state", NoticeState),
        one_of("reason", NoticeReason),
        UniqueConstraint("loan_id", "due", "level", "channel"),
        Index(
            "ix_notice_planned", "patron_id",
            sqlite_where=_planned, postgresql_where=_planned,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    loan_id: Mapped[int] = mapped_column(BigId, ForeignKey("loan.id"))
    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    due: Mapped[date]
    #: See `config/notices.toml`.
    level: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    planned_at: Mapped[datetime]
    #: It is not sent before that day.
    not_before: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    #: The message it left with, while that is kept.
    message_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("outbox_message.id", ondelete="SET NULL")
    )
