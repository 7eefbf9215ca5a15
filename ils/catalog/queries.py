"""Reading the catalogue."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord, RecordState
from ils.catalog.rules import isbn13, search_key
from ils.errors import N_, NotFound


class UnknownRecord(NotFound):
    """No record has this number."""

    code = "unknown_record"
    message = N_("There is no record with the number %(id)s.")


def record(session: Session, record_id: int) -> BibliographicRecord:
    """A record by its number.

    Raises:
        UnknownRecord: there is none.
    """
    found = session.get(BibliographicRecord, record_id)
    if found is None:
        raise UnknownRecord(id=record_id)
    return found


def records(catalogue: str | None = None) -> Select[BibliographicRecord]:
    """Records of the catalogue, newest first. Compose with ``where``."""
    query = (
        select(BibliographicRecord)
        .where(BibliographicRecord.state == RecordState.ACTIVE)
        .order_by(BibliographicRecord.id.desc())
    )
    return query.where(BibliographicRecord.catalogue == catalogue) if catalogue else query


def matches(text: str) -> ColumnElement[bool]:
    """The plain search: each word begins a word of title or authors; or an ISBN.

    Compare `search_key`. A real index takes its place when the catalogue is searched by
    readers.
    """
    if isbn := isbn13(text):
        return BibliographicRecord.isbn == isbn
    words = search_key(text).split()
    condition: ColumnElement[bool] = BibliographicRecord.search_text.is_not(None)
    for word in words:
        condition &= BibliographicRecord.search_text.contains(f" {word}", autoescape=True)
    return condition
