"""What is done to digital documents: made, put in order, attached, published, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.db import new_id
from ils.digitization.documents import counting, queries
from ils.digitization.documents.models import (
    MOVES,
    RUNNING,
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
from ils.jobs.models import Job, JobState
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


def note_pages_changed(document: DigitalDocument) -> None:
    """The PDF of a document has other pages than it: nobody gets it any more."""
    document.revision = DigitalDocument.revision + 1
    document.pdf_state = PdfState.NONE


def note_changed(document: DigitalDocument) -> None:
    """What was made of a document is older than it, and is made anew."""
    document.revision = DigitalDocument.revision + 1
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
    document.run += 1
    session.flush()
    for start in range(0, max(1, len(waiting)), at_once):
        args = {"document": document.id, "pages": waiting[start : start + at_once],
                "run": document.run}  # fmt: skip
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


def begin_recognising(session: Session, document_id: int, run: int) -> bool:
    """A task of a document begins; whether it still is wanted: a pause ends those before it."""
    document = queries.document(session, document_id, lock=True)
    if document.run != run:
        return False
    if document.state == DocumentState.QUEUED:
        move(document, DocumentState.RECOGNISING)
        session.flush()
    return document.state == DocumentState.RECOGNISING


def release_stuck(session: Session) -> None:
    """Documents that wait for tasks nobody does any more can be recognised anew."""
    waiting = session.scalars(select(DigitalDocument).where(DigitalDocument.state.in_(RUNNING)))
    tasks = select(Job.args).where(
        Job.kind == RECOGNISE, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    )
    under_way = {args["document"] for args in session.scalars(tasks)}
    for document in waiting.all():
        if document.id not in under_way:
            move(document, DocumentState.UPLOADED)
    session.flush()


def finish_recognising(session: Session, origin: Origin, document_id: int) -> None:
    """The last page of a document is done: its PDF is made, and it counts if it has a record."""
    document = queries.document(session, document_id, lock=True)
    if session.scalar(queries.waiting_pages(document.id).limit(1)) is not None:
        return
    if document.state in RUNNING:
        move(document, DocumentState.RECOGNISED)
        note_changed(document)
        session.flush()
        want_pdf(session, document)
        counting.settle_count(session, origin, document)
    session.flush()


def note_pdf(session: Session, document_id: int, revision: int, state: PdfState) -> bool:
    """What became of the PDF of a document; whether it is of the document as it is now."""
    document = queries.found(session, document_id, lock=True)
    if document is None or document.revision != revision:
        return False
    document.pdf_state = state
    session.flush()
    return True


def want_pdf(session: Session, document: DigitalDocument) -> None:
    """Have the searchable PDF made of the document as it is now."""
    key = f"pdf@{document.id}@{document.revision}"
    enqueue(session, MAKE_PDF, {"document": document.id}, key=key, priority=document.priority)


# What it is


def attach(
    session: Session, origin: Origin, document: DigitalDocument, record: BibliographicRecord
) -> None:
    """Say which record describes the document; what its rights rested on is asked anew."""
    if document.record_id == record.id:
        return
    if document.record_id is not None:
        counting.take_back_act(session, Kind.ATTACHED, origin, document)
    document.record_id, document.record = record.id, record
    if not document.title:
        document.title = record.title
    if not document.language:
        document.language = record.language or ""
    if document.rights == Rights.PUBLIC_DOMAIN:
        document.rights = Rights.UNKNOWN
    note_changed(document)
    session.flush()
    counting.note_act(session, Kind.ATTACHED, origin, document)
    counting.count_anew(session, origin, document)


def describe(
    session: Session, origin: Origin, document: DigitalDocument, data: DocumentData
) -> None:
    """Say what a document is; what it is counted as follows."""
    same = (document.kind, document.language) == (data.kind, data.language)
    document.title, document.kind, document.language = data.title, data.kind, data.language
    note_changed(document)
    session.flush()
    if not same:
        counting.count_anew(session, origin, document)


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
    if rights == Rights.PUBLIC_DOMAIN:
        makers = authors(document.record) if document.record is not None else []
        for name, dates in makers or [(document.title, "")]:
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
    counting.note_act(session, Kind.PUBLISHED, origin, document)
    session.flush()


def withhold(session: Session, document: DigitalDocument) -> None:
    """Take it from the readers, at once."""
    move(document, DocumentState.WITHHELD)
    session.flush()
