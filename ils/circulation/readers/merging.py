"""Two readers who are one person made one, field by field; and taken apart again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, delete, insert, inspect, select, update
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.circulation.readers.actions import set_photo
from ils.codes.models import Code, CodeKind
from ils.db import plain, typed
from ils.errors import N_, Invalid, NotFound
from ils.ledger import Entry, Kind, Origin
from ils.organisation.audit.actions import audit
from ils.patrons import queries
from ils.patrons.actions import note_search_keys
from ils.patrons.fields import INFOS
from ils.patrons.models import Patron, PatronMerge, PatronPhoto, PatronYear
from ils.patrons.queries import reader_columns
from ils.patrons.served import settle_person
from ils.patrons.visits import count_visit, reader_facts, visit_key

#: What may be taken from the reader who goes; a guardian is one reader’s own.
FIELDS = tuple(info.name for info in INFOS if info.name not in {"guardian", "consent"})
VISITS = (Kind.VISIT, Kind.REMOTE_VISIT)
#: Of the site a reader keeps nothing of another sign-in.
_COLUMNS = tuple(c.key for c in inspect(Patron).column_attrs if not c.key.startswith("site_"))


class SameReader(Invalid):
    """A reader cannot be merged with themselves."""

    code = "same_reader"
    message = N_("Choose two different readers.")


class UnknownReaderMerge(NotFound):
    """No merge of this reader has this number, or one after it stands."""

    code = "unknown_reader_merge"
    message = N_("Only the latest merge of a reader can be undone.")


def merge_patrons(
    session: Session, origin: Origin, *, kept_id: int, dropped_id: int, taken: Collection[str]
) -> PatronMerge:
    """Make one reader of two; loans, holds, registrations, cards and all else move.

    A year for which both were registered keeps the first registration, a day at a branch one
    visit, and only the first year of all is that of a new reader. The card of the reader who
    goes is remembered as a former one, unless it is taken.

    Args:
        taken: of `FIELDS`, what is taken from the reader who goes.

    Raises:
        SameReader: they are one.
        UnknownPatron: there is none.
    """
    if kept_id == dropped_id:
        raise SameReader
    locked = {n: queries.patron(session, n, lock=True) for n in sorted((kept_id, dropped_id))}
    kept, dropped = locked[kept_id], locked[dropped_id]
    merge = PatronMerge(
        kept_id=kept_id,
        dropped={name: plain(getattr(dropped, name)) for name in _COLUMNS},
        changed={},
        moved={},
        doubled=[],
        corrected=[],
        at=origin.at,
        staff_id=origin.staff_id,
    )
    years = list(session.scalars(select(PatronYear.id).where(PatronYear.patron_id == dropped_id)))
    _move_photo(session, origin, kept, dropped)
    merge.doubled, corrected = _count_once(session, origin, kept_id, dropped_id)
    corrected += _move_visits(session, origin, years, kept_id)
    merge.moved = {
        str(column): _move(session, column, dropped_id, kept_id) for column in reader_columns()
    }
    corrected += _one_new_year(session, origin, kept_id)
    merge.corrected = [list(pair) for pair in corrected]
    values = _taken(kept, dropped, taken)
    _one_card(session, origin, kept_id, values.get("card", kept.card))
    session.expunge(dropped)
    session.execute(delete(Patron).where(Patron.id == dropped_id))
    merge.changed = {n: [plain(getattr(kept, n)), plain(v)] for n, v in values.items()}
    _set(kept, values)
    session.add(merge)
    session.flush()
    settle_person(session, kept_id)
    audit(session, origin.staff_id, "patron.merge", str(kept_id), dropped=dropped_id)
    return merge


def separate_patrons(session: Session, origin: Origin, kept_id: int, merge_id: int) -> Patron:
    """Take apart what `merge_patrons` made one; what came since stays with the kept reader.

    Raises:
        UnknownReaderMerge: it is not the latest merge of this reader.
    """
    kept = queries.patron(session, kept_id, lock=True)
    merge = session.scalar(queries.merges_of(kept_id).limit(1))
    if merge is None or merge.id != merge_id:
        raise UnknownReaderMerge
    before = {n: typed(Patron, n, old) for n, (old, new) in merge.changed.items()
              if plain(getattr(kept, n)) == new}  # fmt: skip
    _set(kept, before)
    session.flush()
    values = {name: typed(Patron, name, value) for name, value in merge.dropped.items()}
    session.execute(insert(Patron).values(values))
    dropped = queries.patron(session, values["id"])
    _end_corrections(session, origin, merge)
    for column in reader_columns():
        _move(session, column, kept_id, dropped.id, merge.moved.get(str(column), []))
    again = update(PatronYear).where(PatronYear.id.in_(merge.doubled))
    session.execute(again.values(taken_back=False))
    for reader in (kept, dropped):
        _one_card(session, origin, reader.id, reader.card)
    _repeat_corrected(session, origin, merge, dropped.id)
    session.delete(merge)
    session.flush()
    for reader in (kept, dropped):
        settle_person(session, reader.id)
    audit(session, origin.staff_id, "patron.separate", str(kept_id), dropped=dropped.id)
    return dropped


# What names a reader


def _move(
    session: Session,
    column: Column[Any],
    source: int,
    target: int,
    rows: Collection[int] | None = None,
) -> list[int]:
    """Give the rows of one reader to another; all, or those of these that are still there."""
    table = column.table
    own = select(table.c.id).where(column == source)
    if rows is not None:
        own = own.where(table.c.id.in_(rows))
    found = list(session.scalars(own.order_by(table.c.id)))
    session.execute(update(table).where(table.c.id.in_(found)).values({column.name: target}))
    session.expire_all()
    return found


def _move_photo(session: Session, origin: Origin, kept: Patron, dropped: Patron) -> None:
    """The photo of who goes, if the other has none; else it is dropped."""
    if session.get(PatronPhoto, kept.id) is not None:
        set_photo(session, origin.staff_id, dropped, None)
    photo = update(PatronPhoto).where(PatronPhoto.patron_id == dropped.id)
    session.execute(photo.values(patron_id=kept.id))


def _taken(kept: Patron, dropped: Patron, names: Collection[str]) -> dict[str, Any]:
    """The columns the kept reader gets; what is known of one only is not lost."""
    values = {name: getattr(dropped, name) for name in FIELDS if name in names}
    if "grade" in values:
        values["grade_year"] = dropped.grade_year
    for name in ("import_key", "consent_at", "guardian_id"):
        if getattr(kept, name) is None:
            values[name] = getattr(dropped, name)
    guardian = values.get("guardian_id", kept.guardian_id)
    if guardian in {kept.id, dropped.id}:
        values["guardian_id"] = None
    return values


def _set(patron: Patron, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(patron, name, value)
    note_search_keys(patron)


def _one_card(session: Session, origin: Origin, reader_id: int, card: str) -> None:
    """Of several cards of a reader one opens; the others are former ones."""
    for code in session.scalars(select(Code).where(Code.patron_id == reader_id)):
        if code.written == card:
            code.kind, code.replaced_at, code.staff_id = CodeKind.CARD, None, None
        elif code.kind == CodeKind.CARD:
            code.kind = CodeKind.FORMER_CARD
            code.replaced_at, code.staff_id = origin.at, origin.staff_id
    session.flush()


# Figures


def _count_once(
    session: Session, origin: Origin, kept_id: int, dropped_id: int
) -> tuple[list[int], list[tuple[int, int | None]]]:
    """Of two registrations for one year the later is none. Returns their ids, and the entries."""
    doubled: list[int] = []
    corrected: list[tuple[int, int | None]] = []
    theirs = {year.year: year for year in session.scalars(queries.years_of(dropped_id))}
    for mine in session.scalars(queries.years_of(kept_id)).all():
        if (other := theirs.get(mine.year)) is None:
            continue
        later = max(mine, other, key=lambda year: (year.registered_at, year.id))
        later.taken_back = True
        doubled.append(later.id)
        if (entry := queries.registration_entry(session, later.id)) is not None:
            ledger.reverse(session, entry, origin.derive(f"doubled:{entry.id}"))
            corrected.append((entry.id, None))
    session.flush()
    return doubled, corrected


def _one_new_year(session: Session, origin: Origin, kept_id: int) -> list[tuple[int, int | None]]:
    """Who was registered before is no new reader."""
    corrected = []
    years = session.scalars(queries.years_of(kept_id)).all()
    for year in years[:-1]:
        entry = queries.registration_entry(session, year.id)
        if entry is not None and entry.detail == "new":
            part = origin.derive(f"new:{entry.id}")
            ledger.reverse(session, entry, part)
            again = ledger.repeat(session, entry, part.derive("again"), detail="re")
            corrected.append((entry.id, again))
    return corrected


def _move_visits(
    session: Session, origin: Origin, years: Collection[int], reader: int
) -> list[tuple[int, int | None]]:
    """Visits of these registrations are a reader’s now; one a day at a branch."""
    corrected = []
    for entry in _standing_visits(session, years):
        ledger.reverse(session, entry, origin.derive(f"visit:{entry.id}"))
        again = ledger.repeat(session, entry, origin, key=_visit_key(entry, reader))
        corrected.append((entry.id, again))
    return corrected


def _standing_visits(session: Session, years: Collection[int]) -> list[Entry]:
    undone = aliased(Entry)
    query = select(Entry).where(
        Entry.kind.in_(VISITS),
        Entry.patron_year_id.in_(years),
        Entry.reverses_id.is_(None),
        ~select(undone.id).where(undone.reverses_id == Entry.id).exists(),
    )
    return list(session.scalars(query.order_by(Entry.id)))


def _visit_key(entry: Entry, reader: int) -> str:
    return visit_key(Kind(entry.kind), reader, entry.branch_id, entry.day)


def _end_corrections(session: Session, origin: Origin, merge: PatronMerge) -> None:
    """Take back the entries that stood for others."""
    for _, again in merge.corrected:
        entry = None if again is None else session.get_one(Entry, again)
        if entry is not None and ledger.reversal_of(session, entry) is None:
            ledger.reverse(session, entry, origin.derive(f"apart:{entry.id}"))


def _repeat_corrected(
    session: Session, origin: Origin, merge: PatronMerge, dropped_id: int
) -> None:
    """Say again what was corrected; a day the kept reader was served on stays a visit too."""
    entries = [session.get_one(Entry, pair[0]) for pair in merge.corrected]
    for entry in entries:
        if entry.kind == Kind.REGISTRATION:
            ledger.repeat(session, entry, origin.derive(f"apart:{entry.id}"))
    for entry in entries:
        for reader in (dropped_id, merge.kept_id) if entry.kind in VISITS else ():
            service = queries.first_service(
                session, reader, entry.branch_id, entry.day, remote=entry.kind == Kind.REMOTE_VISIT
            )
            if service is not None:
                there = replace(origin.as_of(service), branch_id=service.branch_id)
                count_visit(session, there, reader, reader_facts(service))
