"""Reading what an import has to complete."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import aliased, undefer

from ils.catalog.models import BibliographicRecord, RecordLink, RecordState
from ils.catalog.queries import ACTIVE
from ils.catalog.records.links import JOURNAL_OF_ISSUE


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
