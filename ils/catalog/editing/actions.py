"""What cataloguers do to a record: save, restore, delete, bring back."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ils.catalog import checks, comparison, queries
from ils.catalog.comparison import Difference
from ils.catalog.models import (
    BibliographicRecord,
    RecordLink,
    RecordProblem,
    RecordState,
    RevisionCause,
)
from ils.catalog.records.actions import add_record, change_record, set_state, with_number
from ils.catalog.subjects import Classes
from ils.catalog.worksheets import rules
from ils.catalog.worksheets.definitions import Worksheets
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid, Refused, Stale
from ils.ledger import Kind, Origin
from ils.marc.record import MarcRecord


class ChangedMeanwhile(Stale):
    """Somebody saved the same record first; facts say who, when, and what they changed."""

    code = "changed_meanwhile"
    message = N_(
        "%(who)s changed this record at %(when)s. Their changes are shown below; yours are in "
        "the form and nothing is overwritten. Look at the fields and save again."
    )

    def __init__(
        self, merged: MarcRecord, theirs: list[Difference], disputed: list[str], **facts: object
    ) -> None:
        """With the record to go on with, their changes, and the tags both changed."""
        super().__init__(**facts)
        self.merged = merged
        self.theirs = theirs
        self.disputed = disputed


class NothingToSave(Invalid):
    """A record needs a title."""

    code = "no_title"
    message = N_("A record cannot be saved without a title.")


class HasArticles(Refused):
    """Other records are described as parts of this one."""

    code = "has_articles"
    message = N_("%(count)s records are parts of this one; it cannot be deleted.")


class NotActive(Refused):
    """The record is deleted or merged."""

    code = "record_hidden"
    message = N_("This record is deleted or merged into another; bring it back first.")


class IsActive(Refused):
    """The record is in the catalogue already."""

    code = "record_active"
    message = N_("This record is in the catalogue already.")


def save_new(
    session: Session,
    origin: Origin,
    *,
    marc: MarcRecord,
    classes: Classes,
    sheets: Worksheets,
    catalogue: str,
) -> BibliographicRecord:
    """Put a record a cataloguer made into the catalogue.

    Raises:
        NothingToSave: it has no title.
    """
    _check(marc)
    own = sheets.marks.completed(rules.completed(with_number(marc, "")))
    record = add_record(session, origin, marc=own, classes=classes, catalogue=catalogue)
    store_problems(session, record, sheets)
    return record


def save_changes(
    session: Session,
    origin: Origin,
    record: BibliographicRecord,
    *,
    mine: MarcRecord,
    seen_revision: int,
    classes: Classes,
    sheets: Worksheets,
    catalogue: str,
) -> None:
    """Save what a cataloguer changed, if nobody else did meanwhile.

    Changes of different fields are joined silently only in the form that comes back: the
    cataloguer sees them and saves again.

    Raises:
        NothingToSave: it has no title.
        ChangedMeanwhile: there is a newer version than the one they saw.
        NotActive: it was deleted or merged.
    """
    _check(mine)
    if not record.active:
        raise NotActive
    theirs = record.marc_record()
    if record.revision != seen_revision:
        base = queries.version(session, record, seen_revision).marc
        merged, disputed = comparison.three_way(base, mine, theirs)
        raise ChangedMeanwhile(
            merged,
            comparison.compare(base, theirs),
            disputed,
            who=queries.name_of_staff(session, record.changed_by),
            when=record.changed_at,
        )
    mine = rules.completed(with_number(mine, record.control_number))
    mine = sheets.marks.completed(mine)
    unchanged = (mine.fields, mine.leader) == (theirs.fields, theirs.leader)
    if unchanged and catalogue == record.catalogue:
        return
    change_record(
        session,
        origin,
        record,
        marc=mine,
        classes=classes,
        cause=RevisionCause.EDITED,
        catalogue=catalogue,
    )
    store_problems(session, record, sheets)


def _check(marc: MarcRecord) -> None:
    if not checks.has_title(marc):
        raise NothingToSave


def restore_version(
    session: Session,
    origin: Origin,
    record: BibliographicRecord,
    number: int,
    *,
    classes: Classes,
    sheets: Worksheets,
) -> None:
    """Make an earlier version the present one; the versions between stay.

    Raises:
        UnknownVersion: there is none with this number.
        NotActive: the record is deleted or merged.
    """
    if not record.active:
        raise NotActive
    version = queries.version(session, record, number)
    change_record(
        session,
        origin,
        record,
        marc=version.marc,
        classes=classes,
        cause=RevisionCause.RESTORED,
        catalogue=version.catalogue,
    )
    store_problems(session, record, sheets)


def delete_record(session: Session, origin: Origin, record: BibliographicRecord) -> None:
    """Hide a record; it stays with its history and can be brought back.

    Raises:
        NotActive: it is hidden already.
        HasArticles: others are described as its parts.
    """
    if not record.active:
        raise NotActive
    if parts := queries.count_parts(session, record):
        raise HasArticles(count=parts)
    set_state(
        session,
        origin,
        record,
        RecordState.DELETED,
        cause=RevisionCause.DELETED,
        kind=Kind.RECORD_DELETED,
    )
    session.execute(delete(RecordProblem).where(RecordProblem.record_id == record.id))


def undelete_record(
    session: Session, origin: Origin, record: BibliographicRecord, sheets: Worksheets
) -> None:
    """Bring a deleted record back.

    Raises:
        IsActive: it is not deleted.
        NotActive: it is merged into another; take the merge back instead.
    """
    if record.active:
        raise IsActive
    if record.state == RecordState.MERGED:
        raise NotActive
    set_state(
        session,
        origin,
        record,
        RecordState.ACTIVE,
        cause=RevisionCause.UNDELETED,
        kind=Kind.RECORD_RESTORED,
    )
    store_problems(session, record, sheets)


def store_problems(session: Session, record: BibliographicRecord, sheets: Worksheets) -> None:
    """Write the record's problems anew, for the work list."""
    session.execute(delete(RecordProblem).where(RecordProblem.record_id == record.id))
    marc = record.marc_record()
    bulk_insert(session, RecordProblem, problem_rows(record.id, marc, record.worksheet, sheets))
    for link in session.scalars(queries.broken_links().where(RecordLink.record_id == record.id)):
        row = {"code": "broken_link", "place": link.tag, "detail": link.shown}
        bulk_insert(session, RecordProblem, [{"id": new_id(), "record_id": record.id, **row}])


def problem_rows(
    record_id: int, marc: MarcRecord, worksheet: str, sheets: Worksheets
) -> list[dict[str, object]]:
    """The problems of a record as rows."""
    return [
        {
            "id": new_id(),
            "record_id": record_id,
            "code": problem.code,
            "place": problem.place,
            "detail": problem.detail[:200],
        }
        for problem in checks.problems(marc, sheets.form(worksheet), sheets)
    ]
