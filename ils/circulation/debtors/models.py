"""What was done about overdue copies, reader by reader."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of
from ils.patrons.models import READERS_WORDS


class DebtChannel(StrEnum):
    """By which way a debtor is spoken to."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    SCHOOL = "school"
    VOLUNTEER = "volunteer"


class DebtResult(StrEnum):
    """What came of it."""

    #: A message was opened in a program that tells nobody whether it left.
    OPENED = "opened"
    SENT = "sent"
    REACHED = "reached"
    PROMISED = "promised"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    REFUSED = "refused"


class DebtContact(Base):
    """A debtor was spoken to, or somebody tried."""

    __tablename__ = "debt_contact"
    __table_args__ = (one_of("channel", DebtChannel), one_of("result", DebtResult))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    at: Mapped[datetime]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    channel: Mapped[str]
    result: Mapped[str]
    promised_until: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="", info=READERS_WORDS)
    #: The entry that counts it, if it was the first of the month that reached the reader.
    entry_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ledger.id"))
