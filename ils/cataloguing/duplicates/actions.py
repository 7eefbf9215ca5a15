"""Two records of one document made one, with all that hangs on them; and taken apart again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from ils.catalog import comparison
from ils.catalog import queries as catalog
from ils.catalog.editing import actions as editing
from ils.catalog.models import (
    FOLLOWS_RECORD,
    BibliographicRecord,
    Merge,
    NotDuplicate,
    RecordState,
    RevisionCause,
)
from ils.catalog.records import links
from ils.catalog.records.actions import change_record, rewrite_fields, set_state
from ils.catalog.subjects import Classes
from ils.catalog.worksheets.definitions import Worksheets
from ils.db import Base
from ils.errors import N_, Invalid, NotFound, Refused
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Kind, Origin
from ils.marc.record import Field


class SameRecord(Invalid):
    """A record cannot be merged with itself."""

    code = "same_record"
    message = N_("Choose two different records.")


class UnknownMerge(NotFound):
    """No merge has this number, or it was taken back."""

    code = "unknown_merge"
    message = N_("There is no such merge, or it has already been undone.")


class HasCopies(Refused):
    """Copies of the record stand in stock."""

    code = "has_copies"
    message = N_("Items of this record in stock: %(count)s; withdraw them first.")


def merge_records(
    session: Session,
    origin: Origin,
    *,
    kept_id: int,
    dropped_id: int,
    taken: Sequence[int],
    classes: Classes,
    sheets: Worksheets,
) -> Merge:
    """Hide one record behind another; its copies and its articles move.

    Args:
        taken: indexes of the fields of the dropped record that the kept one takes.

    Raises:
        SameRecord: they are one.
        NotActive: one of them is hidden.
    """
    if kept_id == dropped_id:
        raise SameRecord
    first, second = sorted((kept_id, dropped_id))
    locked = {n: catalog.record(session, n, lock=True) for n in (first, second)}
    kept, dropped = locked[kept_id], locked[dropped_id]
    if not (kept.active and dropped.active):
        raise editing.NotActive
    before, cause = kept.revision, RevisionCause.MERGED
    marc = comparison.merged(kept.marc_record(), dropped.marc_record(), taken)
    if marc.fields != kept.marc_record().fields:
        change_record(session, origin, kept, marc=marc, classes=classes, cause=cause)
        editing.store_problems(session, kept, sheets)
    moved = {f"{table.name}s": _move(session, table, dropped.id, kept.id) for table in _followers()}
    parts = session.scalars(catalog.locked(catalog.parts(dropped))).all()
    _rename_host(session, origin, parts, dropped, kept, classes=classes, cause=cause)
    set_state(session, origin, dropped, RecordState.MERGED, cause=cause, kind=Kind.RECORD_MERGED)
    dropped.merged_into_id = kept.id
    merge = Merge(
        kept_id=kept.id,
        dropped_id=dropped.id,
        before=before,
        after=kept.revision,
        moved=moved | {"parts": [part.id for part in parts]},
        at=origin.at,
        staff_id=origin.staff_id,
        undone_at=None,
    )
    session.add(merge)
    session.flush()
    return merge


def unmerge(
    session: Session, origin: Origin, record_id: int, *, classes: Classes
) -> BibliographicRecord:
    """Bring a merged record back, with the copies and articles that moved.

    The record it was merged into gets its fields back too, unless it was edited since.

    Raises:
        UnknownMerge: the record is not merged into another.
    """
    dropped = catalog.record(session, record_id, lock=True)
    if dropped.state != RecordState.MERGED or dropped.merged_into_id is None:
        raise UnknownMerge
    kept = catalog.record(session, dropped.merged_into_id, lock=True)
    merge = session.scalar(
        select(Merge)
        .where(Merge.dropped_id == dropped.id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
    )
    dropped.merged_into_id = None
    set_state(
        session,
        origin,
        dropped,
        RecordState.ACTIVE,
        cause=RevisionCause.SEPARATED,
        kind=Kind.RECORD_RESTORED,
    )
    if merge is None:  # it came in as a duplicate: its copies were never its own
        return dropped
    if kept.revision == merge.after != merge.before:
        old = catalog.version(session, kept, merge.before)
        change_record(
            session, origin, kept, marc=old.marc, classes=classes, cause=RevisionCause.SEPARATED
        )
    for table in _followers():
        _move(session, table, kept.id, dropped.id, merge.moved.get(f"{table.name}s", []))
    parts = [catalog.record(session, part_id, lock=True) for part_id in merge.moved["parts"]]
    _rename_host(
        session, origin, parts, kept, dropped, classes=classes, cause=RevisionCause.SEPARATED
    )
    merge.undone_at = origin.at
    return dropped


def _followers() -> list[Table]:
    """What hangs on a record and goes with it: copies, holds and so on."""
    tables = Base.metadata.sorted_tables
    return [t for t in tables if any(c.info == FOLLOWS_RECORD for c in t.columns)]


def _move(
    session: Session, table: Table, old: int, new: int, only: Sequence[int] | None = None
) -> list[int]:
    """Hang rows of a table on another record; returns their ids."""
    query = select(table.c.id).where(table.c.record_id == old)
    if only is not None:
        query = query.where(table.c.id.in_(only))
    ids = list(session.scalars(query))
    session.execute(update(table).where(table.c.id.in_(ids)).values(record_id=new))
    session.expire_all()
    return ids


def _rename_host(
    session: Session,
    origin: Origin,
    parts: Iterable[BibliographicRecord],
    old: BibliographicRecord,
    new: BibliographicRecord,
    *,
    classes: Classes,
    cause: RevisionCause,
) -> None:
    """Make articles and volumes that name one record as their whole name another."""
    named = links.reference(new.link_key)

    def renamed(part: BibliographicRecord, f: Field) -> Field:
        if f.tag not in links.HOST_FIELDS:
            return f
        pairs = []
        for code, value in f.subfields:
            head = {"1": "001", "0": ""}.get(code)
            number = value[len(head) :] if head is not None and value.startswith(head) else ""
            is_old = bool(number) and links.link_key(number, part.agency) == old.link_key
            pairs.append((code, f"{head}{named}") if is_old else (code, value))
        return Field(f.tag, f.indicators, pairs)

    rewrite_fields(session, origin, parts, renamed, classes=classes, cause=cause)


def mark_distinct(session: Session, origin: Origin, one_id: int, other_id: int) -> None:
    """Say that two records that look alike are different documents."""
    first, second = sorted((one_id, other_id))
    if first == second:
        raise SameRecord
    known = select(NotDuplicate.id).where(
        NotDuplicate.one_id == first, NotDuplicate.other_id == second
    )
    if session.scalar(known) is None:
        session.add(
            NotDuplicate(one_id=first, other_id=second, at=origin.at, staff_id=origin.staff_id)
        )


def delete_record(session: Session, origin: Origin, record: BibliographicRecord) -> None:
    """Hide a record that has no copies in stock.

    Raises:
        HasCopies: it has.
        NotActive, HasArticles: see `ils.catalog.editing.actions.delete_record`.
    """
    stock = select(func.sum(Item.copies)).where(
        Item.record_id == record.id, Item.status != ItemStatus.WITHDRAWN
    )
    if copies := session.scalar(stock):
        raise HasCopies(count=int(copies))
    editing.delete_record(session, origin, record)
