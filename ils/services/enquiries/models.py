"""References, unmet requests, suggestions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.catalog.models import FOLLOWS_RECORD
from ils.db import Base, BigId, new_id, one_of
from ils.patrons.models import READERS_WORDS, SHARES_WORDS


class EnquiryType(StrEnum):
    """What a reader asked for: a reference of one of four types (R12.01), or a service."""

    THEMATIC = "thematic"
    ADDRESS = "address"
    VERIFYING = "verifying"
    FACTUAL = "factual"
    CONSULTATION = "consultation"
    DELIVERY = "delivery"
    COPY = "copy"


class UnmetReason(StrEnum):
    """Why a reader went without."""

    ABSENT = "absent"
    ALL_ON_LOAN = "all_on_loan"
    WITHDRAWN = "withdrawn"
    NO_SUCH_LANGUAGE = "no_such_language"
    OTHER = "other"


class SuggestionStatus(StrEnum):
    """What acquisition makes of a suggestion."""

    NEW = "new"
    ORDERED = "ordered"
    DECLINED = "declined"


class Enquiry(Base):
    """A reference, a consultation, a delivery of a document, a copy made."""

    __tablename__ = "enquiry"
    __table_args__ = (one_of("type", EnquiryType),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    day: Mapped[date] = mapped_column(index=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    type: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    subject_area: Mapped[str | None]
    question: Mapped[str] = mapped_column(info=READERS_WORDS)
    answer: Mapped[str] = mapped_column(default="", info=READERS_WORDS)
    pages: Mapped[int | None]
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("ledger.id"))
    undone_at: Mapped[datetime | None]


class ReaderQuestion(Base):
    """A reader asks on the site; once answered it is an `Enquiry` too."""

    __tablename__ = "reader_question"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    day: Mapped[date]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    #: What a part is wanted of, by electronic delivery.
    record_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    language: Mapped[str]
    question: Mapped[str] = mapped_column(info=READERS_WORDS)
    answer: Mapped[str] = mapped_column(default="", info=READERS_WORDS)
    answered_at: Mapped[datetime | None]
    enquiry_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("enquiry.id"), info=SHARES_WORDS
    )


class UnmetRequest(Base):
    """A reader asked for something and went without."""

    __tablename__ = "unmet_request"
    __table_args__ = (one_of("reason", UnmetReason),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    day: Mapped[date] = mapped_column(index=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    reason: Mapped[str]
    what: Mapped[str]
    #: What was asked, as it is ranked: without case, signs and letters of another alphabet.
    search_key: Mapped[str] = mapped_column(index=True)
    record_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("ledger.id"))
    undone_at: Mapped[datetime | None]


class PurchaseSuggestion(Base):
    """Somebody asks the library to buy something."""

    __tablename__ = "purchase_suggestion"
    __table_args__ = (one_of("status", SuggestionStatus),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    day: Mapped[date]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: The reader who suggested it on the site.
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    what: Mapped[str]
    search_key: Mapped[str] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="", info=READERS_WORDS)
    status: Mapped[str] = mapped_column(default=SuggestionStatus.NEW)
