"""Documents removed by two people: one asks, another agrees."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ils import ledger
from ils.digitization.documents import actions, queries
from ils.digitization.documents.models import DigitalDocument, DocumentState
from ils.digitization.documents.rules import AnotherMustAgree, StillShared, WrongState
from ils.digitization.scans.models import ScanFile
from ils.digitization.text.models import LineRevision, PageText
from ils.errors import N_, Invalid
from ils.jobs.actions import enqueue
from ils.ledger import Origin


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

    Raises:
        AnotherMustAgree: nobody asked, or the same account.
        StillShared: articles have pages of its scans.
        WrongState: readers have it.
    """
    if document.removal_asked_by in {None, origin.staff_id}:
        raise AnotherMustAgree
    if document.state == DocumentState.PUBLISHED:
        raise WrongState(state=document.state)
    scans = list(session.scalars(queries.scans_of(document.id)))
    own = [page.id for scan in scans for page in scan.pages]
    shared = {page.scan_page_id for page in session.scalars(queries.uses_of(own, document.id))}
    if document.counted_by is not None:
        if shared:
            raise StillShared
        entry = session.get_one(ledger.Entry, document.counted_by)
        ledger.reverse(session, entry, origin.derive(f"removed:{document.id}"))
    actions.uncount(session, document)
    session.delete(document)
    session.flush()
    _remove_scans(session, [scan for scan in scans if not shared & {p.id for p in scan.pages}])


def _remove_scans(session: Session, scans: Sequence[ScanFile]) -> None:
    tokens, gone = [scan.token for scan in scans], [p.id for scan in scans for p in scan.pages]
    for scan in scans:
        pages = [page.id for page in scan.pages]
        session.execute(delete(LineRevision).where(LineRevision.page_id.in_(pages)))
        session.execute(delete(PageText).where(PageText.id.in_(pages)))
        session.delete(scan)
    session.flush()
    if tokens:
        enqueue(session, actions.REMOVE, {"tokens": tokens, "pages": gone})
