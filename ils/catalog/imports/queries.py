"""Reading what the catalogue has of the records of an import, and what is left to complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import Session, aliased, undefer

from ils.catalog.models import BibliographicRecord, RecordIsbn, RecordLink, RecordState
from ils.catalog.queries import ACTIVE
from ils.catalog.records.links import JOURNAL_OF_ISSUE

IN_ONE_QUERY = 500


def nameless_issues() -> Select[BibliographicRecord, BibliographicRecord]:
    """Issues that name their journal by its number only (ИРБИС 933), and that journal."""
    journal, named = aliased(BibliographicRecord), aliased(RecordLink)
    other = and_(journal.link_key == RecordLink.target, journal.id != BibliographicRecord.id)
    return (
        select(BibliographicRecord, journal)
        .join(RecordLink, RecordLink.record_id == BibliographicRecord.id)
        .join(journal, other)
        .where(
            ACTIVE,
            RecordLink.tag == JOURNAL_OF_ISSUE,
            BibliographicRecord.worksheet == "issue",
            journal.state == RecordState.ACTIVE,
            ~exists().where(named.record_id == BibliographicRecord.id, named.tag == "461"),
        )
        .order_by(BibliographicRecord.id)
        .options(undefer(BibliographicRecord.marc), undefer(journal.marc))
    )


def by_key(session: Session, model: Any, keys: Sequence[str], *, lock: bool) -> dict[str, Any]:
    """Records that came before by their import keys; ``lock``: held until the transaction ends."""
    found = {}
    for part in _parts(keys):
        query = select(model).where(model.import_key.in_(part)).order_by(model.id)
        rows = session.scalars(query.with_for_update() if lock else query)
        found.update({row.import_key: row for row in rows})
    return found


def alike(session: Session, column: Any, wanted: Iterable[str | None]) -> dict[str, list[int]]:
    """Value of a column → the ids of the records in the catalogue that have it, oldest first."""
    found: dict[str, list[int]] = {}
    for part in _parts(sorted({value for value in wanted if value})):
        query = select(column, BibliographicRecord.id).where(ACTIVE, column.in_(part))
        if column is RecordIsbn.isbn:
            query = query.join(RecordIsbn, RecordIsbn.record_id == BibliographicRecord.id)
        for value, record_id in session.execute(query.order_by(BibliographicRecord.id)):
            found.setdefault(value, []).append(record_id)
    return found


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY))
