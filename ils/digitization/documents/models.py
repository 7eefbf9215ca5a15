"""Digital documents and which pages of which scans they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.db import REQUIRED, Base, BigId, new_id, one_of
from ils.digitization.rights.models import Contract, Rights
from ils.digitization.scans.models import ScanPage


class DocumentKind(StrEnum):
    """What was digitised, as the reports count it."""

    NEWSPAPER_ARTICLE = "newspaper_article"
    JOURNAL_ARTICLE = "journal_article"
    CHAPTER = "chapter"
    BOOK = "book"
    OTHER = "other"


class DocumentState(StrEnum):
    """Where a document is."""

    UPLOADED = "uploaded"
    QUEUED = "queued"
    RECOGNISING = "recognising"
    RECOGNISED = "recognised"
    CHECKED = "checked"
    PUBLISHED = "published"
    WITHHELD = "withheld"


_S = DocumentState
#: Which state follows which. Whoever stops the recognising puts a document back to uploaded.
MOVES: Mapping[DocumentState, frozenset[DocumentState]] = {
    _S.UPLOADED: frozenset({_S.QUEUED}),
    _S.QUEUED: frozenset({_S.RECOGNISING, _S.RECOGNISED, _S.UPLOADED}),
    _S.RECOGNISING: frozenset({_S.RECOGNISED, _S.UPLOADED}),
    # Back to uploaded where its pages are to be recognised anew.
    _S.RECOGNISED: frozenset({_S.CHECKED, _S.PUBLISHED, _S.WITHHELD, _S.QUEUED, _S.UPLOADED}),
    _S.CHECKED: frozenset({_S.PUBLISHED, _S.WITHHELD, _S.QUEUED}),
    _S.PUBLISHED: frozenset({_S.WITHHELD}),
    _S.WITHHELD: frozenset({_S.PUBLISHED, _S.QUEUED, _S.CHECKED}),
}
#: States in which tasks of it run or wait.
RUNNING = frozenset({_S.QUEUED, _S.RECOGNISING})
#: States in which its pages may be put in order.
ARRANGED = frozenset({_S.UPLOADED, _S.RECOGNISED})
#: States in which there is a text.
READABLE = frozenset({_S.RECOGNISED, _S.CHECKED, _S.PUBLISHED, _S.WITHHELD})


class PdfState(StrEnum):
    """What the searchable PDF of a document is."""

    NONE = "none"
    #: It says it is PDF/A-2b, and a validator agreed.
    VALID = "valid"
    #: It says so, and there was no validator.
    UNCHECKED = "unchecked"
    PLAIN = "plain"
    #: Its pages or texts changed since.
    STALE = "stale"
    #: It could not be made.
    FAILED = "failed"


class DigitalDocument(Base):
    """Pages that belong together, of a record or not yet of one."""

    __tablename__ = "digital_document"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("state", DocumentState),
        one_of("rights", Rights),
        one_of("pdf_state", PdfState),
        Index("ix_digital_document_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    kind: Mapped[str]
    title: Mapped[str]
    #: As the columns of records have it (``kk``, ``ru``); empty: nobody said.
    language: Mapped[str] = mapped_column(default="")
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    record_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    state: Mapped[str] = mapped_column(default=DocumentState.UPLOADED)
    #: Higher ones are recognised first.
    priority: Mapped[int] = mapped_column(default=0)
    rights: Mapped[str] = mapped_column(default=Rights.UNKNOWN)
    contract_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("rights_contract.id"))
    pdf_state: Mapped[str] = mapped_column(default=PdfState.NONE)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)
    published_at: Mapped[datetime | None]
    #: The entry that counts it as digitised: once recognised and of a record.
    counted_by: Mapped[int | None] = mapped_column(BigId)
    #: Somebody wants it removed: who, and why; another must agree.
    removal_asked_by: Mapped[int | None] = mapped_column(BigId)
    removal_reason: Mapped[str] = mapped_column(default="")
    #: Grows each time its recognising is asked for: tasks of an earlier time do nothing any more.
    run: Mapped[int] = mapped_column(default=0)
    #: Grows with each change of its text or pages: what is made from them is made anew.
    revision: Mapped[int] = mapped_column(default=0)

    record: Mapped[BibliographicRecord | None] = relationship(lazy="joined")
    contract: Mapped[Contract | None] = relationship(lazy="joined")
    pages: Mapped[list[DocumentPage]] = relationship(
        back_populates="document", order_by="DocumentPage.number", cascade="all, delete-orphan"
    )


class DocumentPage(Base):
    """A page of a document: a page of a scan, or a part of one."""

    __tablename__ = "document_page"
    __table_args__ = (Index("ix_document_page_document_id_number", "document_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("digital_document.id"))
    #: Its place, from one; pages that were taken out keep theirs.
    number: Mapped[int]
    scan_page_id: Mapped[int] = mapped_column(BigId, ForeignKey("scan_page.id"), index=True)
    #: ``[left, top, width, height]`` in thousandths of the upright page; ``None``: all of it.
    region: Mapped[list[int] | None] = mapped_column(JSON)
    removed_at: Mapped[datetime | None]

    document: Mapped[DigitalDocument] = relationship(back_populates="pages")
    scan: Mapped[ScanPage] = relationship(lazy="joined", innerjoin=REQUIRED)
