"""One change in many records: seen before, made at once, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ils.catalog import queries
from ils.catalog.actions.editing import note_problems
from ils.catalog.actions.records import change_record
from ils.catalog.marc.record import MarcRecord
from ils.catalog.models import Act, BatchEdit, BibliographicRecord
from ils.catalog.rules import Classes
from ils.catalog.rules.batch import Change, Operation, apply
from ils.catalog.rules.comparison import Difference, compare
from ils.errors import N_, Invalid, NotFound, Refused
from ils.ledger import Origin

PAGE = 500
SHOWN = 20
MOST = 20_000


class UnknownBatch(NotFound):
    """No batch change has this number."""

    code = "unknown_batch"
    message = N_("There is no batch change with this number.")


class AlreadyTakenBack(Refused):
    """The batch change was undone before."""

    code = "batch_taken_back"
    message = N_("This batch change was already taken back.")


class TooMany(Invalid):
    """The change would touch more records than one transaction should."""

    code = "too_many_records"
    message = N_("The change touches more than %(most)s records; narrow the search.")


@dataclass
class Preview:
    """What a change would do: how many records, and the first of them."""

    count: int = 0
    shown: list[tuple[BibliographicRecord, list[Difference]]] = field(default_factory=list)


def preview(
    session: Session,
    *,
    text: str,
    catalogue: str | None,
    change: Change,
    allowed: Sequence[str],
) -> Preview:
    """Count the records a change would touch, and show the first of them."""
    found = Preview()
    for record, before, after in _touched(session, text, catalogue, change.checked()):
        if record.catalogue not in allowed:
            continue
        found.count += 1
        if found.count <= SHOWN:
            found.shown.append((record, compare(before, after)))
    return found


def make_change(
    session: Session,
    origin: Origin,
    *,
    text: str,
    catalogue: str | None,
    change: Change,
    allowed: Sequence[str],
    classes: Classes,
) -> BatchEdit:
    """Make a change in every record it touches; records of other catalogues are left alone.

    Raises:
        TooMany: more than `MOST` records.
    """
    revisions: dict[str, int] = {}
    for record, _, after in list(_touched(session, text, catalogue, change.checked())):
        if record.catalogue not in allowed:
            continue
        if len(revisions) >= MOST:
            raise TooMany(most=MOST)
        part = replace(origin, request_id=uuid5(origin.request_id, str(record.id)))
        change_record(session, part, record, marc=after, classes=classes, act=Act.BATCH)
        note_problems(session, record)
        revisions[str(record.id)] = record.revision
    edit = BatchEdit(
        at=origin.at,
        staff_id=origin.staff_id,
        query=" ".join(filter(None, (text, catalogue or ""))),
        operation=change.as_json(),
        revisions=revisions,
        undone_at=None,
    )
    session.add(edit)
    session.flush()
    return edit


def take_back(
    session: Session, origin: Origin, batch_id: int, *, allowed: Sequence[str], classes: Classes
) -> tuple[int, int]:
    """Restore each record a batch changed, unless somebody edited it since.

    Returns:
        How many were restored, and how many were left: edited since, or not theirs.

    Raises:
        UnknownBatch: there is none.
        AlreadyTakenBack: it was undone before.
    """
    edit = session.get(BatchEdit, batch_id, with_for_update=True)
    if edit is None:
        raise UnknownBatch
    if edit.undone_at is not None:
        raise AlreadyTakenBack
    restored = left = 0
    for record_id, revision in edit.revisions.items():
        record = queries.record(session, int(record_id), lock=True)
        theirs = record.catalogue not in allowed
        if theirs or record.revision != revision or not record.active:
            left += 1
            continue
        before = queries.version(session, record, revision - 1)
        part = replace(origin, request_id=uuid5(origin.request_id, record_id))
        change_record(
            session,
            part,
            record,
            marc=before.marc,
            classes=classes,
            act=Act.RESTORED,
            catalogue=before.catalogue,
        )
        note_problems(session, record)
        restored += 1
    if restored:
        edit.undone_at = origin.at
    return restored, left


def _touched(
    session: Session, text: str, catalogue: str | None, change: Change
) -> Iterator[tuple[BibliographicRecord, MarcRecord, MarcRecord]]:
    """Records the change would alter, as they are and as they would be."""
    query = queries.records(catalogue)
    if text.strip():
        query = query.where(queries.matches(text))
    if change.operation is Operation.REPLACE and change.text.isalnum():
        query = query.where(BibliographicRecord.marc.contains(change.text, autoescape=True))
    ids = list(session.scalars(query.with_only_columns(BibliographicRecord.id)))
    for start in range(0, len(ids), PAGE):
        part = select(BibliographicRecord).where(
            BibliographicRecord.id.in_(ids[start : start + PAGE])
        )
        for record in session.scalars(part.options(undefer(BibliographicRecord.marc))):
            before = record.marc_record()
            after = apply(before, change)
            # A change that would leave a record without its title is not made.
            if after.fields != before.fields and any(f.has_text() for f in after.each("200")):
                yield record, before, after
