"""What is done to copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.actions import Imported, add_imported
from ils.catalog.marc.reading import ReadRecord, Source
from ils.catalog.models import BibliographicRecord
from ils.catalog.rules import Classes, CopyStatement, Description, copies
from ils.db import bulk_insert, new_id
from ils.holdings import rules
from ils.holdings.models import Item, ItemStatus
from ils.ledger import Kind, OpeningOf, Origin


@dataclass(frozen=True)
class Destination:
    """Where imported records and copies go.

    Attributes:
        branch_id: the owner of copies whose place names no branch.
        branches: branch code in lower case → id.
        catalogue: ``None`` lets each record's kind decide.
    """

    branch_id: int
    branches: Mapping[str, int]
    classes: Classes
    catalogue: str | None = None


@dataclass
class Outcome:
    """What became of the records of a file or batch."""

    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    items: int = 0
    #: (number in the file, what was wrong) for rejected and mended records alike.
    problems: list[tuple[int, str]] = field(default_factory=list)
    #: The records that could not be read.
    rejects: list[ReadRecord] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Count another batch in."""
        self.imported += other.imported
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        self.items += other.items
        self.problems += other.problems
        self.rejects += other.rejects


def import_batch(
    session: Session,
    origin: Origin,
    *,
    records: Sequence[ReadRecord],
    source: Source,
    to: Destination,
    seen: Counter[str],
) -> Outcome:
    """Bring a batch of records in, with their copies.

    A record that is there already is left as it is, with its copies.
    """
    imported = add_imported(
        session,
        origin,
        records=records,
        dialect=source.dialect,
        classes=to.classes,
        catalogue=to.catalogue,
        seen=seen,
    )
    outcome = Outcome(imported=len(imported))
    outcome.rejects = [read for read in records if read.marc is None]
    outcome.rejected = len(outcome.rejects)
    outcome.unchanged = len(records) - outcome.imported - outcome.rejected
    news = {one.read.chunk.number for one in imported}
    for read in records:
        if read.marc is None or read.chunk.number in news:
            outcome.problems += [(read.chunk.number, problem) for problem in read.problems]
    _add_copies(session, origin, imported, to, outcome)
    return outcome


def _add_copies(
    session: Session, origin: Origin, imported: Iterable[Imported], to: Destination, out: Outcome
) -> None:
    found = [
        (one, about, statement)
        for one in imported
        if (about := one.description) is not None
        for statement in copies(one.marc)
    ]
    taken = _taken_numbers(session, [statement for _, _, statement in found])
    rows: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for at, (one, about, statement) in enumerate(found):
        numbers = rules.free_numbers(statement, taken)
        if numbers.disputed:
            said = f"copy: number {numbers.disputed} belongs to another copy"
            out.problems.append((one.read.chunk.number, said))
        row = _row(origin, one.id, statement, numbers, to)
        rows.append(row)
        if statement.status not in rules.NOT_IN_STOCK:
            place = origin.also(f"copy:{one.id}:{at}")
            facts = _facts(row["id"], one.id, row["owner_branch_id"], about)
            number = statement.copies
            entries.append(
                ledger.row(
                    session, Kind.OPENING, place, facts, count=number, detail=OpeningOf.STOCK
                )
            )
    bulk_insert(session, Item, rows)
    ledger.record_many(session, entries)
    out.items += len(rows)


def _row(
    origin: Origin,
    record_id: int,
    statement: CopyStatement,
    numbers: rules.Numbers,
    to: Destination,
) -> dict[str, Any]:
    branch = to.branches.get(statement.location.lower(), to.branch_id)
    return {
        "id": new_id(),
        "record_id": record_id,
        "inventory_number": numbers.inventory_number,
        "barcode": numbers.barcode,
        "copies": statement.copies,
        "status": rules.imported_status(statement).value,
        "owner_branch_id": branch,
        "branch_id": branch,
        "location": statement.location,
        "shelf_mark": statement.shelf_mark,
        "price": statement.price,
        "ksu": statement.ksu,
        "withdrawal_act": statement.withdrawal_act,
        "disputed_numbers": numbers.disputed,
        "created_at": origin.at,
    }


def _facts(item_id: int, record_id: int, owner_id: int, about: Description) -> ledger.Facts:
    return {
        "item_id": item_id,
        "record_id": record_id,
        "catalogue": about.catalogue,
        "material": about.material,
        "language": about.language,
        "division": about.division,
        "owner_branch_id": owner_id,
    }


def _taken_numbers(session: Session, statements: Sequence[CopyStatement]) -> set[tuple[str, str]]:
    taken = set[tuple[str, str]]()
    for kind, column in (("inventory_number", Item.inventory_number), ("barcode", Item.barcode)):
        wanted = sorted({number for s in statements if (number := getattr(s, kind))})
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found = session.scalars(select(column).where(column.in_(part)))
            taken.update((kind, number) for number in found if number)
    return taken


def add_provisional_item(
    session: Session, origin: Origin, *, record: BibliographicRecord, number: str
) -> Item:
    """Give a book in hand its place in the database by the number it carries.

    It writes no accession: the copy has stood in stock all along and is counted in the
    opening balance; only the catalogue did not know it.
    """
    item = Item(
        record=record,
        inventory_number=number,
        owner_branch_id=origin.branch_id,
        branch_id=origin.branch_id,
        status=ItemStatus.AVAILABLE,
        created_at=origin.at,
    )
    session.add(item)
    session.flush()
    return item
