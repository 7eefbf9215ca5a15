"""Field 856 of a record: the published documents it has, kept right by one function."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ils.catalog.editing.actions import store_problems
from ils.catalog.models import BibliographicRecord, RevisionCause
from ils.catalog.records.actions import change_record
from ils.catalog.subjects import classes_of
from ils.catalog.worksheets.definitions import worksheets
from ils.config import Config
from ils.digitization.documents import queries
from ils.ledger import Origin
from ils.marc.record import Field, MarcRecord

TAG, PATH = "856", "/read/"


def address_of(config: Config, document_id: int) -> str:
    """Where a document is read: a whole address where the settings have that of the site."""
    return f"{config.server.address}{PATH}{document_id}"


def link(session: Session, origin: Origin, config: Config, record: BibliographicRecord) -> None:
    """Have the record name the documents that are published, and no other; foreign links stay."""
    ours = f"{config.server.address}{PATH}"
    marc = record.marc_record()
    documents = session.scalars(queries.published_of(record.id)).all()
    wanted = [
        Field(TAG, "40", [("u", address_of(config, one.id)), ("q", "application/pdf"),
                          ("y", one.title)])
        for one in documents
    ]  # fmt: skip
    others = [
        field for field in marc.fields
        if field.tag != TAG or not _is_ours(field.get("u"), ours)
    ]  # fmt: skip
    fields = sorted([*others, *wanted], key=lambda field: field.tag)
    if fields == marc.fields or not record.active:
        return
    change_record(
        session, origin.derive(f"link:{record.id}"), record,
        marc=MarcRecord(marc.leader, fields), classes=classes_of(config.lists),
        cause=RevisionCause.EDITED,
    )  # fmt: skip
    store_problems(session, record, worksheets(config))


def _is_ours(address: str, ours: str) -> bool:
    return address.startswith((ours, PATH))
