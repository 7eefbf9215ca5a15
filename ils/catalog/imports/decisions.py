"""What becomes of each record of a file: told before anything is written, and while it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum

from sqlalchemy.orm import Session

from ils.catalog.authorities import queries as authorities
from ils.catalog.authorities import rules as headings
from ils.catalog.authorities.merging import followed, successors
from ils.catalog.identifiers import search_key
from ils.catalog.imports import queries
from ils.catalog.imports.matching import Features, MatchRule, features
from ils.catalog.models import AuthorityRecord, BibliographicRecord, RecordIsbn, RecordState
from ils.catalog.records import rules
from ils.catalog.records.rules import Description
from ils.catalog.subjects import Classes
from ils.errors import N_, Remark
from ils.marc.crosswalk import KEPT, kept_field
from ils.marc.crosswalk.authorities import is_authority
from ils.marc.reading import ReadRecord
from ils.marc.record import Dialect, MarcRecord

MIN_ALIKE = 0.6
#: Leader/5 of a record its library has deleted.
DELETED = "d"
#: Why a record is put aside.
OTHER_DOCUMENT = N_(
    "conflict with %(number)s: another document has this 001; say where the records come from"
)
CHANGED_HERE = N_("conflict with %(number)s: changed there and here; nothing was overwritten")
OTHER_CATALOGUE = N_("it would come into a catalogue you may not fill")
NOT_YOURS = N_("%(number)s: it is in a catalogue you may not change")
DOUBLED = N_("duplicate of %(number)s: kept with it, hidden")
CHANGED = N_("changed: %(number)s")


class Decision(StrEnum):
    """What an import does with a record."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class ImportRules:
    """How the records of a file are taken.

    Attributes:
        matching: when a record doubles another.
        catalogue: where new ones go; ``None`` lets each record's kind decide.
        source: whose numbers the 001 are, where the records do not say it.
        may_fill: the catalogues whoever brings them in may change; ``None``: all.
    """

    classes: Classes
    matching: Sequence[MatchRule]
    catalogue: str | None = None
    source: str = ""
    may_fill: frozenset[str] | None = None

    def may(self, catalogues: Iterable[str]) -> bool:
        """Whether records of all these catalogues may be changed."""
        return self.may_fill is None or self.may_fill.issuperset(catalogues)

    def agency(self, marc: MarcRecord) -> str:
        """Whose number 001 is: as said; 003, also one kept from MARC21; who issued it (801)."""
        kept = (kept_field(f, Dialect.MARC21) for f in marc.each(KEPT))
        told = next((f.get("") for f in kept if f is not None and f.tag == "003"), "")
        sources = list(marc.each("801"))
        issuing = [f for f in sources if f.indicators[1:] == "2"] or sources[-1:]
        named = marc.get("003") or told or next((f.get("b") for f in issuing), "")
        return self.source or named.strip()


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """A record of a file that could be read.

    Attributes:
        key: agency and 001, else the fingerprint; and which one it is among equals in its file.
        marc: as it will be kept: its headings are those that stand for the ones it names.
        description: ``None`` of an authority record.
        agency: whose number 001 is.
        fingerprint: of the record as it came, whatever was made of it here.
    """

    key: str
    read: ReadRecord
    marc: MarcRecord
    description: Description | None
    agency: str
    fingerprint: str


def incoming(
    session: Session, records: Sequence[ReadRecord], how: ImportRules, seen: Counter[str]
) -> list[IncomingRecord]:
    """The records that could be read, described.

    Args:
        seen: how often each key came before in this file; counted on.
    """
    found, merged = [], successors(session)
    for read in records:
        if read.marc is None:
            continue
        marc, about = read.marc, None
        agency, fingerprint = how.agency(marc), marc.fingerprint()
        key = _key(marc, agency, fingerprint, seen)
        if not is_authority(marc):
            fields = [followed(f, agency, merged) for f in marc.fields] if merged else marc.fields
            marc = MarcRecord(marc.leader, fields)
            about = rules.describe(marc, how.classes)
            about = replace(about, catalogue=how.catalogue or about.catalogue)
        found.append(IncomingRecord(key, read, marc, about, agency, fingerprint))
    return found


def _key(marc: MarcRecord, agency: str, fingerprint: str, seen: Counter[str]) -> str:
    number = marc.get("001").strip()
    if is_authority(marc):
        agency = f"{agency}|{headings.kind(marc)}"
    key = f"{agency}|{number}" if number else fingerprint
    seen[key] += 1
    return f"{key}:{seen[key]}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided about a record.

    Attributes:
        record_id: the record it is about: the one it was before, or doubles; 0 if it is new.
        said: what the report tells besides.
        features: of a new record, for those that may double it.
    """

    decision: Decision
    record_id: int = 0
    said: str = ""
    features: Features | None = None


@dataclass
class NewRecords:
    """Records of a file that were new: later ones may double them."""

    features: dict[int, Features] = field(default_factory=dict)
    isbn: dict[str, list[int]] = field(default_factory=dict)
    issn: dict[str, list[int]] = field(default_factory=dict)
    match: dict[str, list[int]] = field(default_factory=dict)

    def add(self, record_id: int, about: Description, own: Features | None) -> None:
        """One more."""
        assert own is not None  # noqa: S101 -- the verdict on a new one has them
        self.features[record_id] = own
        for isbn in own["isbn"]:
            self.isbn.setdefault(isbn, []).append(record_id)
        if about.match_key:
            self.match.setdefault(about.match_key, []).append(record_id)
        if about.issn and about.is_serial:
            self.issn.setdefault(about.issn, []).append(record_id)


class KnownRecords:
    """What the catalogue has of the records of a batch, asked for at once."""

    def __init__(
        self,
        session: Session,
        batch: Sequence[IncomingRecord],
        how: ImportRules,
        new: NewRecords,
        *,
        lock: bool,
    ) -> None:
        """Ask.

        Args:
            new: of this batch, and of earlier ones that are not in the database.
            lock: hold those that came before until the transaction ends.
        """
        self.session, self.how, self.new = session, how, new
        keys = [one.key for one in batch]
        self.records: dict[str, BibliographicRecord]
        self.records = queries.by_key(session, BibliographicRecord, keys, lock=lock)
        self.authorities: dict[str, AuthorityRecord]
        self.authorities = queries.by_key(session, AuthorityRecord, keys, lock=lock)
        about = [one.description for one in batch if one.description is not None]
        marcs = [one.marc for one in batch if one.description is not None]
        numbers = {number for marc in marcs for number in rules.record_isbns(marc)}
        self.isbn = queries.alike(session, RecordIsbn.isbn, numbers)
        issns = [d.issn for d in about if d.is_serial]
        self.issn = queries.alike(session, BibliographicRecord.issn, issns)
        match_keys = [d.match_key for d in about]
        self.match = queries.alike(session, BibliographicRecord.match_key, match_keys)

    def verdict(self, one: IncomingRecord) -> Verdict:
        """What becomes of a record."""
        if one.description is None:
            return self._of_heading(one)
        there = self.records.get(one.key)
        if one.marc.leader[5:6] == DELETED:
            gone = Remark(N_("deleted at its source; nothing was changed here"))
            return Verdict(Decision.CONFLICT, there.id if there else 0, gone)
        if there is not None:
            verdict = _of_known(there, one, one.description)
            touched = verdict.decision in {Decision.CHANGED, Decision.DUPLICATE}
            return _refused(verdict) if touched and not self.how.may([there.catalogue]) else verdict
        if not self.how.may([one.description.catalogue]):
            return Verdict(Decision.CONFLICT, 0, Remark(OTHER_CATALOGUE))
        own = features(one.marc, one.description)
        alike = self._alike(one.description, own)
        if (twin := self._doubled(alike, own)) is not None:
            return Verdict(Decision.DUPLICATE, twin, Remark(DOUBLED, number=twin))
        resembling = N_("resembles %(number)s: see the list of duplicates")
        seen = [record_id for record_id in alike if record_id > 0]
        said: str = Remark(resembling, number=seen[0]) if seen else ""
        return Verdict(Decision.NEW, 0, said, own)

    def _of_heading(self, one: IncomingRecord) -> Verdict:
        there = self.authorities.get(one.key)
        if there is None:
            return Verdict(Decision.NEW)
        if there.fingerprint == one.fingerprint:
            return Verdict(Decision.UNCHANGED, there.id)
        if not _alike(there.heading, headings.heading(one.marc)):
            return Verdict(Decision.CONFLICT, there.id, Remark(OTHER_DOCUMENT, number=there.id))
        if _touched(there):
            return Verdict(Decision.CONFLICT, there.id, Remark(CHANGED_HERE, number=there.id))
        verdict = Verdict(Decision.CHANGED, there.id, Remark(CHANGED, number=there.id))
        if self.how.may_fill is not None:  # the records that name it change with it
            named = self.session.scalars(authorities.catalogues_using(there))
            return verdict if self.how.may(named) else _refused(verdict)
        return verdict

    def _alike(self, about: Description, own: Features) -> list[int]:
        """The records that have a number or the whole description in common with one."""
        places = [(self.isbn, self.new.isbn, isbn) for isbn in sorted(own["isbn"])]
        places.append((self.match, self.new.match, about.match_key or ""))
        if about.is_serial:
            places.append((self.issn, self.new.issn, about.issn or ""))
        found = [one for old, new, key in places for one in (*old.get(key, ()), *new.get(key, ()))]
        return list(dict.fromkeys(found))

    def _doubled(self, candidates: Sequence[int], own: Features) -> int | None:
        """The one of the candidates that a record with these features describes again."""
        for record_id in candidates:
            other = self.new.features.get(record_id) or self._features(record_id)
            if any(rule.holds(own, other) for rule in self.how.matching):
                return record_id
        return None

    def _features(self, record_id: int) -> Features:
        marc = self.session.get_one(BibliographicRecord, record_id).marc_record()
        return features(marc, rules.describe(marc, self.how.classes))


def _refused(verdict: Verdict) -> Verdict:
    said = Remark(NOT_YOURS, number=verdict.record_id)
    return Verdict(Decision.CONFLICT, verdict.record_id, said)


def _of_known(there: BibliographicRecord, one: IncomingRecord, about: Description) -> Verdict:
    to = there.merged_into_id or there.id
    if there.fingerprint == one.fingerprint:
        return Verdict(Decision.UNCHANGED, to)
    if there.state == RecordState.MERGED and there.revision == there.imported_revision:
        return Verdict(Decision.DUPLICATE, to, Remark(DOUBLED, number=to))
    if there.isbn not in about.isbns and not _alike(there.title, about.title):
        return Verdict(Decision.CONFLICT, to, Remark(OTHER_DOCUMENT, number=there.id))
    if _touched(there):
        return Verdict(Decision.CONFLICT, to, Remark(CHANGED_HERE, number=there.id))
    return Verdict(Decision.CHANGED, to, Remark(CHANGED, number=there.id))


def _touched(there: BibliographicRecord | AuthorityRecord) -> bool:
    """Whether somebody changed it here since it came in."""
    return there.state != RecordState.ACTIVE or there.revision != there.imported_revision


def _alike(one: str, other: str) -> bool:
    """Whether two titles or headings may be one, corrected: one begins the other, or nearly so."""
    first, second = search_key(one), search_key(other)
    if first.startswith(second) or second.startswith(first):
        return True
    return SequenceMatcher(None, first, second).ratio() >= MIN_ALIKE
