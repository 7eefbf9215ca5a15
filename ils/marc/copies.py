"""The copies a record speaks of: 910 (ИРБИС) and 899 (RUSMARC)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ils.marc.record import Dialect, Field, MarcRecord

GROUPS = {"u", "c", "r"}  # statuses of 910^A for copies without numbers of their own
BOUND_IN = "p"  # an issue bound into a file: not a copy of its own

MAX_DIGITS = 10  # digits: longer ones are no prices and no counts

_price = re.compile(r"[0-9]+(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True)
class CopyStatement:
    """One copy, or a group of ``copies`` without numbers, as the source describes it.

    ``status`` is 910^A, lower case; ``price`` is in tiyn.
    """

    inventory_number: str
    barcode: str
    status: str
    location: str
    shelf_mark: str
    price: int | None
    ksu: str
    copies: int
    withdrawal_act: str


def copies(marc: MarcRecord, dialect: Dialect = Dialect.UNIMARC) -> list[CopyStatement]:
    """The copies of a record; statements of holding without a number are not copies.

    Args:
        dialect: what the record came in as: in MARC21 these fields are anybody's own.
    """
    if dialect is Dialect.MARC21:
        return []
    return [copy for f in marc.each("910", "899") for copy in _copies(f)]


def _copies(field: Field) -> Iterator[CopyStatement]:
    if field.tag == "899":
        if number := _said(field, "p"):
            place = " ".join(filter(None, (_said(field, "a"), _said(field, "b"))))
            mark = _said(field, "j") or " ".join(
                filter(None, (_said(field, "h"), _said(field, "i")))
            )
            yield CopyStatement(
                number, "", "0", place, mark, price_in_tiyn(_said(field, "9")), "", 1, ""
            )
        return
    status = _said(field, "a").lower()[:1]
    number, barcode = _said(field, "b"), _said(field, "h")
    if status == BOUND_IN or not (number or barcode or status in GROUPS):
        return
    group = status in GROUPS
    yield CopyStatement(
        inventory_number="" if group else number,
        barcode=barcode,
        status=status,
        location=_said(field, "d"),
        shelf_mark=_said(field, "r"),
        price=price_in_tiyn(_said(field, "e")),
        ksu=_said(field, "u"),
        copies=_number(_said(field, "1")) if group else 1,
        withdrawal_act=_said(field, "v"),
    )


def price_in_tiyn(text: str) -> int | None:
    """A price as an integer of hundredths; ``None`` when there is none to be read.

    >>> price_in_tiyn("7.50"), price_in_tiyn("1 436 р."), price_in_tiyn("б. ц.")
    (750, 143600, None)
    """
    match = _price.search(text.replace(" ", "").replace("\xa0", ""))
    if match is None or len(match.group()) > MAX_DIGITS:
        return None
    return int(Decimal(match.group().replace(",", ".")) * 100)


def _number(text: str) -> int:
    text = text.strip()
    sane = text.isascii() and text.isdigit() and len(text) < MAX_DIGITS
    return max(1, int(text)) if sane else 1


def _said(field: Field, code: str) -> str:
    """The value of a subfield as a column holds it: no outer blanks, no control characters."""
    return "".join(c for c in field.get(code) if c.isprintable()).strip()
