"""Records that look like one document: of one being described, and in the whole catalogue."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from ils.catalog.models import BibliographicRecord, NotDuplicate, RecordIsbn, RecordState
from ils.catalog.queries import ACTIVE, MAX_SUGGESTIONS, has_isbn, records
from ils.catalog.records.rules import Description


def find_duplicates(
    session: Session, about: Description, *, but: int | None = None
) -> list[BibliographicRecord]:
    """Records that may describe the same document: ISBN, ISSN, or the whole description."""
    conditions = []
    if about.isbns:
        conditions.append(has_isbn(about.isbns))
    if about.issn and about.worksheet in {"journal", "newspaper"}:
        conditions.append(
            and_(
                BibliographicRecord.issn == about.issn,
                BibliographicRecord.worksheet == about.worksheet,
            )
        )
    if about.match_key:
        conditions.append(BibliographicRecord.match_key == about.match_key)
    if not conditions and len(about.title) > 3:
        same = BibliographicRecord.title == about.title
        conditions.append(and_(same, BibliographicRecord.authors == about.authors))
    if not conditions:
        return []
    query = records().where(or_(*conditions))
    if but is not None:
        query = query.where(BibliographicRecord.id != but)
    return list(session.scalars(query.limit(MAX_SUGGESTIONS)))


def duplicate_pairs() -> Select[BibliographicRecord, BibliographicRecord]:
    """Pairs of records (the older first) that look like one document and were not judged."""
    other = aliased(BibliographicRecord)
    number, same_number = aliased(RecordIsbn), aliased(RecordIsbn)
    one, same = aliased(BibliographicRecord), aliased(BibliographicRecord)
    volumes = and_(one.worksheet == "volume", same.worksheet == "volume")  # may share a number
    by_number = (
        select(number.record_id.label("one_id"), same_number.record_id.label("other_id"))
        .join(same_number, number.isbn == same_number.isbn)
        .join(one, one.id == number.record_id)
        .join(same, same.id == same_number.record_id)
        .where(number.record_id < same_number.record_id, not_(volumes))
    )
    by_description = select(one.id, same.id).join(
        same, and_(one.match_key == same.match_key, one.id < same.id)
    )
    alike = by_number.union(by_description).subquery()
    judged = exists().where(
        NotDuplicate.one_id == BibliographicRecord.id, NotDuplicate.other_id == other.id
    )
    return (
        select(BibliographicRecord, other)
        .join(alike, alike.c.one_id == BibliographicRecord.id)
        .join(other, other.id == alike.c.other_id)
        .where(ACTIVE, other.state == RecordState.ACTIVE, ~judged)
        .order_by(BibliographicRecord.id.desc(), other.id)
    )
