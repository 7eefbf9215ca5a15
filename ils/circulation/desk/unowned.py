"""What a code that no reader and no copy has may mean: a phone, an ISBN, a new book, a name."""

from __future__ import annotations

from collections.abc import Sequence

from ils.catalog import queries as catalog
from ils.catalog.identifiers import isbns
from ils.circulation.context import Desk
from ils.circulation.desk import results, rules
from ils.circulation.desk.queries import opened
from ils.circulation.desk.results import Answer
from ils.circulation.desk.rules import Level, Situation
from ils.codes.keyboard import printed
from ils.holdings.items.queries import copies_at_hand
from ils.patrons import queries as patrons
from ils.patrons.models import Patron

#: So many readers, records or copies can be chosen from with a key.
MOST = 9


def meant(desk: Desk, codes: Sequence[str], text: str, patron: Patron | None) -> Answer:
    """What is asked or opened for a code of nobody.

    Args:
        codes: its readings.
        patron: the open reader.

    Raises:
        UnknownCode: it is nothing.
    """
    if found := patrons.with_phone(desk.session, text, MOST + 1):
        return _readers(desk, text, found)
    if (isbn := _copies_of(desk, codes, text, patron)) is not None:
        return isbn
    if patron is not None and rules.may_be_item(codes, desk.rules.card_patterns):
        return results.UnknownBook(
            situation=Situation.UNKNOWN,
            level=Level.WARNING,
            patron=patron,
            code=_likely_number(codes),
        )
    if any(c.isalpha() for c in text):
        found = desk.session.scalars(patrons.patrons(text).limit(MOST + 1)).all()
    if not found:
        raise rules.UnknownCode(code=text)
    return _readers(desk, text, found)


def _readers(desk: Desk, text: str, found: Sequence[Patron]) -> Answer:
    """The one reader that was meant, or the question which."""
    if len(found) == 1:
        origin = desk.origin
        return opened(desk.session, desk.config, origin.branch_id, origin.day, found[0])
    return results.NamesFound(
        situation=Situation.NAMES, text=text, names=found[:MOST], more=len(found) > MOST
    )


def _copies_of(
    desk: Desk, codes: Sequence[str], text: str, patron: Patron | None
) -> results.AskCopyOfBook | None:
    """The copies of the book with this ISBN; ``None``: it is none, or nobody described it."""
    asked = sorted({number for code in codes for number in isbns(code)})
    if not asked:
        return None
    described = catalog.records().where(catalog.has_isbn(asked)).limit(MOST)
    found = desk.session.scalars(described).all()
    if not found:
        return None
    return results.AskCopyOfBook(
        situation=Situation.ISBN,
        level=Level.WARNING,
        code=text,
        records=found,
        items=copies_at_hand(
            desk.session, [record.id for record in found], desk.origin.branch_id, MOST
        ),
        patron=patron,
    )


def _likely_number(codes: Sequence[str]) -> str:
    """What to propose as the number of an unknown book: digits, if a layout hid them."""
    return next((code for code in codes if code.isdigit()), printed(codes[0]))
