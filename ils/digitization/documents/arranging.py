"""The pages of a document put in order: added, moved, turned, taken out, cut into documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from sqlalchemy.orm import Session

from ils import clock
from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.digitization.documents import actions, counting, queries, rules
from ils.digitization.documents.models import (
    ARRANGED,
    READABLE,
    DigitalDocument,
    DocumentPage,
    DocumentState,
)
from ils.digitization.documents.rules import NoPages, WrongState
from ils.digitization.scans import actions as scan_actions
from ils.digitization.scans import queries as scans
from ils.digitization.scans.actions import Arrived
from ils.digitization.scans.models import PageState, ScanFile
from ils.errors import N_, Invalid
from ils.jobs.actions import enqueue
from ils.ledger import Origin


def take_in(
    session: Session,
    config: Config,
    origin: Origin,
    arrived: Arrived,
    document: DigitalDocument | None,
    *,
    kind: str,
    title: str = "",
    language: str = "",
    record: BibliographicRecord | None = None,
) -> DigitalDocument:
    """Keep a file that arrived as the next pages of a document, or of a new one.

    Args:
        title: of a new document; empty: that of the record, or the name of the file.

    Raises:
        Refusal: it is none, or does not meet a condition; the same file is there already.
    """
    described = document.record if document is not None else record
    usual = queries.usual_pages(session, described) if described is not None else ()
    scan = scan_actions.keep(session, config, arrived, kind, origin.staff_id, usual=usual)
    if document is None:
        own = record.title if record is not None else PurePath(arrived.name).stem
        document = actions.new_document(
            session, origin, kind=kind, title=title or own, language=language, record=record
        )
    add_scan(session, document, scan)
    return document


def add_scan(session: Session, document: DigitalDocument, scan: ScanFile) -> None:
    """Put the pages of a scan at the end of a document; they are looked at by the worker.

    Raises:
        WrongState: it is being recognised, or readers have it.
    """
    _look_whether_arranged(document)
    last = max((page.number for page in document.pages), default=0)
    for number, page in enumerate(scan.pages, last + 1):
        document.pages.append(DocumentPage(number=number, scan_page_id=page.id))
    _wait_again(document)
    session.flush()
    enqueue(
        session, actions.LOOK_AT, {"document": document.id, "file": scan.id}, key=f"look@{scan.id}"
    )


def remove_page(
    session: Session, origin: Origin, document: DigitalDocument, page_id: int, *, back: bool
) -> None:
    """Take a page out, or put it back; the scan stays as it is, the figures follow."""
    page = _own_page(session, document, page_id)
    page.removed_at = None if back else clock.now()
    actions.note_pages_changed(document)
    session.flush()
    counting.settle_count(session, origin, document)


def move_page(session: Session, document: DigitalDocument, page_id: int, step: int) -> None:
    """Move a page by so many places; before the first and after the last it stays."""
    page = _own_page(session, document, page_id)
    others = [one for one in document.pages if one is not page]
    place = document.pages.index(page) + step
    others.insert(max(0, min(place, len(others))), page)
    for number, one in enumerate(others, 1):
        one.number = number
    actions.note_pages_changed(document)
    session.flush()
    session.expire(document, ["pages"])


def turn_page(session: Session, document: DigitalDocument, page_id: int, degrees: int) -> None:
    """Turn a page clockwise, in all documents it is in; it is recognised anew the next time."""
    scan = _own_page(session, document, page_id).scan
    scan.rotation = (scan.rotation + degrees) % 360
    scan.state = PageState.WAITING
    for one in session.scalars(queries.with_scan_page(scan.id)).all():
        _wait_again(one)
    for part in session.scalars(queries.uses_of([scan.id], document.id)).all():
        part.region = rules.turned(part.region, degrees)
    session.flush()


def _wait_again(document: DigitalDocument) -> None:
    """Pages of it are to be recognised; what readers have stays with them."""
    actions.note_pages_changed(document)
    if document.state == DocumentState.RECOGNISED:
        actions.move(document, DocumentState.UPLOADED)


def accept_page(session: Session, document: DigitalDocument, page_id: int) -> None:
    """Somebody has looked at what was asked of a page: it is as it should be."""
    page = session.get(DocumentPage, page_id)
    if page is None or page.document_id != document.id:
        raise queries.UnknownDocument
    page.scan.notes = []
    session.flush()


def _look_whether_arranged(document: DigitalDocument) -> None:
    if document.state not in ARRANGED:
        raise WrongState(state=document.state)


def _own_page(session: Session, document: DigitalDocument, page_id: int) -> DocumentPage:
    _look_whether_arranged(document)
    page = session.get(DocumentPage, page_id)
    if page is None or page.document_id != document.id:
        raise queries.UnknownDocument
    return page


def split(
    session: Session, origin: Origin, document: DigitalDocument, cuts: Iterable[int]
) -> list[DigitalDocument]:
    """Cut a document before certain pages (their ids); returns the new ones after it."""
    _look_whether_arranged(document)
    pages = list(session.scalars(queries.pages(document.id, removed=True)))
    by_id = {page.id: page for page in pages}
    made = list[DigitalDocument]()
    for part in rules.parts(cuts, list(by_id))[1:]:
        one = actions.new_document(
            session, origin, kind=document.kind, title=f"{document.title} ({len(made) + 2})",
            language=document.language,
        )  # fmt: skip
        one.state = DocumentState(document.state)
        for number, page_id in enumerate(part, 1):
            by_id[page_id].document_id, by_id[page_id].number = one.id, number
        made.append(one)
    actions.note_pages_changed(document)
    for one in made:
        actions.note_texts_moved(session, one.id)
    session.flush()
    session.expire_all()
    counting.settle_count(session, origin, document)
    return made


def follow_code(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Do what the code at the beginning of a document says: it is of that copy's record.

    A separator sheet is taken out, on both of its sides; a label of the copy itself stays.
    """
    pages = list(session.scalars(queries.pages(document.id)))
    meaning = scans.meant(session, pages[0].scan.barcodes) if pages else None
    if meaning is None:
        return
    for page in pages[: 2 if meaning.sheet else 0]:
        same = scans.meant(session, page.scan.barcodes)
        if same is not None and same.sheet and same.record_id == meaning.record_id:
            page.removed_at = clock.now()
    record = session.get_one(BibliographicRecord, meaning.record_id)
    document.title = record.title
    actions.note_pages_changed(document)
    session.flush()
    actions.attach(session, origin, document, record)
    counting.settle_count(session, origin, document)


def cut_out(
    session: Session,
    origin: Origin,
    document: DigitalDocument,
    *,
    kind: str,
    title: str,
    regions: Sequence[tuple[int, list[int] | None]],
) -> DigitalDocument:
    """Make an article of pages, or parts of pages, of a document; it shares their scans.

    Args:
        regions: (place of the page in the document, part of it in thousandths or all of it).

    Raises:
        Invalid: it has no title.
        NoPages: no page was chosen.
    """
    if not title:
        raise Invalid(N_("Title"), N_("This must be filled in."))
    if not regions:
        raise NoPages
    article = actions.new_document(
        session, origin, kind=kind, title=title, language=document.language
    )  # fmt: skip
    for number, (place, region) in enumerate(regions, 1):
        page = queries.page(session, document.id, place)
        article.pages.append(
            DocumentPage(number=number, scan_page_id=page.scan_page_id, region=region)
        )
    if document.state in READABLE:
        article.state = DocumentState.RECOGNISED
    session.flush()
    actions.note_texts_moved(session, article.id)
    return article
