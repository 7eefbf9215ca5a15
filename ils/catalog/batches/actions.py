"""One change in many records: seen before, made at once, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session, undefer

from ils.catalog import checks, queries
from ils.catalog.batches.rules import Change, Operation, apply
from ils.catalog.comparison import Difference, compare
from ils.catalog.editing.actions import store_problems
from ils.catalog.models import BatchEdit, BibliographicRecord, RevisionCause
from ils.catalog.records.actions import change_record
from ils.catalog.subjects import Classes
from ils.catalog.worksheets.definitions import Worksheets
from ils.errors import N_, NotFound, Refused
from ils.ledger import Origin
from ils.marc.record import MarcRecord

PAGE = 500
PREVIEW_ROWS = 20
#: In one transaction, while which the desks of SQLite wait; the next press goes on.
BATCH_SIZE = 2_000


class UnknownBatch(NotFound):
    """No batch change has this number."""

    code = "unknown_batch"
    message = N_("There is no batch change with this number.")


class BatchAlreadyUndone(Refused):
    """The batch change was undone before."""

    code = "batch_taken_back"
    message = N_("This batch edit has already been undone.")


class NothingToChange(Refused):
    """The change was made already, or no record is as it was when it was shown."""

    code = "nothing_to_change"
    message = N_("No record would change: it was done already, or the records differ now.")


@dataclass
class Preview:
    """What a change would do: how many records, and the first of them."""

    count: int = 0
    shown: list[tuple[BibliographicRecord, list[Difference]]] = field(default_factory=list)


def preview(
    session: Session,
    *,
    found: ColumnElement[bool] | None,
    catalogue: str | None,
    change: Change,
    allowed: Sequence[str],
) -> Preview:
    """Count the records a change would touch, and show the first of them.

    Args:
        found: among which records; ``None``: all.
    """
    seen = Preview()
    query = _concerned(found, catalogue, change, allowed)
    for record, before, after in _touched(session, query, change.checked()):
        seen.count += 1
        if seen.count <= PREVIEW_ROWS:
            seen.shown.append((record, compare(before, after)))
    return seen


def make_change(
    session: Session,
    origin: Origin,
    *,
    text: str,
    found: ColumnElement[bool] | None,
    catalogue: str | None,
    change: Change,
    allowed: Sequence[str],
    classes: Classes,
    sheets: Worksheets,
) -> BatchEdit:
    """Make a change in the records it touches, the first `BATCH_SIZE` of them.

    Records of catalogues that are not theirs are left alone.

    Args:
        text: what was searched for.
        found: which records that are; ``None``: all.

    Raises:
        NothingToChange: it touches none.
    """
    revisions: dict[str, int] = {}
    query = queries.locked(_concerned(found, catalogue, change, allowed))
    for record, _, after in islice(_touched(session, query, change.checked()), BATCH_SIZE):
        change_record(
            session, origin, record, marc=after, classes=classes, cause=RevisionCause.BATCH
        )
        store_problems(session, record, sheets)
        revisions[str(record.id)] = record.revision
    if not revisions:
        raise NothingToChange
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


def reverse_batch(
    session: Session,
    origin: Origin,
    batch_id: int,
    *,
    allowed: Sequence[str],
    classes: Classes,
    sheets: Worksheets,
) -> tuple[int, int]:
    """Restore each record a batch changed, unless somebody edited it since.

    Returns:
        How many were restored, and how many were left: edited since, or not theirs.

    Raises:
        UnknownBatch: there is none.
        BatchAlreadyUndone: it was undone before.
    """
    edit = session.get(BatchEdit, batch_id, with_for_update=True)
    if edit is None:
        raise UnknownBatch
    if edit.undone_at is not None:
        raise BatchAlreadyUndone
    restored = left = 0
    for record_id, revision in edit.revisions.items():
        record = queries.record(session, int(record_id), lock=True)
        if record.catalogue not in allowed or record.revision != revision or not record.active:
            left += 1
            continue
        before = queries.version(session, record, revision - 1)
        change_record(
            session,
            origin,
            record,
            marc=before.marc,
            classes=classes,
            cause=RevisionCause.RESTORED,
            catalogue=before.catalogue,
        )
        store_problems(session, record, sheets)
        restored += 1
    if restored:
        edit.undone_at = origin.at
    return restored, left


def _concerned(
    found: ColumnElement[bool] | None,
    catalogue: str | None,
    change: Change,
    allowed: Sequence[str],
) -> Select[BibliographicRecord]:
    """The records to look through: those found, of the catalogues that are theirs."""
    query = queries.records(catalogue).where(BibliographicRecord.catalogue.in_(allowed))
    if found is not None:
        query = query.where(found)
    if change.operation is Operation.REPLACE and change.text.isalnum():
        query = query.where(BibliographicRecord.marc.contains(change.text, autoescape=True))
    return query


def _touched(
    session: Session, query: Select[BibliographicRecord], change: Change
) -> Iterator[tuple[BibliographicRecord, MarcRecord, MarcRecord]]:
    """Records the change would alter, as they are and as they would be; a page at a time."""
    last = 0
    while True:
        page = query.where(BibliographicRecord.id > last).order_by(None)
        page = page.order_by(BibliographicRecord.id).limit(PAGE)
        rows = session.scalars(page.options(undefer(BibliographicRecord.marc))).all()
        for record in rows:
            before = record.marc_record()
            after = apply(before, change)
            # A change that would leave a record without its title is not made.
            if after.fields != before.fields and checks.has_title(after):
                yield record, before, after
        if len(rows) < PAGE:
            return
        last = rows[-1].id
