"""What is done to the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog import rules
from ils.catalog.marc import reading
from ils.catalog.marc.reading import ReadRecord
from ils.catalog.marc.record import Dialect, Field, MarcRecord
from ils.catalog.models import AuthorityRecord, BibliographicRecord
from ils.catalog.rules import Classes, Description
from ils.db import bulk_insert, new_id
from ils.ledger import Kind, OpeningOf, Origin


@dataclass(frozen=True)
class Imported:
    """A record that came in, and what is known of it without asking again."""

    id: int
    read: ReadRecord
    marc: MarcRecord
    #: ``None`` for an authority record.
    description: Description | None


def add_imported(
    session: Session,
    origin: Origin,
    *,
    records: Sequence[ReadRecord],
    dialect: Dialect,
    classes: Classes,
    catalogue: str | None,
    seen: Counter[str],
) -> list[Imported]:
    """Save the records of a batch that the catalogue does not have yet.

    Each bibliographic record is entered as an opening balance of its catalogue: it was
    made elsewhere, before.

    Args:
        catalogue: where they go; ``None`` lets each record's kind decide.
        seen: how often each fingerprint came before in this file; counted on.
    """
    keyed = [(_import_key(r.marc, seen), r, r.marc) for r in records if r.marc is not None]
    known = _known_keys(session, [key for key, _, _ in keyed])
    imported, bibliographic, authorities, entries = [], [], [], []
    for key, read, marc in keyed:
        if key in known:
            continue
        row = _common(origin, marc, dialect, key)
        about = None
        if reading.is_authority(marc):
            authorities.append(row | {"heading": rules.heading(marc, dialect)})
        else:
            about = rules.describe(marc, dialect, classes)
            about = replace(about, catalogue=catalogue or about.catalogue)
            bibliographic.append(row | _columns(about) | {"provisional": False})
            place, facts = origin.also(key), _facts(row["id"], about)
            entries.append(
                ledger.row(session, Kind.OPENING, place, facts, count=1, detail=OpeningOf.RECORDS)
            )
        imported.append(Imported(row["id"], read, marc, about))
    bulk_insert(session, BibliographicRecord, bibliographic)
    bulk_insert(session, AuthorityRecord, authorities)
    ledger.record_many(session, entries)
    return imported


def add_provisional(
    session: Session,
    origin: Origin,
    *,
    title: str,
    author: str,
    division: str | None,
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
        isbn=None,
        issn=None,
        material="book",
        division=division,
        catalogue=catalogue,
    )
    record = BibliographicRecord(
        **_common(origin, marc, Dialect.UNIMARC, None), **_columns(about), provisional=True
    )
    session.add(record)
    session.flush()
    ledger.record(session, Kind.RECORD_ADDED, origin.also("record"), _facts(record.id, about))
    return record


def _facts(record_id: int, about: Description) -> ledger.Facts:
    return {
        "record_id": record_id,
        "catalogue": about.catalogue,
        "material": about.material,
        "language": about.language,
        "division": about.division,
    }


def _common(
    origin: Origin, marc: MarcRecord, dialect: Dialect, import_key: str | None
) -> dict[str, Any]:
    """The columns every record has."""
    return {
        "id": new_id(),
        "dialect": dialect.value,
        "marc": marc.dump(),
        "import_key": import_key,
        "created_at": origin.at,
    }


def _columns(about: Description) -> dict[str, Any]:
    """The columns that follow from the MARC."""
    search_text = f" {rules.search_key(f'{about.title} {about.authors}')}"
    return asdict(about) | {"search_text": search_text}


def _import_key(marc: MarcRecord, seen: Counter[str]) -> str:
    fingerprint = marc.fingerprint()
    seen[fingerprint] += 1
    return f"{fingerprint}:{seen[fingerprint]}"


def _known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    known = set[str]()
    for model in (BibliographicRecord, AuthorityRecord):
        known.update(session.scalars(select(model.import_key).where(model.import_key.in_(keys))))
    return known
