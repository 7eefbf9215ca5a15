"""The rows of the books, from the same entries as the statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, lazyload

from ils.clock import Period
from ils.holdings.acts.models import ActItem, StockAct
from ils.holdings.items.models import Item
from ils.ledger import Entry, Kind, Material, OpeningOf

#: Where an entry without a value of a facet stands.
NONE = ""


@dataclass
class Movement:
    """Copies that came or went, and what they were; sums in tiyn."""

    copies: int = 0
    titles: int = 0
    amount: int = 0
    by_material: Counter[str] = field(default_factory=Counter)
    by_area: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)

    def count(self, number: int, amount: int, material: str, area: str, language: str) -> None:
        """Count copies in."""
        self.copies += number
        self.amount += amount
        self.by_material[material] += number
        self.by_area[area] += number
        self.by_language[language if language in {"kk", "ru", NONE} else "other"] += number

    def add(self, other: Movement, sign: int = 1) -> None:
        """Count another one in, or out."""
        self.copies += sign * other.copies
        self.titles += sign * other.titles
        self.amount += sign * other.amount
        for own, more in (
            (self.by_material, other.by_material), (self.by_area, other.by_area),
            (self.by_language, other.by_language),
        ):  # fmt: skip
            for key, number in more.items():
                own[key] += sign * number


@dataclass
class KsuRow:
    """A row of part 1 or 2.

    Attributes:
        act: ``None`` of what was written without one.
        correction: it was written after the act, and mends it.
        code: the source, or the reason; empty of redistribution.
    """

    day: date
    act: StockAct | None
    correction: bool
    code: str
    redistribution: bool
    movement: Movement = field(default_factory=Movement)


@dataclass(frozen=True)
class Ksu:
    """The register of a period: arrivals, withdrawals, and the balance at both its ends."""

    arrivals: Sequence[KsuRow]
    withdrawals: Sequence[KsuRow]
    start: Movement
    came: Movement
    went: Movement
    end: Movement


def ksu(session: Session, days: Period, branch_id: int | None = None) -> Ksu:
    """The register of the system, or of a branch with what it gave and got."""
    arrivals = _rows(session, days, _arriving(branch_id), Kind.ACCESSION)
    withdrawals = _rows(session, days, _leaving(branch_id), Kind.WITHDRAWAL)
    start = _balance(session, days, branch_id)
    came = _stock(session, days, _arriving(branch_id))
    went = _stock(session, days, _leaving(branch_id))
    end = Movement()
    for one, sign in ((start, 1), (came, 1), (went, -1)):
        end.add(one, sign)
    return Ksu(arrivals, withdrawals, start, came, went, end)


def _arriving(branch_id: int | None) -> ColumnElement[bool]:
    own = Entry.kind.in_((Kind.ACCESSION, Kind.TITLE))
    if branch_id is None:
        return own
    given = and_(
        Entry.kind == Kind.REDISTRIBUTION, Entry.other_branch_id == branch_id,
        Entry.branch_id != branch_id,
    )  # fmt: skip
    return or_(and_(own, Entry.owner_branch_id == branch_id), given)


def _leaving(branch_id: int | None) -> ColumnElement[bool]:
    own = Entry.kind == Kind.WITHDRAWAL
    if branch_id is None:
        return own
    given = and_(
        Entry.kind == Kind.REDISTRIBUTION, Entry.branch_id == branch_id,
        Entry.other_branch_id != branch_id,
    )  # fmt: skip
    return or_(and_(own, Entry.owner_branch_id == branch_id), given)


def _rows(session: Session, days: Period, which: ColumnElement[bool], kind: Kind) -> list[KsuRow]:
    """A row an act, its corrections apart; a row a day and source of what came without one."""
    late = case((Entry.id > StockAct.last_entry_id, 1), else_=0)
    code = Entry.source if kind is Kind.ACCESSION else Entry.reason
    alone = case((StockAct.id.is_(None), Entry.posted), else_=None)
    facets = (Entry.material, Entry.subject_area, Entry.language)
    query = (
        select(
            func.min(Entry.posted), StockAct.id, late, code, Entry.kind,
            func.sum(Entry.count), func.coalesce(func.sum(Entry.amount), 0), *facets,
        )
        .outerjoin(StockAct, StockAct.id == Entry.act_id)
        .where(which, Entry.posted >= days.start, Entry.posted < days.end)
        .group_by(StockAct.id, late, alone, code, Entry.kind, *facets)
    )  # fmt: skip
    rows: dict[tuple[object, ...], KsuRow] = {}
    for day, act_id, after, said, of, count, amount, *about in session.execute(query):
        moved = of == Kind.REDISTRIBUTION
        key = (act_id, after, moved, *(() if act_id else (day, said)))
        row = rows.get(key)
        if row is None:
            act = None if act_id is None else session.get(StockAct, act_id)
            row = rows[key] = KsuRow(day, act, bool(after), said or "", moved)
        row.day = min(row.day, day)
        if of == Kind.TITLE:
            row.movement.titles += int(count)
        else:
            row.movement.count(int(count), int(amount), *(value or NONE for value in about))
    said = (
        row for row in rows.values()
        if not row.correction or row.movement.copies or row.movement.amount or row.movement.titles
    )  # fmt: skip
    return sorted(
        said,
        key=lambda row: (row.day, row.act.number or 0 if row.act else 0, row.correction, row.code),
    )


def _stock(session: Session, days: Period, which: ColumnElement[bool]) -> Movement:
    """What counts in the balance: electronic books without a carrier do not."""
    return _summed(session, [(which, 1)], days.start, days.end)


def _balance(session: Session, days: Period, branch_id: int | None) -> Movement:
    """The stock before the period: what came and went; what a library began with, whenever."""
    opening = and_(Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.STOCK)
    if branch_id is not None:
        opening = and_(opening, Entry.owner_branch_id == branch_id)
    moved = [(_arriving(branch_id), 1), (_leaving(branch_id), -1)]
    total = _summed(session, moved, None, days.start)
    total.add(_summed(session, [(opening, 1)], None, days.end))
    return total


def _summed(
    session: Session, parts: Iterable[tuple[ColumnElement[bool], int]], start: date | None,
    end: date,
) -> Movement:  # fmt: skip
    total = Movement()
    facets = (Entry.material, Entry.subject_area, Entry.language)
    for which, sign in parts:
        query = (
            select(func.sum(Entry.count), func.coalesce(func.sum(Entry.amount), 0), *facets)
            .where(which, Entry.kind != Kind.TITLE, Entry.posted < end)
            .where(func.coalesce(Entry.material, NONE) != Material.EBOOK)
            .group_by(*facets)
        )
        if start is not None:
            query = query.where(Entry.posted >= start)
        one = Movement()
        for count, amount, *about in session.execute(query):
            one.count(int(count or 0), int(amount or 0), *(value or NONE for value in about))
        total.add(one, sign)
    return total


#: A row of the inventory book: what was written, of which copy, by which act.
BookRow = Row[Entry, Item, ActItem | None, StockAct | None]


def inventory_book(
    days: Period, branch_id: int | None = None
) -> Select[Entry, Item, ActItem | None, StockAct | None]:
    """What came copy by copy, in the order it was written: the rows of the register, one by one.

    A row never changes. A price that was mended, an act that was reversed are further rows; a
    copy given to another branch stands in both books, on the day it came to each.
    """
    began = and_(Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.STOCK)
    if branch_id is not None:
        began = and_(began, Entry.owner_branch_id == branch_id)
    number = func.coalesce(func.nullif(ActItem.number, ""), Item.inventory_number)
    return (
        select(Entry, Item, ActItem, StockAct)
        .join(Item, Item.id == Entry.item_id)
        .join(Item.record)
        .outerjoin(ActItem, and_(ActItem.act_id == Entry.act_id, ActItem.item_id == Item.id))
        .outerjoin(StockAct, StockAct.id == Entry.act_id)
        .where(or_(_arriving(branch_id), began), Entry.kind != Kind.TITLE)
        .where(Entry.posted >= days.start, Entry.posted < days.end, number.is_not(None))
        .options(contains_eager(Item.record), lazyload(ActItem.item))
        .order_by(Entry.posted, Entry.id)
    )
