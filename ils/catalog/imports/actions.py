"""Bringing records in: each is new, unchanged, changed, a duplicate, or in conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.authorities import rules as headings
from ils.catalog.authorities.actions import form_rows, propagate_heading, set_forms
from ils.catalog.imports.decisions import (
    Decision,
    ImportRules,
    IncomingRecord,
    KnownRecords,
    NewRecords,
    Verdict,
    incoming,
)
from ils.catalog.models import (
    AuthorityForm,
    AuthorityRecord,
    BibliographicRecord,
    RecordIsbn,
    RecordLink,
    RecordState,
    RevisionCause,
)
from ils.catalog.records.actions import (
    change_record,
    columns,
    common,
    isbn_rows,
    keep_revision,
    link_rows,
    stamp,
)
from ils.catalog.records.rules import Description
from ils.db import bulk_insert, new_id
from ils.ledger import Kind, OpeningOf, Origin
from ils.marc.reading import ReadRecord
from ils.marc.record import MarcRecord


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A record that came in, and what was decided about it.

    Attributes:
        record_id: whose copies it brings: its own, or the record it is a duplicate of.
        description: ``None`` for an authority record.
        said: what the report tells besides.
    """

    decision: Decision
    record_id: int
    read: ReadRecord
    marc: MarcRecord
    description: Description | None
    said: str = ""


@dataclass
class RecordBatch:
    """The rows that one batch adds; each list becomes one statement."""

    records: list[dict[str, Any]] = field(default_factory=list)
    authorities: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    isbns: list[dict[str, Any]] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Importer:
    """Does what is decided about the records of one batch."""

    session: Session
    origin: Origin
    known: KnownRecords
    how: ImportRules
    batch: RecordBatch = field(default_factory=RecordBatch)

    def take(self, one: IncomingRecord) -> ImportedRecord:
        """Bring a record in, or leave it."""
        verdict = self.known.verdict(one)
        record_id = verdict.record_id
        if verdict.decision is Decision.CHANGED:
            if one.description is None:
                self._change_heading(self.known.authorities[one.key], one)
            else:
                self._change(self.known.records[one.key], one)
        elif verdict.decision is Decision.DUPLICATE and one.key in self.known.records:
            self._replace_hidden(self.known.records[one.key], one)
        elif verdict.decision in {Decision.NEW, Decision.DUPLICATE}:
            added = self._add(one, verdict)
            record_id = record_id or added
        said = verdict.said
        return ImportedRecord(
            verdict.decision, record_id, one.read, one.marc, one.description, said
        )

    def _change(self, there: BibliographicRecord, one: IncomingRecord) -> None:
        change_record(
            self.session,
            self.origin,
            there,
            marc=one.marc,
            classes=self.how.classes,
            cause=RevisionCause.IMPORTED,
        )
        there.fingerprint, there.imported_revision = one.fingerprint, there.revision

    def _replace_hidden(self, there: BibliographicRecord, one: IncomingRecord) -> None:
        """It came in as a duplicate and nobody touched it: its copies go where it went."""
        keep_revision(self.session, there)
        there.marc, there.fingerprint = one.marc.dump(), one.fingerprint
        stamp(there, self.origin, RevisionCause.IMPORTED)
        there.imported_revision = there.revision

    def _add(self, one: IncomingRecord, verdict: Verdict) -> int:
        record_id = new_id()
        row = self._row(one, record_id)
        if one.description is None:
            row |= {"kind": headings.kind(one.marc).value, "heading": headings.heading(one.marc)}
            self.batch.authorities.append(row | {"state": RecordState.ACTIVE})
            self.batch.forms += form_rows(record_id, one.marc)
            return record_id
        twin = verdict.record_id or None
        self.batch.records.append(
            row
            | columns(one.description, None)
            | {
                "branch_id": self.origin.branch_id,
                "provisional": False,
                "state": RecordState.ACTIVE if twin is None else RecordState.MERGED,
                "merged_into_id": twin,
            }
        )
        self.batch.isbns += isbn_rows(record_id, one.marc)
        if twin is None:
            self.known.new.add(record_id, one.description, verdict.features)
            self.batch.links += link_rows(record_id, one.marc, one.agency)
            self.batch.entries.append(self._opening(one.key, record_id, one.description))
        return record_id

    def _opening(self, key: str, record_id: int, about: Description) -> dict[str, Any]:
        """A new record is an opening balance of its catalogue: it was made elsewhere, before."""
        facts: ledger.Facts = {
            "record_id": record_id,
            "catalogue": about.catalogue,
            "material": about.material,
            "language": about.language,
            "subject_area": about.subject_area,
            "opening_of": OpeningOf.RECORDS,
        }
        return ledger.entry_row(Kind.OPENING, self.origin.derive(key), facts, count=1)

    def _change_heading(self, there: AuthorityRecord, one: IncomingRecord) -> None:
        before, marc = there.marc_record(), one.marc
        keep_revision(self.session, there)
        there.marc, there.heading = marc.dump(), headings.heading(marc)
        there.kind = headings.kind(marc)
        stamp(there, self.origin, RevisionCause.IMPORTED)
        there.fingerprint, there.imported_revision = one.fingerprint, there.revision
        self.session.flush()
        set_forms(self.session, there, marc)
        # A record that only its heading changed is still as it came, for the next import.
        for record in propagate_heading(
            self.session, self.origin, there, before=before, classes=self.how.classes
        ):
            if record.imported_revision == record.revision - 1:
                record.imported_revision = record.revision

    def _row(self, one: IncomingRecord, record_id: int) -> dict[str, Any]:
        return common(self.origin, record_id, one.marc, RevisionCause.IMPORTED, one.agency) | {
            "dialect": one.read.dialect.value,
            "import_key": one.key,
            "fingerprint": one.fingerprint,
            "imported_revision": 1,
            "revision": 1,
        }


def import_records(
    session: Session,
    origin: Origin,
    records: Sequence[ReadRecord],
    how: ImportRules,
    seen: Counter[str],
) -> list[ImportedRecord]:
    """Save a batch of records. A duplicate is kept, hidden, as merged into what it doubles.

    Args:
        seen: how often each key came before in this file; counted on.
    """
    described = incoming(session, records, how, seen)
    known = KnownRecords(session, described, how, NewRecords(), lock=True)
    importer = _Importer(session, origin, known, how)
    taken = [importer.take(one) for one in described]
    batch = importer.batch
    bulk_insert(session, BibliographicRecord, batch.records)
    bulk_insert(session, AuthorityRecord, batch.authorities)
    bulk_insert(session, RecordLink, batch.links)
    bulk_insert(session, RecordIsbn, batch.isbns)
    bulk_insert(session, AuthorityForm, batch.forms)
    ledger.record_many(session, batch.entries)
    return taken


def foresee(
    session: Session,
    records: Sequence[ReadRecord],
    how: ImportRules,
    seen: Counter[str],
    new: NewRecords,
) -> list[tuple[IncomingRecord, Verdict]]:
    """What would become of a batch of records; nothing is changed.

    Args:
        seen, new: of the batches before this one; carried on.
    """
    described = incoming(session, records, how, seen)
    known, found = KnownRecords(session, described, how, new, lock=False), []
    for one in described:
        verdict = known.verdict(one)
        if verdict.decision is Decision.NEW and one.description is not None:
            number = -len(new.features) - 1  # it has none yet
            new.add(number, one.description, verdict.features)
        found.append((one, verdict))
    return found
