"""The list that goes with a box: what both sides print is the same, to the check sum."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from ils import clock
from ils.circulation.transit.models import Shipment
from ils.config import Config
from ils.documents import Barcode, Heading, Paragraph, Table
from ils.errors import N_
from ils.holdings.papers import Paper
from ils.i18n import say
from ils.internal_loans.shipments import queries, rules
from ils.organisation.branches.queries import names_of

#: Signs of the check sum.
SUM = 8
WIDTHS = (1, 3, 8, 3)


def box_code(shipment: Shipment) -> str:
    """The code that opens a box."""
    return f"SQ-B{shipment.id}"


def checksum(numbers: Sequence[int]) -> str:
    """A check sum of the copies on a list: equal lists, equal sums.

    >>> checksum([2, 1]) == checksum([1, 2])
    True
    """
    text = ",".join(map(str, sorted(numbers)))
    return hashlib.sha256(text.encode()).hexdigest()[:SUM].upper()


def packing_list(session: Session, config: Config, shipment: Shipment, language: str) -> Paper:
    """What is in a box, from where to where, with the code that opens it."""
    lines = session.scalars(queries.contents(shipment)).all()
    names = names_of(session, language)
    title = say(N_("Packing list of box № %(number)s"), language) % {"number": shipment.number}
    zone = config.library.timezone
    rows = [
        [str(at), line.item.number, line.item.record.title,
         say(rules.line_state(ended=line.ended_at is not None, lost=line.lost), language)]
        for at, line in enumerate(lines, 1)
    ]  # fmt: skip
    head = [say(name, language) for name in (N_("№"), N_("Inventory number"), N_("Title"),
                                             N_("State"))]  # fmt: skip
    way = f"{names[shipment.from_branch_id][1]} → {names[shipment.to_branch_id][1]}"
    when = shipment.sent_at or shipment.made_at
    counted = {"number": len(lines), "sum": checksum([line.item_id for line in lines])}
    total = say(N_("Copies: %(number)s. Check sum: %(sum)s."), language) % counted
    return Paper(title, [
        Heading(title, 1), Barcode(box_code(shipment)), Paragraph(way),
        Paragraph(f"{clock.local_day(when, zone):%d.%m.%Y}"),
        Table(head, rows, [0] * len(rows), texts=True, widths=WIDTHS), Paragraph(total),
        Paragraph(say(N_("Packed: ____________________"), language)),
        Paragraph(say(N_("Received: __________________"), language)),
    ])  # fmt: skip
