"""Reading the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, undefer

from ils import folding
from ils.catalog.identifiers import heading_key, isbn13
from ils.catalog.models import (
    AuthorityRecord,
    BatchEdit,
    BibliographicRecord,
    RecordIsbn,
    RecordLink,
    RecordProblem,
    RecordState,
    Revision,
)
from ils.db import id_before
from ils.errors import N_, NotFound
from ils.marc.record import MarcRecord
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Staff

MAX_SUGGESTIONS = 8
MAX_WORDS = 20
#: The largest id a column holds.
MOST = 2**63 - 1
ACTIVE = BibliographicRecord.state == RecordState.ACTIVE


class UnknownRecord(NotFound):
    """No record has this number."""

    code = "unknown_record"
    message = N_("There is no record with the number %(id)s.")


class UnknownVersion(NotFound):
    """The record has no version of this number."""

    code = "unknown_version"
    message = N_("The record has no version %(number)s.")


def record(session: Session, record_id: int, *, lock: bool = False) -> BibliographicRecord:
    """A record by its number.

    Args:
        lock: hold it until the transaction ends.

    Raises:
        UnknownRecord: there is none.
    """
    options = [undefer(BibliographicRecord.marc)] if lock else []
    found = session.get(
        BibliographicRecord, record_id, with_for_update=lock or None, options=options
    )
    if found is None:
        raise UnknownRecord(id=record_id)
    return found


class RecordGone(NotFound):
    """The record was there, and is deleted or stands for another."""

    status = HTTPStatus.GONE
    code = "record_gone"
    message = N_("This document is no longer in the catalogue.")


def active_record(session: Session, record_id: int) -> BibliographicRecord:
    """A record that is in the catalogue.

    Raises:
        UnknownRecord: there is none.
        RecordGone: it is deleted, or merged into another.
    """
    found = record(session, record_id)
    if not found.active:
        raise RecordGone
    return found


def locked(query: Select[BibliographicRecord]) -> Select[BibliographicRecord]:
    """Records to be rewritten: held until the transaction ends, in one order, as they are now."""
    ordered = query.order_by(None).order_by(BibliographicRecord.id)
    present = ordered.options(undefer(BibliographicRecord.marc)).with_for_update()
    return present.execution_options(populate_existing=True)


def records(catalogue: str | None = None) -> Select[BibliographicRecord]:
    """Records of the catalogue, newest first. Compose with ``where``."""
    query = select(BibliographicRecord).where(ACTIVE).order_by(BibliographicRecord.id.desc())
    return query.where(BibliographicRecord.catalogue == catalogue) if catalogue else query


def has_isbn(isbns: Sequence[str]) -> ColumnElement[bool]:
    """Records with one of these ISBNs among theirs."""
    return BibliographicRecord.id.in_(
        select(RecordIsbn.record_id).where(RecordIsbn.isbn.in_(isbns))
    )


def matches(text: str) -> ColumnElement[bool]:
    """The plain search: each word begins a word of title or authors; or an ISBN.

    Compare `heading_key`. For the few serials and sets a form is filled from; the catalogue is
    searched by `ils.search`.
    """
    if isbn := isbn13(text):
        return has_isbn([isbn])
    words = heading_key(text).split()[:MAX_WORDS]
    condition: ColumnElement[bool] = BibliographicRecord.search_text.is_not(None)
    for word in words:
        condition &= folding.contains(BibliographicRecord.search_text, f" {word}")
    return condition


@dataclass(frozen=True)
class Version:
    """A version of a record: who made it, when, how, and what it says."""

    number: int
    cause: str
    at: datetime
    staff: str
    marc: MarcRecord
    catalogue: str | None


def versions(
    session: Session, subject: BibliographicRecord | AuthorityRecord
) -> list[tuple[int, str, datetime, str]]:
    """(number, act, when, by whom) of each version, the present one first."""
    query = (
        select(Revision.number, Revision.cause, Revision.at, Staff.name)
        .outerjoin(Staff, Staff.id == Revision.staff_id)
        .where(Revision.subject_id == subject.id)
        .order_by(Revision.number.desc())
    )
    present = (
        subject.revision,
        subject.cause,
        subject.changed_at,
        name_of_staff(session, subject.changed_by),
    )
    past = session.execute(query).all()
    return [present, *((n, cause, at, name or "") for n, cause, at, name in past)]


def version(
    session: Session, subject: BibliographicRecord | AuthorityRecord, number: int
) -> Version:
    """A version of a record.

    Raises:
        UnknownVersion: there is none with this number.
    """
    if number == subject.revision:
        who = name_of_staff(session, subject.changed_by)
        catalogue = getattr(subject, "catalogue", None)
        marc = subject.marc_record()
        return Version(number, subject.cause, subject.changed_at, who, marc, catalogue)
    query = select(Revision).where(Revision.subject_id == subject.id, Revision.number == number)
    found = session.scalar(query.options(undefer(Revision.marc)))
    if found is None:
        raise UnknownVersion(number=number)
    who = name_of_staff(session, found.staff_id)
    marc = MarcRecord.load(found.marc)
    return Version(number, found.cause, found.at, who, marc, found.catalogue)


def name_of_staff(session: Session, staff_id: int | None) -> str:
    """The name of an account; an empty text for the system."""
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    return staff.name if staff is not None else ""


def catalogues_of(session: Session, staff_id: int | None) -> tuple[frozenset[str], frozenset[str]]:
    """The catalogues that an account's branch and the account itself may fill."""
    query = (
        select(Branch.catalogues, Staff.catalogues)
        .join(Staff, Staff.branch_id == Branch.id)
        .where(Staff.id == staff_id)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found is not None else (frozenset(), frozenset())


def parts(record: BibliographicRecord) -> Select[BibliographicRecord]:
    """The articles, issues or volumes that name this record as their whole."""
    linked = select(RecordLink.record_id).where(
        RecordLink.relation == "host", RecordLink.target == record.link_key
    )
    return records().where(BibliographicRecord.id.in_(linked))


def volumes_of(sets: Sequence[int]) -> Select[int]:
    """Numbers of the volumes of sets: described by their set's title where they name it only."""
    whole = select(BibliographicRecord.link_key).where(
        BibliographicRecord.id.in_(sets), BibliographicRecord.worksheet == "set"
    )
    return select(RecordLink.record_id).where(
        RecordLink.relation == "host", RecordLink.target.in_(whole)
    )


def count_parts(session: Session, record: BibliographicRecord) -> int:
    """How many records name this one as their whole."""
    return session.scalar(select(func.count()).select_from(parts(record).subquery())) or 0


def broken_links() -> Select[RecordLink]:
    """Links to headings and hosts that are not in the catalogue."""
    host = exists().where(BibliographicRecord.link_key == RecordLink.target, ACTIVE)
    heading = exists().where(
        AuthorityRecord.link_key == RecordLink.target,
        AuthorityRecord.state == RecordState.ACTIVE,
    )
    return select(RecordLink).where(
        or_(
            and_(RecordLink.relation == "host", ~host),
            and_(RecordLink.relation == "heading", ~heading),
        )
    )


def wholes(text: str) -> Select[BibliographicRecord]:
    """Journals, newspapers and sets by words of their title: what others are parts of."""
    kinds = BibliographicRecord.worksheet.in_(("journal", "newspaper", "set"))
    return records().where(kinds, matches(text)).limit(MAX_SUGGESTIONS)


def serials(text: str) -> Select[BibliographicRecord]:
    """Journals and newspapers by words of their title."""
    kinds = BibliographicRecord.worksheet.in_(("journal", "newspaper"))
    return records().where(kinds, matches(text)) if text.strip() else records().where(kinds)


def hidden_in(record: BibliographicRecord) -> Select[BibliographicRecord]:
    """Records merged into this one."""
    return select(BibliographicRecord).where(BibliographicRecord.merged_into_id == record.id)


def authors_beginning(beginning: str) -> Select[str, int]:
    """Authors as records name them, that begin so, with how many records have them."""
    names = BibliographicRecord.authors
    begins = func.substr(names, 1, len(beginning)) == beginning
    query = select(names, func.count().label("number")).where(ACTIVE, begins, names != "")
    return query.group_by(names).order_by(names)


# The work list


def problem_counts(session: Session) -> list[tuple[str, int]]:
    """How many records have each kind of problem, most first."""
    number = func.count(RecordProblem.record_id.distinct())
    query = select(RecordProblem.code, number).group_by(RecordProblem.code).order_by(number.desc())
    return [(code, n) for code, n in session.execute(query)]


def problems(code: str | None = None) -> Select[RecordProblem, BibliographicRecord]:
    """Problems with their records."""
    query = (
        select(RecordProblem, BibliographicRecord)
        .join(BibliographicRecord, BibliographicRecord.id == RecordProblem.record_id)
        .where(ACTIVE)
        .order_by(BibliographicRecord.id.desc(), RecordProblem.id)
    )
    return query.where(RecordProblem.code == code) if code else query


def batch_edits() -> Select[BatchEdit]:
    """Changes made in many records, latest first."""
    return select(BatchEdit).order_by(BatchEdit.id.desc())


#: A transaction that was slow may commit a smaller number than one that was read already.
SLOWEST_TRANSACTION = timedelta(minutes=5)


def changes(after: int) -> Select[int, int]:
    """(record, its change number) of what changed after a number: the feed others follow.

    A record stands in it once, with its last change; one that was deleted or merged too. In
    pages, each after the last number of the one before; a new round begins at `round_after`.
    """
    number = BibliographicRecord.change_number
    return select(BibliographicRecord.id, number).where(number > after).order_by(number)


def round_after(last: int) -> int:
    """Where a new round begins: a little before the last number that was seen.

    Transactions do not end in the order of their numbers. Some changes come again, so that
    following must do no harm when it is done twice.
    """
    return id_before(last, SLOWEST_TRANSACTION)


def has_number(text: str) -> ColumnElement[bool]:
    """Records whose own number, their id, this is: one, or none where it is no number."""
    text = text.strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else 0
    return BibliographicRecord.id == (number if number <= MOST else 0)
