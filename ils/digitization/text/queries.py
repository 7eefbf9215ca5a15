"""Reading texts of pages."""

from __future__ import annotations

from sqlalchemy import Select, select

from ils.digitization.text.models import LineRevision


def revisions(page_id: int) -> Select[LineRevision]:
    """What people changed on a page, the latest first."""
    own = select(LineRevision).where(LineRevision.page_id == page_id)
    return own.order_by(LineRevision.id.desc())
