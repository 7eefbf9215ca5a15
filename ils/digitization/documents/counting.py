"""Documents counted as digitised: once each, each page once, on the day of the first count."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.catalog.records.actions import facts
from ils.db import new_id
from ils.digitization.documents import queries
from ils.digitization.documents.models import READABLE, DigitalDocument, DocumentPage
from ils.digitization.scans.models import ScanPage
from ils.ledger import Kind, Origin


def at_home(origin: Origin, document: DigitalDocument) -> Origin:
    """The act counts at the branch whose document it is, whoever does it."""
    return replace(origin, branch_id=document.branch_id, service_point_id=None)


def note_act(session: Session, kind: Kind, origin: Origin, document: DigitalDocument) -> None:
    """Write down that a document was attached or published; each counts once."""
    ledger.record_once(
        session, kind, at_home(origin, document), facts_of(document),
        key=_key(kind, document), detail=document.kind,
    )  # fmt: skip


def take_back_act(session: Session, kind: Kind, origin: Origin, document: DigitalDocument) -> None:
    """Reverse what `note_act` wrote, if it stands."""
    key = _key(kind, document)
    entry = ledger.entry_of_key(session, key)
    if entry is not None:
        ledger.reverse(session, entry, origin.derive(f"back:{key}"))


def _key(kind: Kind, document: DigitalDocument) -> str:
    return f"{kind}:{document.id}:{document.record_id if kind == Kind.ATTACHED else ''}"


def facts_of(document: DigitalDocument) -> ledger.Facts:
    """What an entry of a document says; it is of a record."""
    assert document.record is not None  # noqa: S101 -- callers have looked
    said: ledger.Facts = {**facts(document.record), "document_id": document.id}
    if document.language:
        said["language"] = document.language
    return said


def settle_count(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Have a document counted with the pages it has now, if it is to be counted.

    A document counts once, when it is recognised and of a record. Pages that are shared count
    with the first document that has them: 810 articles may be on 597 pages (printed report of
    2020).
    """
    if document.counted_by is None:
        count_digitised(session, origin, document)
    elif session.scalar(queries.pages_counted_wrongly(document.id).limit(1)) is not None:
        count_anew(session, origin, document)


def count_anew(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Take the count back, if there is one, and count again: on the day of the first count."""
    dated = origin
    if document.counted_by is not None:
        entry = session.get_one(ledger.Entry, document.counted_by)
        ledger.reverse(session, entry, origin.derive(f"recount:{document.id}:{entry.id}"))
        document.counted_by = None
        uncount(session, document)
        dated = origin.as_of(entry)
    count_digitised(session, dated, document)


def uncount(session: Session, document: DigitalDocument) -> None:
    """Its pages count with the next document that has them."""
    session.execute(
        update(ScanPage).where(ScanPage.counted_in == document.id).values(counted_in=None)
    )
    session.flush()


def count_digitised(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Count a document that is not counted yet, if it is recognised and of a record."""
    ready = document.record is not None and document.state in READABLE
    if not ready or document.counted_by is not None:
        return
    own = select(DocumentPage.scan_page_id).where(
        DocumentPage.document_id == document.id, DocumentPage.removed_at.is_(None)
    )
    other = aliased(ScanPage)
    of_file = select(func.count(other.id)).where(other.file_id == ScanPage.file_id)
    new = select(ScanPage, of_file.scalar_subquery()).where(
        ScanPage.id.in_(own), ScanPage.counted_in.is_(None)
    )
    pages = size = 0
    for page, pages_of_file in session.execute(new).all():
        page.counted_in = document.id
        pages, size = pages + 1, size + page.file.size // pages_of_file
    said: ledger.Facts = {**facts_of(document), "pages": pages, "bytes": size}
    home = at_home(origin, document)
    number = new_id()  # a document is counted again each time it becomes another
    document.counted_by = ledger.record(
        session, Kind.DIGITISED, home.derive(f"digitised:{document.id}:{number}"), said,
        detail=document.kind,
    )  # fmt: skip
    session.flush()
