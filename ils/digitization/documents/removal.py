"""Documents removed by two people: one asks, another agrees."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ils import ledger
from ils.digitization.documents import actions, counting, queries
from ils.digitization.documents.models import DigitalDocument, DocumentState
from ils.digitization.documents.rules import AnotherMustAgree, WrongState
from ils.digitization.scans.models import ScanFile
from ils.digitization.text.models import LineRevision, PageText
from ils.errors import N_, Invalid
from ils.jobs.actions import enqueue
from ils.ledger import Kind, Origin


def ask_removal(session: Session, document: DigitalDocument, by: int, reason: str) -> None:
    """One account wants a document removed."""
    if not reason:
        raise Invalid(N_("Reason"), N_("This must be filled in."))
    document.removal_asked_by, document.removal_reason = by, reason
    session.flush()


def take_back_removal(session: Session, document: DigitalDocument) -> None:
    """It stays."""
    document.removal_asked_by, document.removal_reason = None, ""
    session.flush()


def remove(session: Session, origin: Origin, document: DigitalDocument) -> None:
    """Another account agrees: the document, its scans and its figures are taken back.

    Scans other documents have pages of stay; their pages count with one of those.

    Raises:
        AnotherMustAgree: nobody asked, or the same account.
        WrongState: readers have it.
    """
    if document.removal_asked_by in {None, origin.staff_id}:
        raise AnotherMustAgree
    if document.state == DocumentState.PUBLISHED:
        raise WrongState(state=document.state)
    scans = list(session.scalars(queries.scans_of(document.id)))
    own = [page.id for scan in scans for page in scan.pages]
    uses = list(session.scalars(queries.uses_of(own, document.id)))
    shared, others = {use.scan_page_id for use in uses}, {use.document_id for use in uses}
    if document.counted_by is not None:
        entry = session.get_one(ledger.Entry, document.counted_by)
        ledger.reverse(session, entry, origin.derive(f"removed:{document.id}"))
    for kind in (Kind.ATTACHED, Kind.PUBLISHED):
        counting.take_back_act(session, kind, origin, document)
    counting.uncount(session, document)
    number = document.id
    session.delete(document)
    session.flush()
    session.expire_all()
    _remove_scans(
        session, number, [one for one in scans if not shared & {page.id for page in one.pages}]
    )
    for other in sorted(others):
        counting.settle_count(session, origin, queries.document(session, other))


def _remove_scans(session: Session, document_id: int, scans: Sequence[ScanFile]) -> None:
    tokens, gone = [scan.token for scan in scans], [p.id for scan in scans for p in scan.pages]
    for scan in scans:
        pages = [page.id for page in scan.pages]
        session.execute(delete(LineRevision).where(LineRevision.page_id.in_(pages)))
        session.execute(delete(PageText).where(PageText.id.in_(pages)))
        session.delete(scan)
    session.flush()
    args = {"document": document_id, "tokens": tokens, "pages": gone}
    enqueue(session, actions.REMOVE, args)
