"""Records as they are described: with the title of a set that they name by its number only."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ils.catalog.models import BibliographicRecord
from ils.catalog.queries import ACTIVE
from ils.catalog.records.links import HOST_FIELDS, host_of, link_key
from ils.marc.record import Field, MarcRecord, linked


def described(session: Session, record: BibliographicRecord) -> MarcRecord:
    """The record as it is described."""
    (marc,) = all_described(session, [record])
    return marc


def all_described(session: Session, records: Iterable[BibliographicRecord]) -> list[MarcRecord]:
    """Each record as it is described; nothing is asked where all say of what they are a part."""
    found = [(record.marc_record(), record.agency) for record in records]
    wanted = {
        link_key(host_of(f), agency) for marc, agency in found for f in marc.fields if _bare(f)
    }
    if not wanted:
        return [marc for marc, _ in found]
    query = (
        select(BibliographicRecord)
        .where(BibliographicRecord.link_key.in_(wanted), ACTIVE)
        .options(undefer(BibliographicRecord.marc))
    )
    wholes = {whole.link_key: whole.marc_record() for whole in session.scalars(query)}
    return [_with_sets(marc, agency, wholes) for marc, agency in found]


def _bare(f: Field) -> bool:
    """Whether a field names a whole by nothing but its number."""
    if f.tag not in HOST_FIELDS or f.get("t") or not host_of(f).strip():
        return False
    return not any(inside.tag == "200" and inside.get("a").strip() for inside in f.embedded())


def _with_sets(marc: MarcRecord, agency: str, wholes: dict[str, MarcRecord]) -> MarcRecord:
    fields = []
    for f in marc.fields:
        whole = wholes.get(link_key(host_of(f), agency)) if _bare(f) else None
        if whole is not None:
            number = Field("001", "", [("", host_of(f))])
            volume = [("v", value) for value in f.all("v")]
            titled = [
                Field(one.tag, one.indicators, [*one.subfields, *volume])
                if one.tag == "200"
                else one
                for one in whole.each("200", "210", "011")
            ]
            fields.append(linked(f.tag, f.indicators, [number, *titled]))
        else:
            fields.append(f)
    return MarcRecord(marc.leader, fields)
