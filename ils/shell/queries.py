"""What the palette finds: readers, records, copies."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.codes import queries as codes
from ils.codes.keyboard import readings
from ils.codes.rules import owners
from ils.holdings.items import queries as items
from ils.holdings.items.models import Item
from ils.patrons import queries as patrons
from ils.patrons.models import Patron
from ils.search import queries as search
from ils.search.asking import Asked

FOUND = 6


def readers(session: Session, text: str) -> list[Patron]:
    """Readers by card, as a scanner types it, or the beginnings of their names."""
    by_card = patrons.patron_by_card(session, readings(text))
    if by_card is not None:
        return [by_card]
    return list(session.scalars(patrons.patrons(text).limit(FOUND)))


def records(session: Session, data: Path, text: str) -> list[BibliographicRecord]:
    """Records that are found by it."""
    found = search.found(session, data, Asked(text))
    return list(session.scalars(search.ranked(session, found.ids[:FOUND])))


def copies(session: Session, text: str) -> list[Item]:
    """Copies with this number or barcode."""
    asked = readings(text)
    fitting = [code for code in codes.fitting(session, asked) if code.item_id is not None]
    best = owners(fitting, asked)[:FOUND]
    return [items.item_by_id(session, code.item_id) for code in best if code.item_id]
