"""Reading events."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.services.events.models import Event
from ils.services.rules import UnknownService


def events(branch_id: int | None, period: Period) -> Select[Event]:
    """Events of a period, latest first; of one branch, or of all."""
    query = select(Event).where(Event.day >= period.start, Event.day < period.end)
    if branch_id is not None:
        query = query.where(Event.branch_id == branch_id)
    return query.order_by(Event.day.desc(), Event.id.desc())


def event(session: Session, event_id: int) -> Event:
    """An event, held until the transaction ends.

    Raises:
        UnknownService: there is none.
    """
    found = session.get(Event, event_id, with_for_update=True)
    if found is None:
        raise UnknownService
    return found
