"""What is to be checked, and what else a page may say."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.digitization.documents.models import DigitalDocument, DocumentPage
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.ledger import Entry, Kind


def to_check() -> Select[str, int, int, int, int]:
    """(Title, document, place of the page, doubtful words, views of the document).

    Where most readers meet most doubtful words comes first.
    """
    views = (
        select(Entry.document_id, func.sum(Entry.count).label("views"))
        .where(Entry.kind == Kind.VIEWED, Entry.document_id.is_not(None))
        .group_by(Entry.document_id)
        .subquery()
    )
    seen = func.coalesce(views.c.views, 0).label("views")
    return (
        select(
            DigitalDocument.title, DocumentPage.document_id, DocumentPage.number,
            PageText.doubtful, seen,
        )
        .join(DocumentPage, DocumentPage.document_id == DigitalDocument.id)
        .join(PageText, PageText.id == DocumentPage.scan_page_id)
        .outerjoin(views, views.c.document_id == DigitalDocument.id)
        .where(PageText.doubtful > 0, DocumentPage.removed_at.is_(None))
        .order_by(((seen + 1) * PageText.doubtful).desc(), DocumentPage.id)
    )  # fmt: skip


@dataclass(frozen=True)
class OtherText:
    """What else there is of a page: a new reading to decide on, or the one from before."""

    kept: int = 0
    changed: int = 0
    lost: tuple[str, ...] = ()
    proposed: bool = False
    former: bool = False


def other_text(session: Session, page_id: int) -> OtherText:
    """The other text of a page, if there is one: what taking it would do."""
    found = session.get(PageText, page_id)
    if found is None:
        return OtherText()
    if found.proposal is None:
        return OtherText(former=found.former is not None)
    merged = tree.merged(tree.loaded(found.tree), tree.loaded(found.proposal))
    return OtherText(merged.kept, merged.changed, tuple(merged.lost), proposed=True,
                     former=found.former is not None)  # fmt: skip
