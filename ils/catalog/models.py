"""Bibliographic and authority records: the MARC is the truth, the columns follow from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of
from ils.ledger import Material
from ils.marc.record import Dialect, MarcRecord

#: Marks columns of what hangs on a record and goes with it into the record it is merged into.
FOLLOWS_RECORD = {"follows": "record"}


class RecordState(StrEnum):
    """Whether a record is in the catalogue. Deleted and merged ones stay, hidden."""

    ACTIVE = "active"
    DELETED = "deleted"
    MERGED = "merged"


class RevisionCause(StrEnum):
    """What made a version of a record."""

    IMPORTED = "imported"
    ADDED = "added"
    EDITED = "edited"
    BATCH = "batch"
    HEADING = "heading"
    MERGED = "merged"
    SEPARATED = "separated"
    RESTORED = "restored"
    DELETED = "deleted"
    UNDELETED = "undeleted"


class AuthorityKind(StrEnum):
    """What a heading names."""

    PERSON = "person"
    BODY = "body"
    SUBJECT = "subject"
    PLACE = "place"
    SERIES = "series"
    TITLE = "title"
    GENRE = "genre"


class FormRelation(StrEnum):
    """How a form of a name stands to the heading (UNIMARC/A 2XX, 4XX, 5XX, 7XX)."""

    HEADING = "heading"
    SEE = "see"
    SEE_ALSO = "see_also"
    PARALLEL = "parallel"


class RecordColumns:
    """What both kinds of records keep."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id, sort_order=-1)
    #: What it came in as; it is kept in UNIMARC all the same.
    dialect: Mapped[str] = mapped_column(default=Dialect.UNIMARC)
    #: The record itself in UNIMARC, as `MarcRecord.dump` writes it. Not read for lists.
    marc: Mapped[str] = mapped_column(deferred=True)
    #: Field 001.
    control_number: Mapped[str] = mapped_column(index=True)
    #: Whose number that is (003, 801, or as said at the import); empty for records made here.
    agency: Mapped[str] = mapped_column(default="")
    #: What other records link to: agency and number, see `links.link_key`.
    link_key: Mapped[str] = mapped_column(index=True)
    #: Agency and 001 of the source, or the fingerprint, and the ordinal among equals of a file.
    import_key: Mapped[str | None] = mapped_column(unique=True)
    #: Of the content that came in last: tells a changed record from an unchanged one.
    fingerprint: Mapped[str | None]
    #: The revision that the last import made; a later one was made here.
    imported_revision: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=RecordState.ACTIVE)
    revision: Mapped[int] = mapped_column(default=1)
    cause: Mapped[str] = mapped_column(default=RevisionCause.ADDED)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # A number of staff; SQLite can neither add a foreign key to a table in use nor drop it.
    changed_by: Mapped[int | None] = mapped_column(BigId)

    #: Grows with each change of any record: what follows the catalogue asks for all after one.
    change_number: Mapped[int] = mapped_column(BigId, default=new_id, index=True)

    def marc_record(self) -> MarcRecord:
        """The record with its fields."""
        return MarcRecord.load(self.marc)

    @property
    def active(self) -> bool:
        """Whether it is in the catalogue."""
        return self.state == RecordState.ACTIVE


_merged = text("merged_into_id IS NOT NULL")


class BibliographicRecord(RecordColumns, Base):
    """A document as the catalogue describes it."""

    __tablename__ = "record"
    __table_args__ = (
        one_of("dialect", Dialect),
        one_of("material", Material),
        one_of("state", RecordState),
        one_of("cause", RevisionCause),
        Index("ix_record_issn", "issn"),
        Index("ix_record_match_key", "match_key"),
        Index("ix_record_state_worksheet", "state", "worksheet"),
        Index(
            "ix_record_merged_into_id",
            "merged_into_id",
            sqlite_where=_merged,
            postgresql_where=_merged,
        ),
        Index(
            "ix_record_provisional",
            "state",
            sqlite_where=text("provisional = 1"),
            postgresql_where=text("provisional"),
        ),
    )

    catalogue: Mapped[str]
    #: The branch that described it.
    branch_id: Mapped[int | None] = mapped_column(BigId)
    worksheet: Mapped[str]
    material: Mapped[str]
    title: Mapped[str]
    authors: Mapped[str]
    year: Mapped[int | None]
    language: Mapped[str | None]
    subject_area: Mapped[str | None]
    isbn: Mapped[str | None]
    issn: Mapped[str | None]
    local_history: Mapped[bool] = mapped_column(default=False)
    #: Title, author, year and extent, normalised: equal for two descriptions of one document.
    match_key: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(BigId)
    #: Made at the desk for a book in hand; a cataloguer completes it.
    provisional: Mapped[bool] = mapped_column(default=False)
    #: Title and authors as the plain search compares them.
    search_text: Mapped[str] = mapped_column(deferred=True)


class AuthorityRecord(RecordColumns, Base):
    """A heading of a person, body, subject or place, with its references."""

    __tablename__ = "authority"
    __table_args__ = (
        one_of("dialect", Dialect),
        one_of("kind", AuthorityKind),
        one_of("state", RecordState),
        one_of("cause", RevisionCause),
    )

    kind: Mapped[str]
    heading: Mapped[str]
    #: The heading that stands for this one now.
    merged_into_id: Mapped[int | None] = mapped_column(BigId)


class AuthorityForm(Base):
    """One form of a name: what is suggested while typing, in any script."""

    __tablename__ = "authority_form"
    __table_args__ = (
        one_of("relation", FormRelation),
        Index("ix_authority_form_search_key", "search_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    authority_id: Mapped[int] = mapped_column(BigId, ForeignKey("authority.id"), index=True)
    relation: Mapped[str]
    form: Mapped[str]
    language: Mapped[str | None]
    search_key: Mapped[str]


class RecordLink(Base):
    """A record names another by its 001: a heading in ``$3``, a host or set in 4XX ``$1001``.

    ``target`` is the other's `link_key`: one number of two libraries is two records.
    """

    __tablename__ = "record_link"
    __table_args__ = (Index("ix_record_link_target", "relation", "target"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), index=True)
    tag: Mapped[str]
    #: ``heading`` or ``host``.
    relation: Mapped[str]
    target: Mapped[str]

    @property
    def shown(self) -> str:
        """The target as people read it: the number, and whose it is."""
        agency, _, number = self.target.partition("|")
        return f"{number} ({agency})" if agency else number


class RecordIsbn(Base):
    """One of the ISBNs of a record, as thirteen digits: a book may have several."""

    __tablename__ = "record_isbn"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), index=True)
    isbn: Mapped[str] = mapped_column(index=True)


class Revision(Base):
    """A version that was replaced: of a bibliographic or authority record, whose id is told."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("subject_id", "number"), one_of("cause", RevisionCause))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    subject_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    marc: Mapped[str] = mapped_column(deferred=True)
    catalogue: Mapped[str | None]
    state: Mapped[str]
    cause: Mapped[str]
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class NotDuplicate(Base):
    """Two records a cataloguer looked at and found different; the smaller id first."""

    __tablename__ = "not_duplicate"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    one_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class Merge(Base):
    """Two records made one: what moved, so that it can be taken apart again."""

    __tablename__ = "record_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    kept_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), index=True)
    dropped_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), index=True)
    #: The revision of the kept record before and after.
    before: Mapped[int]
    after: Mapped[int]
    #: Ids of copies, and of records whose links, moved.
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]


class BatchEdit(Base):
    """One change made in many records, and which revision it made in each."""

    __tablename__ = "batch_edit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    query: Mapped[str]
    #: What was asked for: operation, tag, code, text, replacement.
    operation: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Record id (as text) → the revision the change made.
    revisions: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]


class RecordProblem(Base):
    """What `ils catalog lint` or the last save found wrong with a record: a work list."""

    __tablename__ = "record_problem"
    __table_args__ = (Index("ix_record_problem_code", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), index=True)
    code: Mapped[str]
    #: Field and subfield, as ``200$a``.
    place: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
