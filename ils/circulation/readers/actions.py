"""What the library keeps of one person: told in full, and forgotten on demand (Law 94-V)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, and_, delete, inspect, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ils import files, ledger, scan_times
from ils.circulation.context import Desk
from ils.circulation.desk.undo import check_own
from ils.circulation.holds.actions import cancel_all
from ils.circulation.holds.models import Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan, LoanEnd
from ils.codes import actions as codes
from ils.codes import queries as code_queries
from ils.db import plain
from ils.errors import N_, NotFound, Refused
from ils.files import Purpose, ReceivedFile, StoredFile
from ils.idempotency import IdempotencyKey
from ils.jobs.actions import enqueue
from ils.jobs.models import CHECKPOINT, Job
from ils.messages.outbox import OutgoingMessage
from ils.organisation.audit.actions import audit
from ils.organisation.audit.models import AuditEntry
from ils.patrons import queries as patron_queries
from ils.patrons.models import (
    READERS_WORDS,
    SHARES_WORDS,
    ConsentRecord,
    Patron,
    PatronPhoto,
)
from ils.patrons.visits import uncount_visit

#: Columns of a reader that say nothing of the person: made of others, or told apart below.
NOT_TOLD = {
    "search_text", "phone_number", "import_key", "guardian_id", "branch_id", "grade_year",
    "site_password", "site_code_until", "site_version",
}  # fmt: skip
OWN = tuple(c.key for c in inspect(Patron).column_attrs if c.key not in NOT_TOLD)


class HasLoans(Refused):
    """The reader has copies at home."""

    code = "has_loans"
    message = N_("The reader has %(count)s copies; take them back first.")


def export_personal_data(session: Session, patron: Patron) -> dict[str, Any]:
    """All that is kept of a reader, as plain values for JSON."""

    def rows(query: Any, *names: str) -> list[dict[str, Any]]:
        return [{n: plain(getattr(row, n)) for n in names} for row in session.scalars(query)]

    merges = session.scalars(patron_queries.merges_of(patron.id))
    loans = select(Loan).where(Loan.patron_id == patron.id).order_by(Loan.id)
    loans = loans.options(joinedload(Loan.item))
    holds = select(Hold).where(Hold.patron_id == patron.id).order_by(Hold.id)
    holds = holds.options(joinedload(Hold.record))
    consents = select(ConsentRecord).where(ConsentRecord.patron_id == patron.id)
    return {
        **{name: plain(getattr(patron, name)) for name in OWN},
        "photo": session.get(PatronPhoto, patron.id) is not None,
        "retired_cards": rows(
            code_queries.former_cards(patron.id), "written", "replaced_at", "reason"
        ),
        "registrations": rows(
            patron_queries.years_of(patron.id), "year", "category", "registered_at"
        ),
        "merged": [{**merge.dropped, "at": plain(merge.at)} for merge in merges],
        "consents": rows(consents.order_by(ConsentRecord.id), "given", "at"),
        "blocks": rows(
            patron_queries.blocks(patron.id), "reason", "placed_at", "until", "lifted_at"
        ),
        "loans": [
            {
                "title": loan.item.record.title,
                "number": loan.item.number,
                "issued_at": plain(loan.issued_at),
                "due": plain(loan.due),
                "ended_at": plain(loan.ended_at),
            }
            for loan in session.scalars(loans)
        ],
        "holds": [
            {"title": hold.record.title, "placed_at": plain(hold.placed_at), "state": hold.status}
            for hold in session.scalars(holds)
        ],
        **_all_else(session, patron.id),
    }


#: Tables whose rows `export_personal_data` tells in its own words.
TOLD = {
    "patron", "code", "patron_year", "patron_merge", "consent_record", "patron_block", "loan",
    "hold",
}  # fmt: skip


def _all_else(session: Session, patron_id: int) -> dict[str, list[dict[str, Any]]]:
    """Table → its rows that name the reader, of all others: what readers wrote, kept, were sent."""
    found = {}
    for column in patron_queries.reader_columns():
        if column.table.name not in TOLD:
            rows = session.execute(select(column.table).where(column == patron_id)).mappings()
            found[column.table.name] = [{k: plain(v) for k, v in row.items()} for row in rows]
    return found


def set_photo(
    session: Session, staff_id: int | None, patron: Patron, received: ReceivedFile | None
) -> None:
    """Keep a reader's photo instead of the one before, or take it away."""
    before = session.get(PatronPhoto, patron.id)
    if before is not None:
        file = session.get_one(StoredFile, before.file_id)
        session.delete(before)
        session.flush()
        files.drop(session, file)
    if received is not None:
        file = files.keep(
            session,
            received,
            Purpose.PHOTO,
            name=f"{patron.id}.jpg",
            type="image/jpeg",
            created_by=staff_id,
        )
        session.add(PatronPhoto(patron_id=patron.id, file_id=file.id))
        session.flush()
    if before is not None or received is not None:
        action = "patron.photo" if received is not None else "patron.photo_removed"
        audit(session, staff_id, action, str(patron.id))


class ReaderWasServed(Refused):
    """Something was lent on the registration."""

    code = "reader_was_served"
    message = N_("Something was lent on this registration; it cannot be taken back.")


def take_back_registration(desk: Desk, patron: Patron, year: int) -> None:
    """A registration was a mistake: it counts no more, nor does the visit it made.

    Raises:
        UnknownRegistration: the reader is not registered for the year.
        ReaderWasServed: something was lent on it.
        UndoRefused: it is not one's own of today, and nobody with the right let it pass.
    """
    session = desk.session
    found = patron_queries.patron_year(session, patron.id, year)
    if found is None:
        raise UnknownRegistration(year=year)
    served = select(Loan.id).where(
        Loan.patron_year_id == found.id, Loan.ended_by.is_distinct_from(LoanEnd.UNDONE)
    )
    if session.scalar(served.limit(1)) is not None:
        raise ReaderWasServed
    entry = patron_queries.registration_entry(session, found.id)
    if entry is None:
        raise UnknownRegistration(year=year)
    check_own(desk, entry, f"patron:{patron.id}")
    ledger.reverse(session, entry, desk.origin)
    uncount_visit(session, desk.origin, patron.id, entry)
    found.taken_back = True
    session.flush()


class UnknownRegistration(NotFound):
    """The reader is not registered for the year."""

    code = "unknown_registration"
    message = N_("The reader is not registered for %(year)s.")


#: Kinds of jobs that read files of readers.
IMPORTS = ("read_patrons", "import_patrons")


def erase_patron(desk: Desk, patron: Patron) -> None:
    """Erase a person. Loans, registrations and entries stay, nobody's now; figures do not change.

    Raises:
        HasLoans: copies are at the reader's home.
    """
    session, patron_id = desk.session, patron.id
    held = loan_queries.patron_status(session, patron_id, desk.origin.day).held
    if held:
        raise HasLoans(count=held)
    cancel_all(desk, patron_id)
    session.flush()
    set_photo(session, desk.origin.staff_id, patron, None)
    cards = {code.written for code in session.scalars(code_queries.codes_of_patron(patron_id))}
    codes.drop_of_patron(session, patron_id)
    to_reader = or_(
        OutgoingMessage.patron_id == patron_id,
        and_(  # a letter of another reader at the same address stays
            OutgoingMessage.patron_id.is_(None),
            OutgoingMessage.to == patron.email,
            OutgoingMessage.to != "",
        ),
    )
    session.execute(delete(OutgoingMessage).where(to_reader))
    # Answers and reports of imports that may name the reader; what guards repeats stays.
    session.execute(delete(IdempotencyKey))
    imports = update(Job).where(Job.kind.in_(IMPORTS))
    session.execute(imports.where(Job.ended_at.is_not(None)).values(result=None))
    scan_times.forget(session, patron_id, cards)
    _forget_sent_files(session)
    _forget_reasons(session, patron)
    for column in patron_queries.reader_columns():
        _let_go(session, column, patron_id)
    session.expunge(patron)
    session.execute(delete(Patron).where(Patron.id == patron_id))
    audit(session, desk.origin.staff_id, "patron.forget", str(patron_id))
    enqueue(session, CHECKPOINT)


def _let_go(session: Session, column: Column[Any], patron_id: int) -> None:
    """Rows that can be nobody's stay and are nobody's, without words of the reader; others go."""
    if column.nullable:
        for shared in column.table.columns:
            if shared.info == SHARES_WORDS:
                _blank_shared(session, shared, column == patron_id)
        nobodys = update(column.table).where(column == patron_id)
        session.execute(nobodys.values({column.name: None, **_no_words(column.table)}))
    else:
        session.execute(delete(column.table).where(column == patron_id))


def _blank_shared(session: Session, column: Column[Any], of_reader: ColumnElement[bool]) -> None:
    """Take the reader's words out of the rows that say them again."""
    (key,) = column.foreign_keys
    shared = select(column).where(of_reader, column.is_not(None))
    again = update(key.column.table).where(key.column.in_(shared))
    session.execute(again.values(_no_words(key.column.table)))


def _no_words(table: FromClause) -> dict[str, str]:
    return {column.name: "" for column in table.columns if column.info == READERS_WORDS}


def _forget_sent_files(session: Session) -> None:
    """Files of readers that were sent, and lines of them that were refused; not those at work."""
    at_work = select(Job.args).where(Job.kind.in_(IMPORTS), Job.ended_at.is_(None))
    busy = {args.get("file_id") for args in session.scalars(at_work)}
    sent = select(StoredFile).where(StoredFile.purpose.in_((Purpose.UPLOAD, Purpose.REJECTS)))
    for file in session.scalars(sent).all():
        if file.id not in busy:
            files.drop(session, file)


def _forget_reasons(session: Session, patron: Patron) -> None:
    """Free words of the audit trail that name the reader."""
    entries = select(AuditEntry).where(AuditEntry.action == "loan.override")
    for entry in session.scalars(entries):
        if patron.surname.casefold() in str(entry.changes.get("reason", "")).casefold():
            entry.changes = {**entry.changes, "reason": ""}
    session.flush()
