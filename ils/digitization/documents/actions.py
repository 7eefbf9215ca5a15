"""What is done to digital documents: made, put in order, attached, published, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts
from ils.db import new_id
from ils.digitization.documents import queries
from ils.digitization.documents.models import (
    MOVES,
    READABLE,
    DigitalDocument,
    DocumentKind,
    DocumentPage,
    DocumentState,
    PdfState,
)
from ils.digitization.documents.rules import (
    DocumentData,
    NoPages,
    NoRecord,
    OpenQuestions,
    WrongState,
)
from ils.digitization.rights import rules as right_rules
from ils.digitization.rights.models import Contract, Rights
from ils.digitization.rights.rules import DeathUnknown, NoContract, ProtectionTerm, StillProtected
from ils.digitization.scans.models import PageState, ScanPage
from ils.digitization.scans.rules import Check
from ils.digitization.text.models import PageText
from ils.errors import N_, Invalid
from ils.jobs.actions import enqueue
from ils.ledger import Kind, Origin

LOOK_AT, RECOGNISE, MAKE_PDF, REMOVE = (
    "look_at_scans", "recognise_pages", "make_searchable_pdf", "remove_masters",
)  # fmt: skip


def move(document: DigitalDocument, to: DocumentState) -> None:
    """Put a document into another state.

    Raises:
        WrongState: it does not follow.
    """
    if to not in MOVES[DocumentState(document.state)]:
        raise WrongState(state=document.state)
    document.state = to


def new_document(
    session: Session,
    origin: Origin,
    *,
    kind: str,
    title: str,
    language: str = "",
    record: BibliographicRecord | None = None,
) -> DigitalDocument:
    """A document without pages yet."""
    if kind not in set(DocumentKind):
        raise Invalid(N_("Kind"), N_("Choose one from the list."))
    document = DigitalDocument(
        kind=kind, title=title, language=language, branch_id=origin.branch_id,
        created_at=origin.at, created_by=origin.staff_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    if record is not None:
        attach(session, origin, document, record)
    return document


def note_changed(document: DigitalDocument) -> None:
    """What was made of its pages is made anew."""
    document.revision += 1
    made = document.pdf_state not in {PdfState.NONE, PdfState.FAILED}
    document.pdf_state = PdfState.STALE if made else PdfState.NONE


def note_text_changed(session: Session, scan_page_id: int) -> None:
    """The text of a page changed: what was made of the documents it is in is made anew."""
    for document in session.scalars(queries.with_scan_page(scan_page_id)).all():
        note_changed(document)
    session.flush()


def note_texts_moved(session: Session, document_id: int) -> None:
    """Texts are of another document now: what follows them looks at them again."""
    own = select(DocumentPage.scan_page_id).where(DocumentPage.document_id == document_id)
    for page_id in session.scalars(own):
        moved = update(PageText).where(PageText.id == page_id).values(change_number=new_id())
        session.execute(moved)


# Recognising


def recognise(
    session: Session, document: DigitalDocument, *, at_once: int, priority: int = 0
) -> int:
    """Have the pages recognised that are not yet; returns how many. Nothing is done twice.

    Args:
        at_once: pages of one task.
    """
    waiting = list(session.scalars(queries.waiting_pages(document.id)))
    if not document.pages:
        raise NoPages
    move(document, DocumentState.QUEUED)
    document.priority = priority
    session.flush()
    for start in range(0, max(1, len(waiting)), at_once):
        args = {"document": document.id, "pages": waiting[start : start + at_once]}
        enqueue(session, RECOGNISE, args, created_by=document.created_by, priority=priority)
    return len(waiting)


def recognise_again(
    session: Session, document: DigitalDocument, scan_page_ids: Sequence[int]
) -> None:
    """Have pages recognised once more; the document stays in its state."""
    again = select(ScanPage).where(ScanPage.id.in_(scan_page_ids))
    for page in session.scalars(again).all():
        page.state = PageState.WAITING
    args = {"document": document.id, "pages": list(scan_page_ids), "again": True}
    enqueue(session, RECOGNISE, args, created_by=document.created_by, priority=2)


def stop_recognising(session: Session, document: DigitalDocument) -> None:
    """Leave the rest of the pages for later: what is recognised stays."""
    move(document, DocumentState.UPLOADED)
    session.flush()


def begin_recognising(session: Session, document_id: int) -> bool:
    """A task of a document begins; whether it still is wanted."""
    document = queries.document(session, document_id, lock=True)
    if document.state == DocumentState.QUEUED:
        document.state = DocumentState.RECOGNISING
        session.flush()
    return document.state == DocumentState.RECOGNISING


def finish_recognising(session: Session, origin: Origin, document_id: int) -> None:
    """The last page of a document is done: its PDF is made, and it counts if it has a record."""
    document = queries.document(session, document_id, lock=True)
    if session.scalar(queries.waiting_pages(document.id).limit(1)) is not None:
        return
    if document.state in {DocumentState.QUEUED, DocumentState.RECOGNISING}:
        document.state = DocumentState.RECOGNISED
        note_changed(document)
        want_pdf(session, document)
        count_digitised(session, origin, document)
    session.flush()


def want_pdf(session: Session, document: DigitalDocument) -> None:
    """Have the searchable PDF made of the document as it is now."""
    key = f"pdf@{document.id}@{document.revision}"
    enqueue(session, MAKE_PDF, {"document": document.id}, key=key, priority=document.priority)


# What it is


def attach(
    session: Session, origin: Origin, document: DigitalDocument, record: BibliographicRecord
) -> None:
    """Say which record describes the document."""
    if document.record_id == record.id:
        return
    document.record_id, document.record = record.id, record
    if not document.title:
        document.title = record.title
    if not document.language:
        document.language = record.language or ""
    note_changed(document)
    if document.counted_by is not None:  # what it is counted as follows the new record
        _take_back_count(session, origin, document)
    session.flush()
    said = _facts(document)
    ledger.record(session, Kind.ATTACHED, origin.derive(f"attach:{document.id}:{record.id}"),
                  said, detail=document.kind)  # fmt: skip
    count_digitised(session, origin, document)


def _facts(document: DigitalDocument) -> ledger.Facts:
    assert document.record is not None  # noqa: S101 -- callers have looked
    said: ledger.Facts = {**facts(document.record), "document_id": document.id}
    if document.language:
        said["language"] = document.language
    return said


def count_digitised(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Count a document once, as soon as it is recognised and of a record.

    Pages that are shared count with the first document that has them: 810 articles may be on
    597 pages (printed report of 2020).
    """
    ready = document.record is not None and document.state in READABLE
    if not ready or document.counted_by is not None:
        return
    own = select(DocumentPage.scan_page_id).where(
        DocumentPage.document_id == document.id, DocumentPage.removed_at.is_(None)
    )
    new = select(ScanPage).where(ScanPage.id.in_(own), ScanPage.counted_in.is_(None))
    pages = session.scalars(new).all()
    size = 0
    for page in pages:
        page.counted_in = document.id
        size += page.file.size // max(1, len(page.file.pages))
    said: ledger.Facts = {**_facts(document), "pages": len(pages), "bytes": size}
    again = f"digitised:{document.id}:{document.revision}"
    document.counted_by = ledger.record(
        session, Kind.DIGITISED, origin.derive(again), said, detail=document.kind
    )
    session.flush()


def _take_back_count(session: Session, origin: Origin, document: DigitalDocument) -> None:
    entry = session.get_one(ledger.Entry, document.counted_by)
    ledger.reverse(session, entry, origin.derive(f"recount:{document.id}:{document.revision}"))
    document.counted_by = None
    uncount(session, document)


def uncount(session: Session, document: DigitalDocument) -> None:
    """Its pages count with the next document that has them."""
    own = select(ScanPage).where(ScanPage.counted_in == document.id)
    for page in session.scalars(own):
        page.counted_in = None


def describe(
    session: Session, origin: Origin, document: DigitalDocument, data: DocumentData
) -> None:
    """Say what a document is; what it is counted as follows."""
    counted = document.counted_by is not None
    same = (document.kind, document.language) == (data.kind, data.language)
    if counted and not same:
        _take_back_count(session, origin, document)
    document.title, document.kind, document.language = data.title, data.kind, data.language
    note_changed(document)
    session.flush()
    if counted and not same:
        count_digitised(session, origin, document)


def set_rights(
    session: Session,
    document: DigitalDocument,
    rights: Rights,
    contract: Contract | None,
    *,
    allow_doubt: bool,
    known: Sequence[ProtectionTerm],
    this_year: int,
) -> None:
    """Say what a document may be shown by; access follows at once.

    Args:
        allow_doubt: somebody said the work is free though the record does not tell.
        known: the terms of protection.

    Raises:
        NoContract: a contract is needed.
        StillProtected, DeathUnknown: the authors in the record, for the public domain.
    """
    if rights == Rights.CONTRACT and contract is None:
        raise NoContract
    if rights == Rights.PUBLIC_DOMAIN and document.record is not None:
        for name, dates in authors(document.record):
            died = right_rules.death_year(dates)
            if died is None and not allow_doubt:
                raise DeathUnknown(author=name)
            free = right_rules.free_from(died, known) if died is not None else this_year
            if free > this_year:
                raise StillProtected(author=name, year=free - 1)
    document.rights = rights
    document.contract = contract if rights == Rights.CONTRACT else None
    session.flush()


#: Fields of a record that name who made the work: authors, translators, illustrators …
_MAKERS = ("700", "701", "702")


def authors(record: BibliographicRecord) -> list[tuple[str, str]]:
    """(Name, dates) of everybody who made the work, as the record has them."""
    return [
        (" ".join(filter(None, (field.get("a"), field.get("b")))), field.get("f"))
        for field in record.marc_record().each(*_MAKERS)
    ]


def mark_checked(session: Session, document: DigitalDocument) -> None:
    """Somebody has read it through."""
    move(document, DocumentState.CHECKED)
    session.flush()


def publish(
    session: Session,
    origin: Origin,
    document: DigitalDocument,
    known: Mapping[str, Check] | None = None,
) -> None:
    """Let readers have it, as far as the rights go.

    Args:
        known: conditions of scans: questions of them must have been answered.

    Raises:
        NoRecord: no record describes it.
        OpenQuestions: something was asked when its scans arrived.
        WrongState: it is not recognised.
    """
    if document.record is None:
        raise NoRecord
    if open_questions := queries.questions(session, document.id, known or {}):
        raise OpenQuestions(count=open_questions)
    move(document, DocumentState.PUBLISHED)
    document.published_at = origin.at
    ledger.record(session, Kind.PUBLISHED, origin.derive(f"publish:{document.id}"),
                  _facts(document), detail=document.kind)  # fmt: skip
    session.flush()


def withhold(session: Session, document: DigitalDocument) -> None:
    """Take it from the readers, at once."""
    move(document, DocumentState.WITHHELD)
    session.flush()
