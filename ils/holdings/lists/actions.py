"""Lists of copies brought in: each copy once, with the record it is described by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord, RecordIsbn, RecordState
from ils.catalog.records.actions import add_record
from ils.catalog.records.actions import facts as record_facts
from ils.catalog.subjects import Classes
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import Code, CodeKind
from ils.codes.rules import CodeTaken, folded
from ils.db import bulk_insert, new_id
from ils.errors import N_, IlsError, Invalid
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.lists.models import ListLayout
from ils.holdings.lists.rules import LABELS, ListedCopy, document_key
from ils.ledger import Kind, OpeningOf, Origin
from ils.marc.record import Field, MarcRecord

DocumentKey = tuple[str, str, int | None]
#: ISO 639-2 of the languages lists know.
_MARC_LANGUAGES = {"kk": "kaz", "ru": "rus", "en": "eng"}


@dataclass(frozen=True)
class ListOptions:
    """How a list comes in.

    Attributes:
        branch_id: the owner of copies whose row names no branch.
        branches: code or name in lower case → id.
        opening: whether the copies are counted as the balance the library began with.
        begun: groups without numbers that are older came with the list before.
    """

    branch_id: int
    branches: Mapping[str, int]
    classes: Classes
    opening: bool
    begun: datetime


@dataclass
class ListReport:
    """What became of the rows: ``new``, ``known``, ``records``, ``matched``, ``rejected``."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, IlsError]] = field(default_factory=list)


class RecordFinder:
    """The records of the catalogue by ISBN, or by title, author and year; it grows."""

    def __init__(self, session: Session) -> None:
        """Read the titles of the catalogue once: some hundred bytes a record."""
        one = BibliographicRecord
        query = select(one.id, one.title, one.authors, one.year).where(
            one.state == RecordState.ACTIVE
        )
        self.by_key: dict[DocumentKey, int] = {}
        for number, title, authors, year in session.execute(query.order_by(one.id)):
            self.by_key.setdefault(document_key(title, authors, year), number)
        isbns = select(RecordIsbn.isbn, RecordIsbn.record_id).join(
            one, one.id == RecordIsbn.record_id
        )
        self.by_isbn: dict[str, list[int]] = {}
        self.keys = {number: key for key, number in self.by_key.items()}
        query_ = isbns.where(one.state == RecordState.ACTIVE).order_by(RecordIsbn.record_id)
        for isbn, number in session.execute(query_):
            self.by_isbn.setdefault(isbn, []).append(number)

    def find(self, listed: ListedCopy) -> int | None:
        """The record of a row: its ISBN and title say so, or title, author and year."""
        title = listed.key[0]
        same = (
            number for number in self.by_isbn.get(listed.isbn, ())
            if self.keys.get(number, ("",))[0] == title
        )  # fmt: skip
        return next(same, None) or self.by_key.get(listed.key)

    def add(self, listed: ListedCopy, number: int) -> None:
        """A record that was made for a row."""
        self.by_key.setdefault(listed.key, number)
        self.keys[number] = listed.key
        if listed.isbn:
            self.by_isbn.setdefault(listed.isbn, []).append(number)


def import_copies(
    session: Session, origin: Origin, rows: Sequence[ListedCopy], options: ListOptions,
    finder: RecordFinder,
) -> ListReport:  # fmt: skip
    """Bring copies in; one whose number is known is left as it is, so that a list can be repeated.

    Documents nobody described get provisional records: a cataloguer completes them.
    """
    report, taken = ListReport(), _taken(session, rows, options.begun)
    items: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for row in rows:
        try:
            owner = _owner(row, options)
            if _is_known(row, taken):
                report.counts["known"] += 1
                report.counts["barcoded"] += _give_barcode(session, row, taken)
                continue
        except IlsError as error:
            report.counts["rejected"] += 1
            report.problems.append((row.row, error))
            continue
        known = finder.find(row)
        group = known is not None and not (row.number or row.barcode)
        if group and _has_group(session, known, row, owner, options.begun):
            report.counts["known"] += 1
            continue
        if known is None:
            record = _described(session, origin, row, options.classes)
            finder.add(row, record.id)
        else:
            record = session.get_one(BibliographicRecord, known)
        report.counts["records" if known is None else "matched"] += 1
        item = _item(origin, row, record.id, owner)
        items.append(item)
        report.counts["new"] += row.copies
        if options.opening:
            facts = record_facts(record) | ledger.Facts(
                item_id=item["id"], owner_branch_id=owner, opening_of=OpeningOf.STOCK,
                amount=None if row.price is None else row.price * row.copies,
            )  # fmt: skip
            place = origin.derive(f"list:{item['id']}")
            entries.append(ledger.entry_row(Kind.OPENING, place, facts, count=row.copies))
    session.flush()
    bulk_insert(session, Item, items)
    codes.bring_in(session, [code for item in items for code in _codes(item)])
    ledger.record_many(session, entries)
    return report


def _owner(row: ListedCopy, options: ListOptions) -> int:
    if not row.branch:
        return options.branch_id
    found = options.branches.get(row.branch.casefold())
    if found is None:
        raise Invalid(LABELS["branch"], N_("There is no such branch: write its code."))
    return found


def _taken(session: Session, rows: Sequence[ListedCopy], begun: datetime) -> dict[str, int | None]:
    """Folded number → the copy that has it; 0 of a row above, none where it is a reader's."""
    wanted = {folded(n) for row in rows for n in (row.number, row.barcode) if n}
    query = (
        select(Code.folded, Code.item_id, Item.created_at)
        .outerjoin(Item, Item.id == Code.item_id)
        .where(Code.folded.in_(wanted))
    )
    return {
        key: 0 if at is not None and at >= begun else item_id
        for key, item_id, at in session.execute(query)
    }


def _is_known(row: ListedCopy, taken: dict[str, int | None]) -> bool:
    """Whether the copy is there already; its numbers are taken from now on.

    Raises:
        CodeTaken: a number is another's.
    """
    keys = [folded(number) for number in (row.number, row.barcode) if number]
    for key in keys:
        if key in taken and taken[key] is None:
            raise CodeTaken(taken=row.number or row.barcode)
    owners = {taken[key] for key in keys if key in taken}
    if not owners:
        taken.update(dict.fromkeys(keys, 0))  # of a row above
        return False
    if len(owners) > 1 or (owners == {0}):
        raise CodeTaken(taken=row.number or row.barcode)
    return True


def _give_barcode(session: Session, row: ListedCopy, taken: dict[str, int | None]) -> int:
    """A known copy that had none gets the barcode its row brings; returns how many did."""
    item_id = taken.get(folded(row.number)) if row.number and row.barcode else None
    if not item_id or folded(row.barcode) in taken:
        return 0
    item = session.get_one(Item, item_id)
    if item.barcode is not None:
        return 0
    item.barcode, item.labelled_at = row.barcode, None
    session.flush()
    codes.claim(session, CodeKind.BARCODE, row.barcode, item_id=item.id)
    taken[folded(row.barcode)] = item.id
    return 1


def _has_group(
    session: Session, record_id: int | None, row: ListedCopy, owner: int, begun: datetime
) -> bool:
    """Whether these copies without numbers came with the list before."""
    same = select(Item.id).where(
        Item.record_id == record_id, Item.copies == row.copies, Item.owner_branch_id == owner,
        Item.location == row.location, Item.shelf_mark == row.shelf_mark,
        Item.price.is_not_distinct_from(row.price),
        Item.inventory_number.is_(None), Item.barcode.is_(None), Item.created_at < begun,
    )  # fmt: skip
    return session.scalar(same.limit(1)) is not None


def _described(
    session: Session, origin: Origin, row: ListedCopy, classes: Classes
) -> BibliographicRecord:
    """A provisional record of a document nobody described."""
    marc = MarcRecord("00000nam0 2200000   450 ", _fields(row))
    place = origin.derive(f"record:{row.row}:{row.key}")
    record = add_record(session, place, marc=marc, classes=classes, provisional=True)
    if row.subject_area and record.subject_area is None:
        record.subject_area = row.subject_area
    return record


def _fields(row: ListedCopy) -> list[Field]:
    """A few words in UNIMARC."""
    fields = []
    if row.isbn:
        fields.append(Field("010", "  ", [("a", row.isbn)]))
    if row.language:
        fields.append(Field("101", "0 ", [("a", _MARC_LANGUAGES[row.language])]))
    said = [("a", row.title), *([("f", row.author)] if row.author else [])]
    fields.append(Field("200", "1 ", said))
    if row.year:
        fields.append(Field("210", "  ", [("d", str(row.year))]))
    if row.author:
        fields.append(Field("700", " 1", [("a", row.author)]))
    return fields


def _item(origin: Origin, row: ListedCopy, record_id: int, owner: int) -> dict[str, Any]:
    return {
        "id": new_id(), "record_id": record_id, "inventory_number": row.number or None,
        "barcode": row.barcode or None, "copies": row.copies,
        "status": ItemStatus.AVAILABLE.value, "owner_branch_id": owner, "branch_id": owner,
        "location": row.location, "shelf_mark": row.shelf_mark, "price": row.price,
        "ksu": row.ksu, "withdrawal_act": "", "disputed_numbers": "", "condition": "",
        "created_at": origin.at,
    }  # fmt: skip


def _codes(item: Mapping[str, Any]) -> list[ItemCode]:
    kinds = ((CodeKind.INVENTORY_NUMBER, "inventory_number"), (CodeKind.BARCODE, "barcode"))
    return [ItemCode(kind, item[name], item["id"]) for kind, name in kinds if item[name]]


def layout_of(session: Session, source: str) -> dict[str, str]:
    """What the columns of a source are, as it was said before."""
    found = session.scalar(select(ListLayout).where(ListLayout.source == source))
    return dict(found.columns) if found else {}


def keep_layout(session: Session, source: str, columns: Mapping[str, str]) -> None:
    """Remember what the columns of a source are."""
    found = session.scalar(select(ListLayout).where(ListLayout.source == source))
    if found is None:
        session.add(ListLayout(source=source, columns=dict(columns)))
    else:
        found.columns = dict(columns)
    session.flush()
