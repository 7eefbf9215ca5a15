"""Movements of the stock for 1С and the accountant: a row an entry of a copy, in money."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload

from ils.catalog.models import BibliographicRecord
from ils.clock import Period
from ils.documents import spreadsheets
from ils.holdings.acts.models import StockAct
from ils.holdings.items.models import Item
from ils.ledger import Entry, Kind

#: The columns of the file, as `docs/accounting.md` explains them.
COLUMNS = (
    "id", "day", "kind", "act", "document", "document_day", "partner", "inventory_number", "title",
    "copies", "price", "sum", "branch", "other_branch", "source_or_reason", "correction",
)  # fmt: skip
KINDS = {Kind.ACCESSION: "in", Kind.REDISTRIBUTION: "move", Kind.WITHDRAWAL: "out"}
Movement = Row[Entry, Item | None, StockAct | None, BibliographicRecord | None]


def movements(
    days: Period, branch_id: int | None = None
) -> Select[Entry, Item | None, StockAct | None, BibliographicRecord | None]:
    """Entries of copies that came, moved or went in these days, in their order."""
    query = (
        select(Entry, Item, StockAct, BibliographicRecord)
        .outerjoin(Item, Item.id == Entry.item_id)
        .outerjoin(StockAct, StockAct.id == Entry.act_id)
        .outerjoin(BibliographicRecord, BibliographicRecord.id == Entry.record_id)
        .where(Entry.kind.in_(KINDS), Entry.posted >= days.start, Entry.posted < days.end)
        .options(joinedload(Item.record, innerjoin=False))
        .order_by(Entry.posted, Entry.id)
    )
    if branch_id is None:
        return query
    here = (Entry.owner_branch_id == branch_id) | (Entry.other_branch_id == branch_id)
    return query.where(here)


def as_row(movement: Movement, branches: Mapping[int, tuple[str, str]]) -> dict[str, str]:
    """A movement as the file has it: days as 2026-01-31, sums with a point."""
    entry, item, act, record = movement
    count = entry.count
    price = None if entry.amount is None or not count else entry.amount // count
    day = act.document_day if act is not None else None
    return {
        "id": str(entry.id),
        "day": entry.posted.isoformat(),
        "kind": KINDS[Kind(entry.kind)],
        "act": act.called if act else "",
        "document": act.document if act else "",
        "document_day": day.isoformat() if day else "",
        "partner": act.partner if act else "",
        "inventory_number": (item.inventory_number or "") if item else "",
        "title": record.title if record else "",
        "copies": str(count),
        "price": _money(price),
        "sum": _money(entry.amount),
        "branch": _code(branches, entry.owner_branch_id),
        "other_branch": _code(branches, entry.other_branch_id),
        "source_or_reason": entry.source or entry.reason or "",
        "correction": "1" if entry.reverses_id else "",
    }


def _money(tiyn: int | None) -> str:
    return "" if tiyn is None else f"{Decimal(tiyn) / 100:.2f}"


def _code(branches: Mapping[int, tuple[str, str]], number: int | None) -> str:
    return branches[number][0] if number is not None else ""


def as_xml(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Movements as XML: an element ``movement`` each, with a child a column."""
    root = ET.Element("movements")
    for row in rows:
        one = ET.SubElement(root, "movement")
        for name in COLUMNS:
            ET.SubElement(one, name).text = "".join(c for c in row[name] if c.isprintable())
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Movements as CSV."""
    return spreadsheets.as_csv(list(COLUMNS), [[row[name] for name in COLUMNS] for row in rows])


def as_xlsx(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Movements as a workbook, sums and copies as numbers."""
    numbers = {"copies", "price", "sum"}
    head = [spreadsheets.Cell(name, bold=True) for name in COLUMNS]
    body = [
        [
            spreadsheets.Cell(float(row[name]) if name in numbers and row[name] else row[name])
            for name in COLUMNS
        ]
        for row in rows
    ]
    return spreadsheets.workbook([spreadsheets.Sheet("movements", [head, *body])])


#: Form → (media type, writer).
FORMS = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "csv": ("text/csv", as_csv),
    "xml": ("application/xml", as_xml),
}
