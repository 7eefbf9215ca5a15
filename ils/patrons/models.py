"""Readers: their cards, registrations by year, blocks, consent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of

_standing = text("NOT taken_back")
#: Marks columns of what a reader wrote: it goes with the reader, though the row may stay.
READERS_WORDS = {"readers": "words"}
#: Marks columns that name a row which says the same words.
SHARES_WORDS = {"readers": "shared"}


class ContactChannel(StrEnum):
    """How a reader wants to be reached."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"


class Disability(StrEnum):
    """Kinds of disability that reports of libraries tell apart."""

    SIGHT = "sight"
    HEARING = "hearing"
    SPEECH = "speech"
    MOVEMENT = "movement"
    OTHER = "other"


_pupil = text("grade IS NOT NULL")
_wrong_phone = text("phone != '' AND phone_number = ''")
_dependant = text("guardian_id IS NOT NULL")


class Patron(Base):
    """A reader. One card for the whole system."""

    __tablename__ = "patron"
    __table_args__ = (
        CheckConstraint("sex IN ('f', 'm')", name="sex"),
        one_of("channel", ContactChannel),
        one_of("disability", Disability),
        Index("ix_patron_surname_given_name", "surname", "given_name", "id"),
        Index(
            "ix_patron_grade", "grade", "grade_year", sqlite_where=_pupil, postgresql_where=_pupil
        ),
        Index(
            "ix_patron_wrong_phone",
            "surname",
            "id",
            sqlite_where=_wrong_phone,
            postgresql_where=_wrong_phone,
        ),
        Index(
            "ix_patron_home_delivery",
            "branch_id",
            sqlite_where=text("home_delivery = 1"),
            postgresql_where=text("home_delivery"),
        ),
        Index(
            "ix_patron_guardian_id",
            "guardian_id",
            sqlite_where=_dependant,
            postgresql_where=_dependant,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    card: Mapped[str] = mapped_column(unique=True)
    surname: Mapped[str]
    given_name: Mapped[str]
    patronymic: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[date] = mapped_column(index=True)
    sex: Mapped[str | None]
    #: A code of the library's tree of categories; the deepest that is known.
    category: Mapped[str]
    language: Mapped[str] = mapped_column(default="ru")
    phone: Mapped[str] = mapped_column(default="")
    #: The phone as it is dialled; empty: it is none.
    phone_number: Mapped[str] = mapped_column(default="", server_default="", index=True)
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    channel: Mapped[str] = mapped_column(default=ContactChannel.PHONE, server_default="phone")
    school: Mapped[str] = mapped_column(default="", server_default="")
    grade: Mapped[int | None]
    #: The school year (of its September) the grade is of.
    grade_year: Mapped[int | None]
    workplace: Mapped[str] = mapped_column(default="", server_default="")
    disability: Mapped[str | None]
    home_delivery: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: What a reader at home likes to be brought.
    wishes: Mapped[str] = mapped_column(default="", server_default="")
    notes: Mapped[str] = mapped_column(default="", server_default="")
    #: Who answers for a child; that reader's dependants are one family.
    guardian_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    #: The same, of a guardian who is no reader.
    guardian_name: Mapped[str] = mapped_column(default="", server_default="")
    guardian_phone: Mapped[str] = mapped_column(default="", server_default="")
    #: When the reader agreed to the processing of personal data (Law 94-V).
    consent_at: Mapped[datetime | None]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    created_at: Mapped[datetime]
    #: The reader's id in the system an import came from.
    import_key: Mapped[str | None] = mapped_column(index=True, unique=True)
    #: Hash of what the reader signs in to the site with; empty: nobody can.
    site_password: Mapped[str] = mapped_column(default="", server_default="")
    #: It is a code of the library, good until then to set a password.
    site_code_until: Mapped[datetime | None]
    #: Grows with each password: sign-ins of before are void.
    site_version: Mapped[int] = mapped_column(default=0, server_default="0")
    #: No letters of topics, of one's own or of a group.
    topics_off: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: Nobody tells the reader of loans by itself.
    notices_off: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: Since then the reader keeps a list of what was read.
    history_since: Mapped[datetime | None]
    #: The names as the search compares them.
    search_text: Mapped[str]

    @property
    def name(self) -> str:
        """Surname and given names."""
        return " ".join(filter(None, (self.surname, self.given_name, self.patronymic)))


class PatronYear(Base):
    """A reader in a calendar year; what statistics know of a person.

    Frozen at (re-)registration; stays when ``patron_id`` is taken away.
    """

    __tablename__ = "patron_year"
    __table_args__ = (
        Index(
            "uq_patron_year_standing",
            "patron_id",
            "year",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        Index("ix_patron_year_patron_id", "patron_id"),
        Index("ix_patron_year_year_branch_id", "year", "branch_id", "taken_back", "patron_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"))
    year: Mapped[int]
    category: Mapped[str]
    birth_year: Mapped[int]
    sex: Mapped[str | None]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    registered_at: Mapped[datetime]
    #: It was a mistake, or the reader was registered twice: it is no registration any more.
    taken_back: Mapped[bool] = mapped_column(default=False, server_default="0")


class PatronMerge(Base):
    """Two readers who were one person: what moved, so that it can be taken apart again."""

    __tablename__ = "patron_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    kept_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    #: The columns of the reader who is no more, as `db.plain` makes them.
    dropped: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Column of the kept reader → [before, after].
    changed: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: ``table.column`` → ids of the rows that named the other reader.
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    #: Ids of the registrations that were counted twice.
    doubled: Mapped[list[int]] = mapped_column(JSON)
    #: Pairs of entries: the reversed one, and the one that stands for it, if any.
    corrected: Mapped[list[list[int | None]]] = mapped_column(JSON)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class PatronBlock(Base):
    """A reader to whom nothing is lent, until a day or until somebody lifts it."""

    __tablename__ = "patron_block"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    reason: Mapped[str]
    #: The last day of the block; ``None``: until it is lifted.
    until: Mapped[date | None]
    placed_at: Mapped[datetime]
    placed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class ConsentRecord(Base):
    """When a reader agreed to the processing of personal data, or took it back (Law 94-V)."""

    __tablename__ = "consent_record"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    given: Mapped[bool]
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class PatronPhoto(Base):
    """A reader's photo: a small JPEG, made by us of what was given."""

    __tablename__ = "patron_photo"

    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("stored_file.id"))
