"""Reading what is on its way."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.holds.models import Hold
from ils.circulation.transit.models import Transit


def transit_of(session: Session, item_id: int) -> Transit | None:
    """The way a copy is on."""
    query = select(Transit).where(Transit.item_id == item_id, Transit.ended_at.is_(None))
    return session.scalar(query.options(joinedload(Transit.hold)))


def transits(*, leaving: int | None = None, coming: int | None = None) -> Select[Transit]:
    """Copies on their way from a branch or to one, by destination."""
    query = select(Transit).where(Transit.ended_at.is_(None))
    if leaving is not None:
        query = query.where(Transit.from_branch_id == leaving)
    if coming is not None:
        query = query.where(Transit.to_branch_id == coming)
    shown = joinedload(Transit.hold).joinedload(Hold.patron)
    return query.order_by(Transit.to_branch_id, Transit.id).options(joinedload(Transit.item), shown)
