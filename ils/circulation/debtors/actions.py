"""Debtors spoken to: what came of it is written down, and counted if they were reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.debtors import queries, rules
from ils.circulation.debtors.models import DebtChannel, DebtContact, DebtResult
from ils.config import Config
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.ledger import Kind, Origin
from ils.messages.templates import Composed, compose
from ils.organisation.branches.models import Branch
from ils.patrons import queries as patron_queries
from ils.patrons.actions import patron_facts
from ils.patrons.models import Patron, PatronYear

#: Titles a message names.
MOST_TITLES = 20


@dataclass(frozen=True)
class DebtContactData:
    """The form of a contact."""

    channel: str = described(N_("How"), FieldKind.CHOICE, default="phone")
    result: str = described(N_("Result"), FieldKind.CHOICE, default="reached")
    promised_until: date | None = described(N_("Promised until"), FieldKind.DAY, default=None,
                                            width="date")  # fmt: skip
    note: str = described(N_("Note"), default="", longest=500)


def note_contact(
    session: Session, origin: Origin, patron: Patron, data: DebtContactData
) -> DebtContact:
    """Write down that a debtor was spoken to, or that somebody tried.

    A reader who was reached counts as reminded, once a month at a branch: the report counts
    persons.

    Raises:
        NoDebtor: the reader has nothing overdue.
        Invalid: a field cannot be used.
    """
    loans = session.scalars(queries.overdue_of(patron.id, origin.day)).all()
    if not loans:
        raise rules.NoDebtor
    if data.channel not in set(DebtChannel) or data.result not in set(DebtResult):
        raise Invalid(N_("Result"), N_("Choose one from the list."))
    if data.result == DebtResult.PROMISED and data.promised_until is None:
        raise Invalid(N_("Promised until"), N_("This must be filled in."))
    if data.promised_until is not None and data.promised_until < origin.day:
        raise Invalid(N_("Promised until"), N_("The day is in the past."))
    entry_id = None
    if data.result in rules.REMINDED:
        entry_id = _remind(session, origin, patron, loans[0].patron_year_id)
    contact = DebtContact(
        patron_id=patron.id, at=origin.at, branch_id=origin.branch_id, staff_id=origin.staff_id,
        channel=data.channel, result=data.result, promised_until=data.promised_until,
        note=data.note, entry_id=entry_id,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    return contact


def _remind(session: Session, origin: Origin, patron: Patron, year_id: int) -> int | None:
    """Count a reader as reminded, if this branch did not this month."""
    facts = patron_facts(session.get_one(PatronYear, year_id), origin, patron)
    key = rules.reminder_key(patron.id, origin.branch_id, origin.day)
    return ledger.record_once(session, Kind.REMINDER, origin, facts, key=key)


def note_told(session: Session, origin: Origin, patron: Patron, channel: DebtChannel) -> None:
    """A message left by itself; it counts though the copies came back in that moment."""
    year_id = _year_of_debt(session, patron.id, origin.day)
    entry_id = _remind(session, origin, patron, year_id) if year_id is not None else None
    session.add(DebtContact(
        patron_id=patron.id, at=origin.at, branch_id=origin.branch_id, staff_id=None,
        channel=channel, result=DebtResult.SENT, promised_until=None, entry_id=entry_id,
    ))  # fmt: skip
    session.flush()


def note_opened(session: Session, origin: Origin, patron: Patron, channel: str) -> None:
    """A message was opened in a program that gives no receipt: somebody will say if it was sent.

    Raises:
        NoDebtor: the reader has nothing overdue.
        Invalid: no such program.
    """
    if channel not in rules.NO_RECEIPT:
        raise Invalid(N_("How"), N_("Choose one from the list."))
    same = queries.opened_by(origin.staff_id).where(
        DebtContact.patron_id == patron.id, DebtContact.channel == channel
    )
    if session.scalar(same) is None:
        data = DebtContactData(channel=channel, result=DebtResult.OPENED)
        note_contact(session, origin, patron, data)


def settle_opened(session: Session, origin: Origin, *, sent: bool) -> int:
    """Whoever opened messages says whether they were sent; only then they count.

    What the reader brought back meanwhile is counted too: the message had left before.
    """
    found = session.scalars(queries.opened_by(origin.staff_id).with_for_update()).all()
    for contact in found:
        if not sent:
            session.delete(contact)
            continue
        contact.result = DebtResult.SENT
        patron = patron_queries.patron(session, contact.patron_id)
        year_id = _year_of_debt(session, patron.id, origin.day)
        if year_id is not None:
            part = origin.derive(f"sent:{contact.id}")
            contact.entry_id = _remind(session, part, patron, year_id)
    session.flush()
    return len(found)


def _year_of_debt(session: Session, patron_id: int, day: date) -> int | None:
    """The registration a debtor is counted by: that of the debt; once it is paid, the last one."""
    loan = session.scalars(queries.overdue_of(patron_id, day).limit(1)).first()
    if loan is not None:
        return loan.patron_year_id
    last = session.scalars(patron_queries.years_of(patron_id).limit(1)).first()
    return None if last is None else last.id


def message(
    session: Session, config: Config, patron: Patron, today: date, branch: Branch
) -> Composed:
    """What is said to a debtor, in the reader's language, with the titles and days.

    Raises:
        NoDebtor: the reader has nothing overdue that is asked back.
    """
    loans = session.scalars(queries.asked_back(patron.id, today)).all()
    if not loans:
        raise rules.NoDebtor
    lines = [f"{loan.due:%d.%m.%Y}  {loan.item.record.title}" for loan in loans[:MOST_TITLES]]
    more = [f"+{len(loans) - MOST_TITLES}"] if len(loans) > MOST_TITLES else []
    values = {
        "reader": patron.name, "card": patron.card, "branch": branch.name(patron.language),
        "where": branch.where(patron.language),
        "library": config.library.name(patron.language), "loans": "\n".join([*lines, *more]),
        "days": str((today - loans[0].due).days),
    }  # fmt: skip
    return compose(config, "debt", patron.language, values)
