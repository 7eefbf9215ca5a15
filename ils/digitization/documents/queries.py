"""Reading digital documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ils import folding
from ils.catalog.models import BibliographicRecord, RecordLink
from ils.digitization.documents.models import (
    READABLE,
    RUNNING,
    DigitalDocument,
    DocumentPage,
    DocumentState,
    PdfState,
)
from ils.digitization.scans.models import PageState, ScanFile, ScanPage
from ils.digitization.scans.rules import Check
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.errors import N_, NotFound
from ils.ledger import Entry, Kind

#: So many documents of a title tell how many pages it usually has.
USUAL = 20
#: The tree of the data folder PDFs lie in.
PDFS = "derivatives/pdf"


class UnknownDocument(NotFound):
    """There is no such document, or not for whoever asks."""

    code = "unknown_document"
    message = N_("There is no such document.")


def documents(state: str = "", kind: str = "", text: str = "") -> Select[DigitalDocument]:
    """Documents, the newest first."""
    query = select(DigitalDocument).outerjoin(DigitalDocument.record)
    query = query.order_by(DigitalDocument.id.desc())
    if state:
        query = query.where(DigitalDocument.state == state)
    if kind:
        query = query.where(DigitalDocument.kind == kind)
    if text:
        titles = (DigitalDocument.title, BibliographicRecord.title)
        query = query.where(or_(*(folding.contains(title, text) for title in titles)))
    return query


def document(session: Session, document_id: int, *, lock: bool = False) -> DigitalDocument:
    """A document.

    Raises:
        UnknownDocument: there is none of this number.
    """
    one = found(session, document_id, lock=lock)
    if one is None:
        raise UnknownDocument
    return one


def found(session: Session, document_id: int, *, lock: bool = False) -> DigitalDocument | None:
    """A document, if there is one; locked, it is as it is now."""
    query = select(DigitalDocument).where(DigitalDocument.id == document_id)
    if lock:
        query = query.with_for_update(of=DigitalDocument)
    return session.scalar(query.execution_options(populate_existing=lock))


def pages(document_id: int, *, removed: bool = False) -> Select[DocumentPage]:
    """Its pages in order; those that were taken out too, if wanted."""
    query = select(DocumentPage).where(DocumentPage.document_id == document_id)
    if not removed:
        query = query.where(DocumentPage.removed_at.is_(None))
    return query.order_by(DocumentPage.number, DocumentPage.id)


def page(session: Session, document_id: int, number: int) -> DocumentPage:
    """The page at a place of a document; counted without those that were taken out.

    Raises:
        UnknownDocument: there is none.
    """
    query = pages(document_id).offset(max(0, number - 1)).limit(1)
    found = session.scalar(query)
    if found is None or number < 1:
        raise UnknownDocument
    return found


def texts(session: Session, document_id: int) -> Iterator[str]:
    """The text of each of its pages in order; empty where there is none."""
    query = pages(document_id).outerjoin(PageText, PageText.id == DocumentPage.scan_page_id)
    for region, content in session.execute(
        query.with_only_columns(DocumentPage.region, PageText.tree)
    ):
        yield tree.joined(tree.within(tree.loaded(content), region)) if content else ""


def count_pages(session: Session, document_id: int) -> int:
    """How many pages a document has, without those that were taken out."""
    own = pages(document_id).order_by(None).with_only_columns(func.count())
    return session.scalar(own) or 0


def count_readable(session: Session, document_id: int) -> int:
    """How many of its pages have a text, or are empty."""
    own = (
        pages(document_id)
        .order_by(None)
        .join(ScanPage)
        .where(ScanPage.state.in_((PageState.RECOGNISED, PageState.BLANK)))
    )
    return session.scalar(own.with_only_columns(func.count())) or 0


def pdf_path(data: Path, document_id: int) -> Path:
    """Where the searchable PDF of a document lies, once it is made."""
    return data / PDFS / f"{document_id}.pdf"


def pdf_of(data: Path, document: DigitalDocument) -> Path | None:
    """The searchable PDF of a document; ``None``: there is none of the pages it has now."""
    path = pdf_path(data, document.id)
    made = document.pdf_state not in {PdfState.NONE, PdfState.FAILED}
    return path if made and path.is_file() else None


def is_wanted(session: Session, document_id: int, run: int) -> bool:
    """Whether a document is still being recognised in this run."""
    one = session.get(DigitalDocument, document_id)
    return one is not None and one.run == run and one.state in RUNNING


def progress(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Document → how many of its pages are in which state."""
    query = (
        select(DocumentPage.document_id, ScanPage.state, func.count())
        .join(ScanPage, ScanPage.id == DocumentPage.scan_page_id)
        .where(DocumentPage.document_id.in_(ids), DocumentPage.removed_at.is_(None))
        .group_by(DocumentPage.document_id, ScanPage.state)
    )
    found: dict[int, dict[str, int]] = {}
    for document_id, state, count in session.execute(query):
        found.setdefault(document_id, {})[state] = count
    return found


def questions(session: Session, document_id: int, known: Mapping[str, Check]) -> int:
    """How many of its pages have a question nobody has answered yet."""
    return sum(
        any(name in known and known[name].outcome == "question" for name in page.scan.notes)
        for page in session.scalars(pages(document_id))
    )


def usual_pages(session: Session, record: BibliographicRecord) -> list[int]:
    """Pages of the scans of other issues or articles of the same title."""
    titles = select(RecordLink.target).where(
        RecordLink.record_id == record.id, RecordLink.relation == "host"
    )
    others = select(RecordLink.record_id).where(
        RecordLink.relation == "host", RecordLink.target.in_(titles)
    )
    counted = (
        select(func.count())
        .select_from(DocumentPage)
        .join(DigitalDocument, DigitalDocument.id == DocumentPage.document_id)
        .where(DigitalDocument.record_id.in_(others), DigitalDocument.record_id != record.id)
        .group_by(DigitalDocument.id)
        .order_by(DigitalDocument.id.desc())
        .limit(USUAL)
    )
    return list(session.scalars(counted))


def waiting_pages(document_id: int) -> Select[int]:
    """Pages of scans that are not recognised yet, in the order of the document."""
    return (
        select(ScanPage.id)
        .join(DocumentPage, DocumentPage.scan_page_id == ScanPage.id)
        .where(
            DocumentPage.document_id == document_id,
            DocumentPage.removed_at.is_(None),
            ScanPage.state == PageState.WAITING,
        )
        .order_by(DocumentPage.number)
    )


@dataclass(frozen=True)
class ArticleSource:
    """Where an article was cut out of: the record of the issue, and its pages there."""

    record: BibliographicRecord
    first: int
    last: int


def source_of(session: Session, article: DigitalDocument) -> ArticleSource | None:
    """The issue an article was cut out of, where that is described."""
    own = select(DocumentPage.scan_page_id).where(
        DocumentPage.document_id == article.id, DocumentPage.removed_at.is_(None)
    )
    rows = session.execute(
        select(DigitalDocument.id, BibliographicRecord, DocumentPage.id)
        .join(DigitalDocument.record)
        .join(DocumentPage, DocumentPage.document_id == DigitalDocument.id)
        .where(
            DocumentPage.scan_page_id.in_(own), DocumentPage.removed_at.is_(None),
            DigitalDocument.id < article.id,
        )
        .order_by(DigitalDocument.id)
    ).all()  # fmt: skip
    places = numbers(session, [page_id for document_id, _, page_id in rows
                               if document_id == rows[0][0]])  # fmt: skip
    if not places:
        return None
    return ArticleSource(rows[0][1], min(places.values()), max(places.values()))


def numbers(session: Session, page_ids: Sequence[int]) -> dict[int, int]:
    """Page → its number in its document, counted without those that were taken out."""
    other = aliased(DocumentPage)
    before = (
        select(func.count(other.id))
        .where(
            other.document_id == DocumentPage.document_id,
            other.removed_at.is_(None),
            other.number <= DocumentPage.number,
        )
        .scalar_subquery()
    )
    query = select(DocumentPage.id, before).where(DocumentPage.id.in_(page_ids))
    return {row[0]: row[1] for row in session.execute(query)}


def unfinished(title: str, since: datetime) -> Select[DigitalDocument]:
    """The newest document of a name that nobody made by hand and that takes more scans."""
    return (
        select(DigitalDocument)
        .where(
            DigitalDocument.title == title,
            DigitalDocument.created_by.is_(None),
            DigitalDocument.created_at >= since,
            DigitalDocument.state == DocumentState.UPLOADED,
        )
        .order_by(DigitalDocument.id.desc())
        .limit(1)
    )


def of_record(record_id: int) -> Select[DigitalDocument]:
    """The documents of a record."""
    own = DigitalDocument.record_id == record_id
    return select(DigitalDocument).where(own).order_by(DigitalDocument.id)


def published_of(record_id: int) -> Select[DigitalDocument]:
    """The published documents of a record."""
    return of_record(record_id).where(DigitalDocument.state == DocumentState.PUBLISHED)


def uses_of(scan_page_ids: Sequence[int], but: int) -> Select[DocumentPage]:
    """Pages of other documents that are of the same scans."""
    return select(DocumentPage).where(
        DocumentPage.scan_page_id.in_(scan_page_ids), DocumentPage.document_id != but
    )


def with_scan_page(scan_page_id: int) -> Select[DigitalDocument]:
    """The documents a page of a scan is in."""
    own = select(DocumentPage.document_id).where(DocumentPage.scan_page_id == scan_page_id)
    # In one order: who changes several of them never waits for who waits for him.
    return select(DigitalDocument).where(DigitalDocument.id.in_(own)).order_by(DigitalDocument.id)


def without_pdf() -> Select[DigitalDocument]:
    """Documents with a text whose PDF was not made, or is older than the text."""
    return select(DigitalDocument).where(
        DigitalDocument.state.in_(READABLE),
        DigitalDocument.pdf_state.in_((PdfState.NONE, PdfState.STALE)),
    )


def pages_counted_wrongly(document_id: int) -> Select[int]:
    """Pages of a counted document that are counted nowhere, or in it without being its own."""
    own = exists().where(
        DocumentPage.scan_page_id == ScanPage.id,
        DocumentPage.document_id == document_id,
        DocumentPage.removed_at.is_(None),
    )
    mine = ScanPage.counted_in == document_id
    free = and_(own, ScanPage.counted_in.is_(None))
    return select(ScanPage.id).where(or_(free, and_(mine, ~own)))


def counted_wrongly() -> Select[int]:
    """Documents not counted once although recognised and of a record, or counted otherwise.

    And those whose pages say they are counted in them, which they are not.
    """
    told = (
        select(Entry.document_id, func.sum(Entry.count).label("n"))
        .where(Entry.kind == Kind.DIGITISED, Entry.document_id.is_not(None))
        .group_by(Entry.document_id)
        .subquery()
    )
    due = and_(DigitalDocument.record_id.is_not(None), DigitalDocument.state.in_(READABLE))
    counted = DigitalDocument.counted_by.is_not(None)
    mine = ScanPage.counted_in == DigitalDocument.id
    own = exists().where(
        DocumentPage.scan_page_id == ScanPage.id,
        DocumentPage.document_id == DigitalDocument.id,
        DocumentPage.removed_at.is_(None),
    )
    wrong = or_(
        func.coalesce(told.c.n, 0) != case((counted, 1), else_=0),
        and_(due, ~counted),
        exists().where(mine, or_(~counted, ~own)),
    )
    return (
        select(DigitalDocument.id)
        .outerjoin(told, told.c.document_id == DigitalDocument.id)
        .where(wrong)
    )


def without_right_to_be_public() -> Select[int]:
    """Published documents no record describes."""
    return select(DigitalDocument.id).where(
        DigitalDocument.state == DocumentState.PUBLISHED, DigitalDocument.record_id.is_(None)
    )


def scans_of(document_id: int) -> Select[ScanFile]:
    """The files a document has pages of."""
    own = (
        select(ScanPage.file_id)
        .join(DocumentPage, DocumentPage.scan_page_id == ScanPage.id)
        .where(DocumentPage.document_id == document_id)
    )
    return select(ScanFile).where(ScanFile.id.in_(own)).order_by(ScanFile.id)
