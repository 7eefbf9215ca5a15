"""Registering readers and keeping their records."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict, replace
from datetime import date
from itertools import islice

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.identifiers import heading_key
from ils.codes import actions as codes
from ils.codes.keyboard import readings
from ils.codes.models import CodeKind
from ils.errors import N_, Invalid
from ils.ledger import Kind, Origin
from ils.organisation.audit.actions import audit
from ils.patrons import queries, rules
from ils.patrons.fields import PatronData
from ils.patrons.models import ConsentRecord, Patron, PatronBlock, PatronYear
from ils.patrons.phones import normal_phone
from ils.patrons.rules import AlreadyRegistered, PossibleDuplicate
from ils.patrons.visits import count_visit

MAX_REASON_LENGTH = 200
MAX_ALIKE, MAX_NEAR = 5, 500


def register_patron(
    session: Session,
    origin: Origin,
    data: PatronData,
    categories: Container[str],
    *,
    allow_duplicate: bool = True,
    allow_alone: bool = True,
) -> Patron:
    """Register a new reader for this year; a repeated request finds the reader it made.

    Args:
        allow_duplicate: although a reader of nearly the same name or birth date is there.
        allow_alone: although nobody answers for a child.

    Raises:
        Invalid: a field cannot be used.
        NoGuardian: nobody answers for a child.
        CodeTaken: the barcode is or was a card, or is a copy.
        PossibleDuplicate: somebody alike is there.
    """
    scanned = replace(data, card=rules.card_meant(data.card.strip()))
    data = rules.checked(scanned, categories, origin.day)
    if data.card:
        rules.checked_card(data.card)
    if not allow_alone:
        rules.check_guardian(data, origin.day)
    if not allow_duplicate:
        check_alike(session, data)
    patron = add_patron(session, origin, data)
    give_consent(session, origin, patron, given=True)
    register_year(session, origin, patron, new=True)
    return patron


def check_alike(session: Session, data: PatronData) -> None:
    """Look for the same person.

    Raises:
        PossibleDuplicate: somebody alike is there.
    """
    similar = queries.similar_patrons(data.surname, data.birth_date).limit(MAX_NEAR)
    alike = (p for p in session.scalars(similar) if rules.possible_duplicates(data, p))
    found = list(islice(alike, MAX_ALIKE))
    if found:
        names = ", ".join(f"{p.name}, {p.birth_date.year} ({p.card})" for p in found)
        raise PossibleDuplicate([p.id for p in found], names)


def add_patron(session: Session, origin: Origin, data: PatronData) -> Patron:
    """A new reader with checked data, not registered for any year yet.

    Raises:
        CodeTaken: the barcode is or was a card, or is a copy.
        Invalid: the guardian's card is nobody's.
    """
    card = data.card or rules.next_card(queries.last_card(session))
    codes.check_free(session, card)
    patron = Patron(branch_id=origin.branch_id, created_at=origin.at)
    _fill(session, origin, patron, replace(data, card=card))
    session.add(patron)
    session.flush()
    codes.claim(session, CodeKind.CARD, card, patron_id=patron.id)
    return patron


def _fill(session: Session, origin: Origin, patron: Patron, data: PatronData) -> None:
    values = asdict(data)
    values.pop("consent")
    card = values.pop("guardian")
    guardian = queries.patron_by_card(session, readings(card)) if card else None
    if card and (guardian is None or guardian.id == patron.id):
        raise Invalid(N_("Guardian’s card"), N_("No other reader has this card."))
    patron.guardian_id = guardian.id if guardian else None
    grade = int(values["grade"]) if values["grade"] else None
    if grade != patron.grade:
        patron.grade_year = rules.school_year(origin.day) if grade is not None else None
    values |= {"grade": grade, "sex": data.sex or None, "disability": data.disability or None}
    for name, value in values.items():
        setattr(patron, name, value)
    note_search_keys(patron)


def note_search_keys(patron: Patron) -> None:
    """Keep names, card and phone as the search compares them; after each change of them."""
    patron.search_text = f" {heading_key(f'{patron.name} {patron.card}')}"
    patron.phone_number = normal_phone(patron.phone)


def change_patron(
    session: Session,
    origin: Origin,
    patron: Patron,
    data: PatronData,
    categories: Container[str],
    *,
    allow_alone: bool = True,
) -> None:
    """Change a reader's data; figures of the year keep the category it began with.

    The card is changed by `replace_card`, which keeps the former one.

    Args:
        allow_alone: although nobody answers for a child any more.

    Raises:
        Invalid: a field cannot be used.
        NoGuardian: who answered for a child does so no more.
    """
    data = rules.checked(data, categories, origin.day)
    if not allow_alone and (patron.guardian_id or rules.is_name(patron.guardian_name)):
        rules.check_guardian(data, origin.day)
    _fill(session, origin, patron, replace(data, card=patron.card))
    audit(session, origin.staff_id, "patron.change", str(patron.id), what=_changed(patron))
    if patron.consent_at is None:
        give_consent(session, origin, patron, given=True)
    session.flush()


def _changed(patron: Patron) -> list[str]:
    """Which of a reader's data differ from what is stored: their names, never what they say."""
    state = inspect(patron)
    names = (one.key for one in state.mapper.column_attrs)
    return sorted({*names} - {"search_text", "phone_number"} - {*state.unmodified})


def change_imported(
    session: Session, origin: Origin, patron: Patron, data: PatronData, told: Container[str]
) -> bool:
    """Take over what a file says of a known reader; whether anything changed.

    The card, consent and what staff wrote here are never touched.

    Args:
        told: names of the data the file says.
    """
    ours = {"card", "consent", "guardian", "notes", "grade", "channel"}
    said = {n: v for n, v in asdict(data).items() if v and n in told and n not in ours}
    changed = {name: value for name, value in said.items() if getattr(patron, name) != value}
    for name, value in changed.items():
        setattr(patron, name, value)
    if "grade" in told and data.grade and str(patron.grade or "") != data.grade:
        patron.grade, patron.grade_year = int(data.grade), rules.school_year(origin.day)
        changed["grade"] = data.grade
    note_search_keys(patron)
    session.flush()
    return bool(changed)


def give_consent(session: Session, origin: Origin, patron: Patron, *, given: bool) -> None:
    """Write down that a reader agreed to the processing of personal data, or took it back."""
    session.add(
        ConsentRecord(patron_id=patron.id, given=given, at=origin.at, staff_id=origin.staff_id)
    )
    patron.consent_at = origin.at if given else None
    session.flush()


def replace_card(
    session: Session, origin: Origin, patron: Patron, *, card: str, reason: str
) -> None:
    """Give a reader another card; the former one opens nobody any more.

    Raises:
        CodeTaken: the barcode is or was a card, or is a copy.
        Invalid: the barcode cannot be used.
    """
    card = rules.card_meant(card.strip()) or rules.next_card(queries.last_card(session))
    rules.checked_card(card)
    codes.replace_card(
        session,
        patron.id,
        card,
        at=origin.at,
        reason=" ".join(reason.split()),
        staff_id=origin.staff_id,
    )
    patron.card = card
    note_search_keys(patron)
    session.flush()
    audit(session, origin.staff_id, "patron.card", str(patron.id))


def block_patron(
    session: Session, origin: Origin, patron: Patron, *, reason: str, until: date | None
) -> PatronBlock:
    """Lend nothing to a reader, until a day or until the block is lifted.

    Raises:
        Invalid: no reason, or a day that is past.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(N_("Reason"), N_("This must be filled in."))
    if len(reason) > MAX_REASON_LENGTH:
        raise Invalid(N_("Reason"), N_("It is too long."))
    if until is not None and until < origin.day:
        raise Invalid(N_("Until"), N_("The day is past."))
    block = PatronBlock(
        patron_id=patron.id,
        reason=reason,
        until=until,
        placed_at=origin.at,
        placed_by=origin.staff_id,
    )
    session.add(block)
    session.flush()
    return block


def lift_block(session: Session, origin: Origin, block: PatronBlock) -> None:
    """End a block before its day."""
    if block.lifted_at is None:
        block.lifted_at, block.lifted_by = origin.at, origin.staff_id
    session.flush()


def reregister_patron(session: Session, origin: Origin, patron: Patron) -> PatronYear:
    """Register a known reader for the year of ``origin.day``.

    A repeated request returns the registration it made.

    Raises:
        AlreadyRegistered: the reader is registered this year.
    """
    if queries.patron_year(session, patron.id, origin.day.year) is not None:
        raise AlreadyRegistered(year=origin.day.year)
    return register_year(session, origin, patron, new=False)


def register_year(session: Session, origin: Origin, patron: Patron, *, new: bool) -> PatronYear:
    """Count a reader for the year of ``origin.day``; at the desk it is a visit too."""
    year = PatronYear(
        patron_id=patron.id,
        year=origin.day.year,
        category=patron.category,
        birth_year=patron.birth_date.year,
        sex=patron.sex,
        branch_id=origin.branch_id,
        registered_at=origin.at,
    )
    session.add(year)
    session.flush()
    facts = patron_facts(year, origin, patron)
    ledger.record(session, Kind.REGISTRATION, origin, facts, detail="new" if new else "re")
    if origin.channel in queries.AT_THE_DESK:
        count_visit(session, origin, patron.id, facts)
    return year


def patron_facts(year: PatronYear, origin: Origin, patron: Patron | None) -> ledger.Facts:
    """What an entry says of a reader; of one who was forgotten only the year of birth is known."""
    by_year = origin.day.year - year.birth_year
    return {
        "patron_year_id": year.id,
        "patron_category": year.category,
        "age": by_year if patron is None else rules.age_on(patron.birth_date, origin.day),
        "sex": year.sex,
    }
