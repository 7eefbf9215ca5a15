"""Reading what is on its way."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.circulation.transit.models import InternalLoan, Transit


def transit_of(session: Session, item_id: int) -> Transit | None:
    """The way a copy is on."""
    query = select(Transit).where(Transit.item_id == item_id, Transit.ended_at.is_(None))
    return session.scalar(query)


def internal_loan_of(session: Session, item_id: int) -> InternalLoan | None:
    """The internal loan a copy is on."""
    query = select(InternalLoan).where(
        InternalLoan.item_id == item_id, InternalLoan.ended_at.is_(None)
    )
    return session.scalar(query)
