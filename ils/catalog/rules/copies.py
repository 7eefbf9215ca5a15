"""The copies a record speaks of: 910 (ИРБИС) and 899 (RUSMARC)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ils.catalog.marc.record import Field, MarcRecord

GROUPS = "ucr"  # statuses of 910^A for copies without numbers of their own
BOUND_IN = "p"  # an issue bound into a file: not a copy of its own

_price = re.compile(r"\d+(?:[.,]\d{1,2})?")


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


def copies(marc: MarcRecord) -> list[CopyStatement]:
    """The copies of a record; statements of holding without a number are not copies."""
    return [copy for f in marc.each("910", "899") for copy in _copies(f)]


def _copies(field: Field) -> Iterator[CopyStatement]:
    if field.tag == "899":
        if number := field.get("p").strip():
            place = " ".join(filter(None, (field.get("a").strip(), field.get("b").strip())))
            mark = field.get("j") or " ".join(filter(None, (field.get("h"), field.get("i"))))
            yield CopyStatement(
                number, "", "0", place, mark, price_in_tiyn(field.get("9")), "", 1, ""
            )
        return
    status = field.get("a").strip().lower()[:1]
    number, barcode = field.get("b").strip(), field.get("h").strip()
    if status == BOUND_IN or not (number or barcode or status in GROUPS):
        return
    group = status in set(GROUPS)
    yield CopyStatement(
        inventory_number="" if group else number,
        barcode=barcode,
        status=status,
        location=field.get("d").strip(),
        shelf_mark=field.get("r").strip(),
        price=price_in_tiyn(field.get("e")),
        ksu=field.get("u").strip(),
        copies=_number(field.get("1")) if group else 1,
        withdrawal_act=field.get("v").strip(),
    )


def price_in_tiyn(text: str) -> int | None:
    """A price as an integer of hundredths; ``None`` when there is none to be read.

    >>> price_in_tiyn("7.50"), price_in_tiyn("1 436 р."), price_in_tiyn("б. ц.")
    (750, 143600, None)
    """
    match = _price.search(text.replace(" ", "").replace("\xa0", ""))
    return int(Decimal(match.group().replace(",", ".")) * 100) if match else None


def _number(text: str) -> int:
    return max(1, int(text)) if text.strip().isdigit() else 1
