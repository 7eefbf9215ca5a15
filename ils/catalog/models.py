"""Bibliographic and authority records: the MARC is the truth, the columns follow from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ils.catalog.marc.record import Dialect, MarcRecord
from ils.db import Base, BigId, new_id, one_of
from ils.ledger import Material


class _Described:
    """What both kinds of records keep."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id, sort_order=-1)
    dialect: Mapped[str]
    #: The record itself, as `MarcRecord.dump` writes it. Not read for lists.
    marc: Mapped[str] = mapped_column(deferred=True)
    #: Fingerprint of the source and its ordinal among equals in one file: a second
    #: import of the same file finds it here and changes nothing.
    import_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]

    def marc_record(self) -> MarcRecord:
        """The record with its fields."""
        return MarcRecord.load(self.marc)


class BibliographicRecord(_Described, Base):
    """A document as the catalogue describes it."""

    __tablename__ = "record"
    __table_args__ = (
        one_of("dialect", Dialect),
        one_of("material", Material),
        Index("ix_record_isbn", "isbn"),
    )

    catalogue: Mapped[str]
    material: Mapped[str]
    title: Mapped[str]
    authors: Mapped[str]
    year: Mapped[int | None]
    language: Mapped[str | None]
    division: Mapped[str | None]
    isbn: Mapped[str | None]
    issn: Mapped[str | None]
    #: Made at the desk for a book in hand; a cataloguer completes it.
    provisional: Mapped[bool] = mapped_column(default=False)
    #: Title and authors as the plain search compares them.
    search_text: Mapped[str] = mapped_column(deferred=True)


class AuthorityRecord(_Described, Base):
    """A heading of a person, body, subject or place, with its references."""

    __tablename__ = "authority"
    __table_args__ = (one_of("dialect", Dialect),)

    heading: Mapped[str]
