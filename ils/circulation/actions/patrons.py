"""Registering readers."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.rules import search_key
from ils.circulation import queries
from ils.circulation.actions.visits import count_visit
from ils.circulation.models import Patron, PatronYear
from ils.circulation.rules import patrons as rules
from ils.circulation.rules.patrons import AlreadyRegistered, CardTaken, PatronData
from ils.holdings.queries import item_by_code
from ils.ledger import Channel, Kind, Origin, ScanReused


def register_patron(
    session: Session, origin: Origin, data: PatronData, categories: Container[str]
) -> Patron:
    """Register a new reader for this year; a repeated request finds the reader it made.

    Raises:
        Invalid: a field cannot be used.
        CardTaken: the barcode is a card or a copy already.
    """
    data = rules.checked(data, categories, origin.day)
    if made := _registered_by(session, origin):
        return session.get_one(Patron, made.patron_id)
    card = data.card or rules.next_card(queries.last_card(session))
    taken = session.scalar(select(Patron.id).where(Patron.card == card))
    if taken or item_by_code(session, [card]):
        raise CardTaken(card=card)
    values = asdict(data) | {"card": card, "sex": data.sex or None}
    consent = values.pop("consent")
    patron = Patron(
        **values,
        consent_at=origin.at if consent else None,
        branch_id=origin.branch_id,
        created_at=origin.at,
        search_text="",
    )
    _index_names(patron)
    session.add(patron)
    session.flush()
    _register_year(session, origin, patron, new=True)
    return patron


def change_patron(
    session: Session, origin: Origin, patron: Patron, data: PatronData, categories: Container[str]
) -> None:
    """Change a reader's data; figures of the year keep the category it began with.

    Raises:
        Invalid: a field cannot be used.
        CardTaken: the new barcode is a card or a copy already.
    """
    data = rules.checked(data, categories, origin.day)
    values = asdict(data) | {"card": data.card or patron.card, "sex": data.sex or None}
    values.pop("consent")
    if values["card"] != patron.card:
        taken = session.scalar(select(Patron.id).where(Patron.card == values["card"]))
        if taken or item_by_code(session, [values["card"]]):
            raise CardTaken(card=values["card"])
    for name, value in values.items():
        setattr(patron, name, value)
    _index_names(patron)
    session.flush()


def reregister_patron(session: Session, origin: Origin, patron: Patron) -> PatronYear:
    """Register a known reader for the year of ``origin.day``.

    A repeated request returns the registration it made.

    Raises:
        AlreadyRegistered: the reader is registered this year.
    """
    year = queries.patron_year(session, patron.id, origin.day.year)
    if year is not None:
        made = _registered_by(session, origin)
        if made is not None and made.id == year.id:
            return year
        raise AlreadyRegistered(year=origin.day.year)
    return _register_year(session, origin, patron, new=False)


def _registered_by(session: Session, origin: Origin) -> PatronYear | None:
    """The registration this very request has made before.

    Raises:
        ScanReused: the request made something else.
    """
    entry = ledger.replayed(session, origin.request_id)
    if entry is None:
        return None
    if entry.kind != Kind.REGISTRATION or entry.patron_year_id is None:
        raise ScanReused
    return session.get_one(PatronYear, entry.patron_year_id)


def _register_year(session: Session, origin: Origin, patron: Patron, *, new: bool) -> PatronYear:
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
    facts = patron_facts(year, origin)
    ledger.record(session, Kind.REGISTRATION, origin, facts, detail="new" if new else "re")
    if origin.channel is Channel.DESK:
        count_visit(session, origin, patron.id, facts)
    return year


def patron_facts(year: PatronYear, origin: Origin) -> ledger.Facts:
    """What an entry says of a reader."""
    return {
        "patron_year_id": year.id,
        "patron_category": year.category,
        "age": origin.day.year - year.birth_year,
        "sex": year.sex,
    }


def _index_names(patron: Patron) -> None:
    patron.search_text = f" {search_key(f'{patron.name} {patron.card}')}"
