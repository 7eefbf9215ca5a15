"""What is done to copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from ils import ledger
from ils.catalog.imports.actions import ImportedRecord, import_records
from ils.catalog.imports.decisions import Decision, ImportRules
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts as record_facts
from ils.catalog.records.rules import Description
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import CodeKind
from ils.db import bulk_insert, new_id
from ils.errors import N_, Remark
from ils.holdings.items import rules
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Kind, OpeningOf, Origin
from ils.marc.copies import CopyStatement, copies
from ils.marc.reading import ReadRecord


def item_facts(item: Item) -> ledger.Facts:
    """What an entry says of a copy."""
    return {
        **record_facts(item.record),
        "item_id": item.id,
        "owner_branch_id": item.owner_branch_id,
    }


@dataclass(frozen=True)
class Destination:
    """Where imported records and copies go.

    Attributes:
        branch_id: the owner of copies whose place names no branch.
        branches: branch code in lower case → id.
        how: how records are taken.
        with_copies: whether the copies records speak of come in too.
    """

    branch_id: int
    branches: Mapping[str, int]
    how: ImportRules
    with_copies: bool = True


@dataclass
class ImportReport:
    """What became of the records of a file or batch."""

    #: How often each `Decision` was taken, and ``rejected``.
    counts: Counter[str] = field(default_factory=Counter)
    items: int = 0
    #: (number in the file, what was wrong or done) for records that need a look.
    problems: list[tuple[int, str]] = field(default_factory=list)
    #: The same for what was kept in 886, which is no fault.
    notes: list[tuple[int, str]] = field(default_factory=list)
    #: Fields and subfields without a place, kept in 886: how often.
    kept: Counter[str] = field(default_factory=Counter)
    #: The records that could not be read or stand in conflict.
    rejects: list[ReadRecord] = field(default_factory=list)

    def add(self, other: ImportReport) -> None:
        """Count another batch in."""
        self.counts += other.counts
        self.items += other.items
        self.problems += other.problems
        self.notes += other.notes
        self.kept += other.kept
        self.rejects += other.rejects

    def reject(self, read: ReadRecord, reasons: Sequence[str]) -> None:
        """Put a record aside, with its reasons."""
        self.rejects.append(read)
        self.problems += [(read.chunk.number, reason) for reason in reasons]


def import_batch(
    session: Session,
    origin: Origin,
    *,
    records: Sequence[ReadRecord],
    to: Destination,
    seen: Counter[str],
) -> ImportReport:
    """Bring a batch of records in, with their copies.

    A record that is there already is left as it is, with its copies; one that changed
    brings the copies it did not have.
    """
    incoming = import_records(session, origin, records, to.how, seen)
    outcome = ImportReport()
    for read in records:
        if read.marc is None:
            outcome.counts["rejected"] += 1
            outcome.reject(read, read.problems)
    for one in incoming:
        outcome.counts[one.decision] += 1
        number = one.read.chunk.number
        if one.decision is Decision.CONFLICT:
            outcome.reject(one.read, [*one.read.problems, one.said])
        elif one.decision is not Decision.UNCHANGED:
            outcome.problems += [(number, problem) for problem in one.read.problems]
            outcome.kept.update(one.read.kept)
            outcome.problems += [(number, one.said)] if one.said else []
            if one.read.kept:
                said = Remark(
                    N_("no place in UNIMARC, kept in 886: %(fields)s"),
                    fields=", ".join(one.read.kept),
                )
                outcome.notes.append((number, said))
    if to.with_copies:
        _add_copies(session, origin, incoming, to, outcome)
    return outcome


def _add_copies(
    session: Session,
    origin: Origin,
    incoming: Iterable[ImportedRecord],
    to: Destination,
    out: ImportReport,
) -> None:
    bringing = {Decision.NEW, Decision.CHANGED, Decision.DUPLICATE}
    found = [
        (one, one.description, statement)
        for one in incoming
        if one.decision in bringing and one.description is not None
        for statement in copies(one.marc, one.read.dialect)
    ]
    taken = _taken_numbers(session, [statement for _, _, statement in found])
    own = _own_numbers(session, [i.record_id for i, _, _ in found if i.decision != Decision.NEW])
    rows: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for at, (one, about, statement) in enumerate(found):
        if _is_there(one, statement, own):
            if statement.status in rules.NOT_IN_STOCK:
                name = statement.inventory_number or statement.barcode
                said = Remark(
                    N_("copy %(number)s: written off in the file; nothing was changed here"),
                    number=name,
                )
                out.problems.append((one.read.chunk.number, said))
            continue
        numbers = rules.free_numbers(statement, taken)
        if numbers.disputed:
            said = Remark(
                N_("copy: the number %(number)s belongs to another copy"), number=numbers.disputed
            )
            out.problems.append((one.read.chunk.number, said))
        row = _row(origin, one.record_id, statement, numbers, to)
        rows.append(row)
        if statement.status not in rules.NOT_IN_STOCK:
            place = origin.derive(f"copy:{one.read.chunk.number}:{one.record_id}:{at}")
            facts = _facts(row["id"], one.record_id, row["owner_branch_id"], about)
            number, price = statement.copies, statement.price
            facts["amount"] = None if price is None else price * number
            entries.append(ledger.entry_row(Kind.OPENING, place, facts, count=number))
    bulk_insert(session, Item, rows)
    codes.bring_in(session, (code for row in rows for code in _codes(row)))
    ledger.record_many(session, entries)
    out.items += len(rows)


def _codes(row: Mapping[str, Any]) -> Iterable[ItemCode]:
    """The codes of a copy: those it has, and those another has too."""
    for kind in (CodeKind.BARCODE, CodeKind.INVENTORY_NUMBER):
        if row[kind]:
            yield ItemCode(kind, row[kind], row["id"])
    for number in filter(None, row["disputed_numbers"].split(", ")):
        yield ItemCode(CodeKind.INVENTORY_NUMBER, number, row["id"])


def _own_numbers(session: Session, record_ids: Sequence[int]) -> dict[int, set[str]]:
    """Record id → the numbers of the copies it has."""
    own: dict[int, set[str]] = {}
    for start in range(0, len(record_ids), 500):
        part = record_ids[start : start + 500]
        query = select(Item).where(Item.record_id.in_(part)).options(lazyload(Item.record))
        for item in session.scalars(query):
            numbers = {item.inventory_number, item.barcode, *item.disputed_numbers.split(", ")}
            own.setdefault(item.record_id, set()).update(n for n in numbers if n)
            if not (item.inventory_number or item.barcode or item.disputed_numbers):
                own[item.record_id].add(_group(item.location, item.copies))
    return own


def _group(location: str, number: int) -> str:
    """What tells a group of copies without numbers from others of its record."""
    return f"\0{location}\0{number}"


def _is_there(one: ImportedRecord, statement: CopyStatement, own: Mapping[int, set[str]]) -> bool:
    """Whether a record that came before has this copy, or this group of copies."""
    numbers = {statement.inventory_number, statement.barcode} - {""}
    numbers = numbers or {_group(statement.location, statement.copies)}
    return bool(numbers & own.get(one.record_id, set()))


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
        "subject_area": about.subject_area,
        "owner_branch_id": owner_id,
        "opening_of": OpeningOf.STOCK,
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

    Raises:
        CodeTaken: a copy or a reader has, or had, this number.
    """
    codes.check_free(session, number)
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
    codes.claim(session, CodeKind.INVENTORY_NUMBER, number, item_id=item.id)
    return item
