"""Saving a record: its columns, links, revision and ledger entry. Everything else calls these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog import identifiers
from ils.catalog.models import (
    AuthorityRecord,
    BibliographicRecord,
    RecordIsbn,
    RecordLink,
    RecordState,
    Revision,
    RevisionCause,
)
from ils.catalog.records import links
from ils.catalog.records import rules as record_rules
from ils.catalog.records.rules import Description
from ils.catalog.subjects import Classes
from ils.db import bulk_insert, new_id
from ils.ledger import Kind, Origin
from ils.marc.record import Field, MarcRecord

#: What the volume of a catalogue is told by: «всего, в т. ч. на казахском».
BALANCED: tuple[Literal["catalogue", "language"], ...] = ("catalogue", "language")
MOVED = "moved"
#: What of a description its record has as columns.
COLUMNS = ("isbn", *(field.name for field in fields(Description) if field.name != "isbns"))


def add_record(
    session: Session,
    origin: Origin,
    *,
    marc: MarcRecord,
    classes: Classes,
    catalogue: str | None = None,
    provisional: bool = False,
    about: Description | None = None,
) -> BibliographicRecord:
    """Put a new record into the catalogue."""
    record_id = new_id()
    marc = numbered(marc, record_id)
    about = about or record_rules.describe(marc, classes)
    record = BibliographicRecord(
        **common(origin, record_id, marc, RevisionCause.ADDED),
        **columns(about, catalogue),
        branch_id=origin.branch_id,
        provisional=provisional,
    )
    session.add(record)
    session.flush()
    _link(session, record_id, marc, record.agency)
    ledger.record(session, Kind.RECORD_ADDED, origin.derive("record"), facts(record))
    return record


def add_provisional(
    session: Session,
    origin: Origin,
    *,
    title: str,
    author: str,
    subject_area: str | None,
    language: str | None,
    catalogue: str = "books",
) -> BibliographicRecord:
    """Describe a book in hand in a few words, so that it can be lent at once."""
    marc = MarcRecord(
        "00000nam0 2200000   450 ",
        [Field("200", "1 ", [("a", title), *([("f", author)] if author else [])])],
    )
    about = Description(
        title=title,
        authors=author,
        year=None,
        language=language,
        isbns=(),
        issn=None,
        material="book",
        subject_area=subject_area,
        catalogue=catalogue,
        worksheet="book",
        local_history=False,
        match_key=None,
    )
    return add_record(
        session, origin, marc=marc, classes=Classes({}, {}), provisional=True, about=about
    )


def take_back_provisional(session: Session, origin: Origin, record: BibliographicRecord) -> None:
    """Hide a record of `add_provisional` that was a mistake; the caller reverses its entry."""
    keep_revision(session, record)
    record.state = RecordState.DELETED
    stamp(record, origin, RevisionCause.DELETED)
    session.flush()


def numbered(marc: MarcRecord, record_id: int) -> MarcRecord:
    """The record with a 001: its own, or our number."""
    if marc.get("001"):
        return marc
    others = [f for f in marc.fields if f.tag != "001"]
    return MarcRecord(marc.leader, [Field("001", "", [("", str(record_id))]), *others])


def with_number(marc: MarcRecord, number: str) -> MarcRecord:
    """The record with this 001, whatever was typed: other records link to it."""
    others = [f for f in marc.fields if f.tag != "001"]
    own = [Field("001", "", [("", number)])] if number else []
    return MarcRecord(marc.leader, [*own, *others])


def change_record(
    session: Session,
    origin: Origin,
    record: BibliographicRecord,
    *,
    marc: MarcRecord,
    classes: Classes,
    cause: RevisionCause,
    catalogue: str | None = None,
) -> None:
    """Replace a record's content; the version that stood becomes a revision.

    One that goes to another catalogue, or turns out to be in another language, leaves the
    balance of the one and enters that of the other: two entries, with the detail ``moved``.
    """
    keep_revision(session, record)
    before = facts(record)
    marc = numbered(marc, record.id)
    about = record_rules.describe(marc, classes)
    for name, value in columns(about, catalogue or record.catalogue).items():
        setattr(record, name, value)
    record.marc, record.control_number = marc.dump(), marc.get("001")
    record.link_key = links.link_key(record.control_number, record.agency)
    record.provisional = False
    stamp(record, origin, cause)
    session.flush()
    for model in (RecordLink, RecordIsbn):
        session.execute(delete(model).where(model.record_id == record.id))
    _link(session, record.id, marc, record.agency)
    after = facts(record)
    edited = origin.derive(f"edited:{record.id}")
    ledger.record(session, Kind.RECORD_EDITED, edited, after, detail=cause.value)
    if [before[name] for name in BALANCED] != [after[name] for name in BALANCED]:
        out, into = edited.derive("out"), edited.derive("into")
        ledger.record(session, Kind.RECORD_DELETED, out, before, detail=MOVED)
        ledger.record(session, Kind.RECORD_ADDED, into, after, detail=MOVED)


def rewrite_fields(
    session: Session,
    origin: Origin,
    records: Iterable[BibliographicRecord],
    rewrite: Callable[[BibliographicRecord, Field], Field],
    *,
    classes: Classes,
    cause: RevisionCause,
) -> list[BibliographicRecord]:
    """Put each record's fields through a function; the records that changed by it."""
    changed = []
    for record in records:
        old = record.marc_record()
        marc = MarcRecord(old.leader, [rewrite(record, f) for f in old.fields])
        if marc.fields != old.fields:
            change_record(session, origin, record, marc=marc, classes=classes, cause=cause)
            changed.append(record)
    return changed


def keep_revision(session: Session, subject: BibliographicRecord | AuthorityRecord) -> None:
    """Keep the version of a record that is about to be replaced."""
    version = {
        "id": new_id(),
        "subject_id": subject.id,
        "number": subject.revision,
        "marc": subject.marc,
        "catalogue": getattr(subject, "catalogue", None),
        "state": subject.state,
        "cause": subject.cause,
        "at": subject.changed_at,
        "staff_id": subject.changed_by,
    }
    bulk_insert(session, Revision, [version])


def stamp(
    subject: BibliographicRecord | AuthorityRecord, origin: Origin, cause: RevisionCause
) -> None:
    """Say who makes the new version, when and how."""
    subject.revision += 1
    subject.cause = cause
    subject.changed_at = origin.at
    subject.changed_by = origin.staff_id
    subject.change_number = new_id()


def set_state(
    session: Session,
    origin: Origin,
    record: BibliographicRecord,
    state: RecordState,
    *,
    cause: RevisionCause,
    kind: Kind,
) -> None:
    """Hide a record or bring it back, as a new version with its ledger entry."""
    keep_revision(session, record)
    record.state = state
    stamp(record, origin, cause)
    session.flush()
    ledger.record(session, kind, origin.derive(f"{cause}:{record.id}"), facts(record))


def facts(record: BibliographicRecord) -> ledger.Facts:
    """What an entry about a record says."""
    return {
        "record_id": record.id,
        "catalogue": record.catalogue,
        "material": record.material,
        "language": record.language,
        "subject_area": record.subject_area,
    }


def common(
    origin: Origin, record_id: int, marc: MarcRecord, cause: RevisionCause, agency: str = ""
) -> dict[str, Any]:
    """The columns every new record has."""
    number = marc.get("001") or str(record_id)
    return {
        "id": record_id,
        "marc": marc.dump(),
        "control_number": number,
        "agency": agency,
        "link_key": links.link_key(number, agency),
        "cause": cause.value,
        "created_at": origin.at,
        "changed_at": origin.at,
        "changed_by": origin.staff_id,
    }


def columns(about: Description, catalogue: str | None) -> dict[str, Any]:
    """The columns that follow from the MARC."""
    values: dict[str, Any] = {name: getattr(about, name) for name in COLUMNS}
    values["catalogue"] = catalogue or about.catalogue
    values["search_text"] = f" {identifiers.search_key(f'{about.title} {about.authors}')}"
    return values


def link_rows(record_id: int, marc: MarcRecord, agency: str) -> list[dict[str, Any]]:
    """The links of a record of an agency as rows."""
    return [
        {
            "id": new_id(),
            "record_id": record_id,
            "tag": link.tag,
            "relation": link.relation,
            "target": link.target,
        }
        for link in links.links(marc, agency)
    ]


def _link(session: Session, record_id: int, marc: MarcRecord, agency: str) -> None:
    bulk_insert(session, RecordLink, link_rows(record_id, marc, agency))
    bulk_insert(session, RecordIsbn, isbn_rows(record_id, marc))


def isbn_rows(record_id: int, marc: MarcRecord) -> list[dict[str, Any]]:
    """The ISBNs of a record as rows."""
    return [
        {"id": new_id(), "record_id": record_id, "isbn": isbn}
        for isbn in record_rules.record_isbns(marc)
    ]
