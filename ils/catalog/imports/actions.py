"""Bringing records in: each is new, unchanged, changed, a duplicate, or in conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.authorities import rules as headings
from ils.catalog.authorities.actions import form_rows, propagate_heading, set_forms
from ils.catalog.identifiers import search_key
from ils.catalog.imports import queries
from ils.catalog.imports.matching import Features, MatchRule, features
from ils.catalog.models import (
    AuthorityForm,
    AuthorityRecord,
    BibliographicRecord,
    RecordIsbn,
    RecordLink,
    RecordState,
    RevisionCause,
)
from ils.catalog.records import rules
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
from ils.catalog.subjects import Classes
from ils.db import bulk_insert, new_id
from ils.ledger import Kind, OpeningOf, Origin
from ils.marc.crosswalk import KEPT, kept_field
from ils.marc.reading import ReadRecord, is_authority
from ils.marc.record import Dialect, MarcRecord

MIN_ALIKE = 0.6
#: Leader/5 of a record its library has deleted.
DELETED = "d"


class Decision(StrEnum):
    """What an import does with a record."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A record that came in, and what is decided about it.

    Attributes:
        record_id: whose copies it brings: its own, or the record it is a duplicate of.
        description: ``None`` for an authority record.
        said: what the report tells besides, in English.
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


class _KnownRecords:
    """What the catalogue has of the records of a batch, asked for at once; it grows with them."""

    def __init__(
        self,
        session: Session,
        described: Sequence[tuple[str, MarcRecord, Description | None]],
        matching: Sequence[MatchRule],
        classes: Classes,
    ) -> None:
        self.session, self.matching, self.classes = session, matching, classes
        self.features: dict[int, Features] = {}  # of the records of this batch
        keys = [key for key, _, _ in described]
        self.records: dict[str, BibliographicRecord]
        self.records = queries.by_key(session, BibliographicRecord, keys)
        self.authorities: dict[str, AuthorityRecord]
        self.authorities = queries.by_key(session, AuthorityRecord, keys)
        about = [d for _, _, d in described if d is not None]
        numbers = {n for _, marc, d in described if d is not None for n in rules.record_isbns(marc)}
        self.isbn = queries.alike(session, RecordIsbn.isbn, numbers)
        self.issn = queries.alike(
            session, BibliographicRecord.issn, [d.issn for d in about if d.is_serial]
        )
        self.match = queries.alike(
            session, BibliographicRecord.match_key, [d.match_key for d in about]
        )

    def alike(self, about: Description, own: Features) -> list[int]:
        """The records that have a number or the whole description in common with one."""
        found = [one for isbn in sorted(own["isbn"]) for one in self.isbn.get(isbn, ())]
        found += self.match.get(about.match_key or "", ())
        if about.is_serial:
            found += self.issn.get(about.issn or "", ())
        return list(dict.fromkeys(found))

    def doubled(self, candidates: Sequence[int], own: Features) -> int | None:
        """The one of the candidates that a record with these features describes again."""
        for record_id in candidates:
            other = self.features.get(record_id) or self._features(record_id)
            if any(rule.holds(own, other) for rule in self.matching):
                return record_id
        return None

    def _features(self, record_id: int) -> Features:
        marc = self.session.get_one(BibliographicRecord, record_id).marc_record()
        return features(marc, rules.describe(marc, self.classes))

    def add(self, record_id: int, about: Description, own: Features) -> None:
        """A record of this batch may be doubled by the next."""
        self.features[record_id] = own
        for isbn in own["isbn"]:
            self.isbn.setdefault(isbn, []).append(record_id)
        if about.match_key:
            self.match.setdefault(about.match_key, []).append(record_id)
        if about.issn and about.is_serial:
            self.issn.setdefault(about.issn, []).append(record_id)


@dataclass(frozen=True)
class _Importer:
    """What the decisions about the records of one batch share."""

    session: Session
    origin: Origin
    known: _KnownRecords
    classes: Classes
    source: str
    batch: RecordBatch = field(default_factory=RecordBatch)

    def _agency_of(self, marc: MarcRecord) -> str:
        return self.source or _agency(marc)

    def bibliographic(
        self, key: str, read: ReadRecord, marc: MarcRecord, about: Description
    ) -> ImportedRecord:
        there = self.known.records.get(key)
        if marc.leader[5:6] == DELETED:
            number, here = (there.id, f"{there.id} stays") if there else (0, "nothing was added")
            said = f"deleted at its source: {here}"
            return ImportedRecord(Decision.CONFLICT, number, read, marc, about, said)
        if there is None:
            return self._new(key, read, marc, about)
        return self._known(there, read, marc, about)

    def _known(
        self, there: BibliographicRecord, read: ReadRecord, marc: MarcRecord, about: Description
    ) -> ImportedRecord:
        fingerprint = marc.fingerprint()
        to = there.merged_into_id or there.id

        def decided(decision: Decision, said: str = "") -> ImportedRecord:
            return ImportedRecord(decision, to, read, marc, about, said)

        if there.fingerprint == fingerprint:
            return decided(Decision.UNCHANGED)
        if there.state == RecordState.MERGED and there.revision == there.imported_revision:
            # It came in as a duplicate and nobody touched it: its new copies go where it went.
            keep_revision(self.session, there)
            there.marc, there.fingerprint = marc.dump(), fingerprint
            stamp(there, self.origin, RevisionCause.IMPORTED)
            there.imported_revision = there.revision
            return decided(Decision.DUPLICATE, f"duplicate of {to}: kept with it, hidden")
        if _is_other(there, about):
            said = f"conflict with {there.id}: another document has this 001; say --source NAME"
            return decided(Decision.CONFLICT, said)
        if there.state != RecordState.ACTIVE or there.revision != there.imported_revision:
            why = there.state if there.state != RecordState.ACTIVE else f"edited, {there.revision}"
            said = f"conflict with {there.id}: changed there and here ({why})"
            return decided(Decision.CONFLICT, f"{said}; nothing was overwritten")
        change_record(
            self.session,
            self.origin,
            there,
            marc=marc,
            classes=self.classes,
            cause=RevisionCause.IMPORTED,
        )
        there.fingerprint, there.imported_revision = fingerprint, there.revision
        return decided(Decision.CHANGED, f"changed: {there.id}")

    def _new(
        self, key: str, read: ReadRecord, marc: MarcRecord, about: Description
    ) -> ImportedRecord:
        record_id = new_id()
        own = features(marc, about)
        alike = self.known.alike(about, own)
        twin = self.known.doubled(alike, own)
        row = self._row(key, read, marc, record_id) | columns(about, None)
        row |= {
            "branch_id": self.origin.branch_id,
            "provisional": False,
            "state": RecordState.ACTIVE if twin is None else RecordState.MERGED,
            "merged_into_id": twin,
        }
        self.batch.records.append(row)
        self.batch.isbns += isbn_rows(record_id, marc)
        if twin is not None:
            said = f"duplicate of {twin}: kept with it, hidden"
            return ImportedRecord(Decision.DUPLICATE, twin, read, marc, about, said)
        self.known.add(record_id, about, own)
        self.batch.links += link_rows(record_id, marc, self._agency_of(marc))
        about_record: ledger.Facts = {
            "record_id": record_id,
            "catalogue": about.catalogue,
            "material": about.material,
            "language": about.language,
            "subject_area": about.subject_area,
            "opening_of": OpeningOf.RECORDS,
        }
        part = self.origin.derive(key)
        entry = ledger.entry_row(Kind.OPENING, part, about_record, count=1)
        self.batch.entries.append(entry)
        said = f"resembles {alike[0]}: see the list of duplicates" if alike else ""
        return ImportedRecord(Decision.NEW, record_id, read, marc, about, said)

    def authority(self, key: str, read: ReadRecord, marc: MarcRecord) -> ImportedRecord:
        there = self.known.authorities.get(key)
        if there is None:
            row = self._row(key, read, marc, new_id())
            row |= {"kind": headings.kind(marc).value, "heading": headings.heading(marc)}
            self.batch.authorities.append(row | {"state": RecordState.ACTIVE})
            self.batch.forms += form_rows(row["id"], marc)
            return ImportedRecord(Decision.NEW, row["id"], read, marc, None)

        def decided(decision: Decision, said: str = "") -> ImportedRecord:
            return ImportedRecord(decision, there.id, read, marc, None, said)

        if there.fingerprint == marc.fingerprint():
            return decided(Decision.UNCHANGED)
        if not _alike(there.heading, headings.heading(marc)):
            said = f"conflict with heading {there.id}: another one has this 001; say --source NAME"
            return decided(Decision.CONFLICT, said)
        if there.state != RecordState.ACTIVE or there.revision != there.imported_revision:
            said = f"conflict with heading {there.id}: changed there and here"
            return decided(Decision.CONFLICT, said)
        self._change_heading(there, marc)
        return decided(Decision.CHANGED, f"changed: {there.id}")

    def _change_heading(self, there: AuthorityRecord, marc: MarcRecord) -> None:
        before = there.marc_record()
        keep_revision(self.session, there)
        there.marc, there.heading = marc.dump(), headings.heading(marc)
        there.kind = headings.kind(marc)
        stamp(there, self.origin, RevisionCause.IMPORTED)
        there.fingerprint, there.imported_revision = marc.fingerprint(), there.revision
        self.session.flush()
        set_forms(self.session, there, marc)
        # A record that only its heading changed is still as it came, for the next import.
        for record in propagate_heading(
            self.session, self.origin, there, before=before, classes=self.classes
        ):
            if record.imported_revision == record.revision - 1:
                record.imported_revision = record.revision

    def _row(self, key: str, read: ReadRecord, marc: MarcRecord, record_id: int) -> dict[str, Any]:
        agency = self._agency_of(marc)
        return common(self.origin, record_id, marc, RevisionCause.IMPORTED, agency) | {
            "dialect": read.dialect.value,
            "import_key": key,
            "fingerprint": marc.fingerprint(),
            "imported_revision": 1,
            "revision": 1,
        }


def import_records(
    session: Session,
    origin: Origin,
    *,
    records: Sequence[ReadRecord],
    classes: Classes,
    matching: Sequence[MatchRule],
    catalogue: str | None,
    source: str,
    seen: Counter[str],
) -> list[ImportedRecord]:
    """Save a batch of records.

    A new bibliographic record is entered as an opening balance of its catalogue: it was made
    elsewhere, before. A duplicate is kept, hidden, as merged into the record it doubles.

    Args:
        matching: when a record doubles another.
        catalogue: where new ones go; ``None`` lets each record's kind decide.
        source: whose numbers the 001 are, where the records do not say it.
        seen: how often each key came before in this file; counted on.
    """
    described = []
    for read in records:
        if read.marc is not None:
            authority = is_authority(read.marc)
            about = None if authority else rules.describe(read.marc, classes)
            key = _import_key(read.marc, source, seen)
            described.append((key, read, read.marc, about))
    asked = [(key, marc, about) for key, _, marc, about in described]
    known = _KnownRecords(session, asked, matching, classes)
    importer, incoming = _Importer(session, origin, known, classes, source), []
    for key, read, marc, found in described:
        if found is None:
            incoming.append(importer.authority(key, read, marc))
        else:
            about = replace(found, catalogue=catalogue or found.catalogue)
            incoming.append(importer.bibliographic(key, read, marc, about))
    batch = importer.batch
    bulk_insert(session, BibliographicRecord, batch.records)
    bulk_insert(session, AuthorityRecord, batch.authorities)
    bulk_insert(session, RecordLink, batch.links)
    bulk_insert(session, RecordIsbn, batch.isbns)
    bulk_insert(session, AuthorityForm, batch.forms)
    ledger.record_many(session, batch.entries)
    return incoming


def _is_other(there: BibliographicRecord, about: Description) -> bool:
    """Whether neither the number nor the title speaks for one document."""
    if there.isbn in about.isbns:
        return False
    return not _alike(there.title, about.title)


def _alike(one: str, other: str) -> bool:
    """Whether two titles or headings may be one, corrected: one begins the other, or nearly so."""
    first, second = search_key(one), search_key(other)
    if first.startswith(second) or second.startswith(first):
        return True
    return SequenceMatcher(None, first, second).ratio() >= MIN_ALIKE


def _import_key(marc: MarcRecord, source: str, seen: Counter[str]) -> str:
    """Agency and 001, else the fingerprint; and which one it is among equals in its file."""
    number = marc.get("001").strip()
    agency = source or _agency(marc)
    if is_authority(marc):
        agency = f"{agency}|{headings.kind(marc)}"
    key = f"{agency}|{number}" if number else marc.fingerprint()
    seen[key] += 1
    return f"{key}:{seen[key]}"


def _agency(marc: MarcRecord) -> str:
    """Whose number 001 is: 003, also one kept from MARC21; else who issued the record (801)."""
    kept = (kept_field(f, Dialect.MARC21) for f in marc.each(KEPT))
    told = next((f.get("") for f in kept if f is not None and f.tag == "003"), "")
    sources = list(marc.each("801"))
    issuing = [f for f in sources if f.indicators[1:] == "2"] or sources[-1:]
    return (marc.get("003") or told or next((f.get("b") for f in issuing), "")).strip()
