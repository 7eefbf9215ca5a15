"""Work that follows acts: records whose last copy went leave the catalogue, and come back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ils import db
from ils.catalog.editing import actions as editing
from ils.catalog.models import BibliographicRecord, RecordState
from ils.catalog.worksheets.definitions import worksheets
from ils.errors import IlsError
from ils.holdings.acts.execution import SETTLE_RECORDS
from ils.holdings.acts.models import ActItem, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel, Origin
from ils.organisation.branches.queries import origin_now

_HAS_COPIES = exists().where(
    Item.record_id == BibliographicRecord.id, Item.status != ItemStatus.WITHDRAWN
)


def _settle_records(context: JobContext) -> dict[str, Any]:
    """Hide the records of an act that have no copies left, show those that have some again.

    Hosts of articles stay: they are described for more than their copies.
    """
    act_id = context.args["act_id"]
    of_act = (
        select(Item.record_id)
        .join(ActItem, ActItem.item_id == Item.id)
        .where(ActItem.act_id == act_id)
    )
    query = select(BibliographicRecord.id).where(BibliographicRecord.id.in_(of_act))
    with db.reading(context.sessions) as session:
        ids = list(session.scalars(query.order_by(BibliographicRecord.id)))
    settled = 0
    for session, part in context.steps(ids):
        origin = _origin(session, act_id)
        for number in part:
            settled += _settle(session, origin, number, context)
    return {"records": settled}


def _origin(session: Session, act_id: int) -> Origin:
    act = session.get_one(StockAct, act_id)
    return origin_now(session, act.branch_id, Channel.SYSTEM, act.executed_by)


def _settle(session: Session, origin: Origin, record_id: int, context: JobContext) -> bool:
    query = select(BibliographicRecord, _HAS_COPIES).where(BibliographicRecord.id == record_id)
    record, has_copies = session.execute(query).one()
    try:
        if record.active and not has_copies:
            editing.delete_record(session, origin, record)
        elif record.state == RecordState.DELETED and has_copies:
            editing.undelete_record(session, origin, record, worksheets(context.config))
        else:
            return False
    except IlsError:  # articles are described from it
        return False
    return True


JOBS = (JobKind(SETTLE_RECORDS, _settle_records),)
