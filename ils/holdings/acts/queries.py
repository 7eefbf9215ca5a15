"""Reading acts of the stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from ils.catalog.models import BibliographicRecord
from ils.clock import day_start
from ils.holdings.acts.models import AcceptanceLine, ActItem, ActKind, ActState, StockAct
from ils.holdings.acts.rules import UnknownStockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind, OpeningOf


def act_by_id(session: Session, act_id: int, *, lock: bool = False) -> StockAct:
    """An act by its id.

    Raises:
        UnknownStockAct: there is none.
    """
    act = session.get(StockAct, act_id, with_for_update={"of": StockAct} if lock else None)
    if act is None:
        raise UnknownStockAct
    return act


def acts() -> Select[StockAct]:
    """All acts, newest first."""
    return select(StockAct).order_by(StockAct.day.desc(), StockAct.id.desc())


def items_of_act(act: StockAct) -> Select[ActItem]:
    """The copies in the list of an act, by their inventory numbers."""
    return (
        select(ActItem)
        .join(ActItem.item)
        .join(Item.record)
        .where(ActItem.act_id == act.id)
        .order_by(
            func.length(ActItem.number),
            ActItem.number,
            func.length(Item.inventory_number),
            Item.inventory_number,
            Item.id,
        )
        .options(contains_eager(ActItem.item).contains_eager(Item.record))
    )


def lines_of(act: StockAct) -> Select[AcceptanceLine]:
    """The lines of an acceptance."""
    return select(AcceptanceLine).where(AcceptanceLine.act_id == act.id).order_by(AcceptanceLine.id)


@dataclass(frozen=True)
class ActSum:
    """What an act comes to: titles, copies, tiyn."""

    titles: int
    copies: int
    amount: int


def sum_of(session: Session, act: StockAct) -> ActSum:
    """What the list of an act comes to; of an acceptance that is a draft, its lines."""
    if act.kind == "acceptance" and act.state == ActState.DRAFT:
        line = AcceptanceLine
        query = select(
            func.count(line.record_id.distinct()), func.coalesce(func.sum(line.copies), 0),
            func.coalesce(func.sum(line.copies * line.price), 0),
        ).where(line.act_id == act.id)  # fmt: skip
    else:
        one = ActItem
        query = (
            select(
                func.count(Item.record_id.distinct()), func.coalesce(func.sum(one.copies), 0),
                func.coalesce(func.sum(one.copies * one.price), 0),
            )
            .join(Item, Item.id == one.item_id)
            .where(one.act_id == act.id)
        )  # fmt: skip
    return ActSum(*session.execute(query).one())


def acts_of_item(item: Item) -> Select[StockAct]:
    """The acts a copy stands in, oldest first."""
    return (
        select(StockAct)
        .join(ActItem, ActItem.act_id == StockAct.id)
        .where(ActItem.item_id == item.id, StockAct.state != ActState.CANCELLED)
        .order_by(StockAct.id)
    )


def acts_of_record(record_id: int) -> Select[StockAct]:
    """The acts a document's copies stand in, or are to come by, latest first."""
    listed = (
        select(ActItem.act_id).join(Item, Item.id == ActItem.item_id)
        .where(Item.record_id == record_id)
    )  # fmt: skip
    lines = select(AcceptanceLine.act_id).where(AcceptanceLine.record_id == record_id)
    standing = StockAct.state != ActState.CANCELLED
    of = or_(StockAct.id.in_(listed), StockAct.id.in_(lines))
    return select(StockAct).where(of, standing).order_by(StockAct.id.desc())


def reversing(session: Session, act: StockAct) -> StockAct | None:
    """The act that turned this one round, or the one it turned round itself."""
    if act.reverses_id is not None:
        return session.get(StockAct, act.reverses_id)
    return session.scalar(select(StockAct).where(StockAct.reverses_id == act.id))


def replacements_of(item: Item) -> Select[StockAct]:
    """The acts by which copies came in place of a lost one."""
    line = AcceptanceLine
    query = select(StockAct).join(line, line.act_id == StockAct.id)
    return query.where(line.replaces_id == item.id, StockAct.state == ActState.EXECUTED)


@dataclass(frozen=True)
class CopySearch:
    """Which copies are looked for, to put them into an act.

    Attributes:
        branch_id: of which branch; ``None``: of any.
        not_lent_since: nobody took them since this day, and they were there then.
        older_than: published before this year.
        material, status, subject_area: their codes; any where empty, of the status: available.
        spare: copies beyond so many of a record at a branch.
    """

    branch_id: int | None = None
    not_lent_since: date | None = None
    older_than: int | None = None
    material: str = ""
    status: str = ""
    subject_area: str = ""
    spare: int | None = None


def copies_wanted(wanted: CopySearch) -> Select[Item]:
    """Copies that fit, none of them in an act or on its way."""
    in_act = exists().where(ActItem.item_id == Item.id, ActItem.is_open)
    query = select(Item).join(Item.record).where(~in_act).options(contains_eager(Item.record))
    status = wanted.status or ItemStatus.AVAILABLE
    query = query.where(Item.status == status)
    if wanted.branch_id is not None:
        query = query.where(Item.owner_branch_id == wanted.branch_id)
    if wanted.material:
        query = query.where(BibliographicRecord.material == wanted.material)
    if wanted.subject_area:
        query = query.where(BibliographicRecord.subject_area == wanted.subject_area)
    if wanted.older_than is not None:
        query = query.where(BibliographicRecord.year < wanted.older_than)
    if (since := wanted.not_lent_since) is not None:
        lent = exists().where(
            Entry.item_id == Item.id, Entry.day >= since,
            Entry.kind.concat("").in_((Kind.LOAN, Kind.RENEWAL, Kind.IN_HOUSE_USE)),
        )  # fmt: skip
        # Of UTC: years ago the hours between its midnight and the branch's do not matter.
        query = query.where(Item.created_at < day_start(since, "UTC"), ~lent)
    if wanted.spare is not None:
        place = func.row_number().over(
            partition_by=(Item.record_id, Item.owner_branch_id), order_by=Item.id
        )
        numbered = select(Item.id, place.label("n")).where(Item.status == status).subquery()
        beyond = select(numbered.c.id).where(numbered.c.n > wanted.spare)
        query = query.where(Item.id.in_(beyond))
    return query.order_by(Item.inventory_number, Item.id)


@dataclass(frozen=True)
class Effect:
    """What an act does at a branch to a subject area.

    Attributes:
        stock, kazakh, lent: copies, those in Kazakh, loans of the last year, before the act.
        taken, taken_kazakh: copies the act takes, those in Kazakh.
        added: copies that came in the last year.
    """

    branch_id: int
    subject_area: str
    stock: int
    kazakh: int
    lent: int
    added: int
    taken: int
    taken_kazakh: int

    @property
    def left(self) -> int:
        """Copies after the act."""
        return self.stock - self.taken


def effects(session: Session, act: StockAct, since: date) -> list[Effect]:
    """What an act does to stock, turnover, renewal and the share of Kazakh, by branch and area."""
    taken = _grouped(
        session,
        select(Item.owner_branch_id, BibliographicRecord.subject_area,
               BibliographicRecord.language, func.sum(ActItem.copies))
        .select_from(ActItem).join(Item, Item.id == ActItem.item_id).join(Item.record)
        .where(ActItem.act_id == act.id),
    )  # fmt: skip
    if act.kind == ActKind.REDISTRIBUTION:  # the branch that gets them
        for (_, area), (number, kazakh) in list(taken.items()):
            gained = taken.get((act.branch_id, area), (0, 0))
            taken[act.branch_id, area] = (gained[0] - number, gained[1] - kazakh)
    branches = {branch for branch, _ in taken}
    stock = _grouped(
        session,
        select(Item.owner_branch_id, BibliographicRecord.subject_area,
               BibliographicRecord.language, func.sum(Item.copies))
        .select_from(Item).join(Item.record)
        .where(Item.owner_branch_id.in_(branches), Item.status != ItemStatus.WITHDRAWN),
    )  # fmt: skip
    told = {kind: _told(session, kind, branches, since) for kind in (Kind.LOAN, Kind.ACCESSION)}
    return [
        Effect(
            branch, area, stock.get((branch, area), (0, 0))[0],
            stock.get((branch, area), (0, 0))[1], told[Kind.LOAN].get((branch, area), 0),
            told[Kind.ACCESSION].get((branch, area), 0), *taken[branch, area],
        )
        for branch, area in sorted(taken)
    ]  # fmt: skip


def _grouped(
    session: Session, query: Select[int, str | None, str | None, int]
) -> dict[tuple[int, str], tuple[int, int]]:
    """(branch, subject area) → copies, and those in Kazakh."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    by = (
        Item.owner_branch_id, BibliographicRecord.subject_area, BibliographicRecord.language,
    )  # fmt: skip
    for branch, area, language, number in session.execute(query.group_by(*by)):
        total, kazakh = found.get((branch, area or ""), (0, 0))
        own = number if language == "kk" else 0
        found[branch, area or ""] = (total + number, kazakh + own)
    return found


def _told(
    session: Session, kind: Kind, branches: set[int], since: date
) -> dict[tuple[int, str], int]:
    query = (
        select(Entry.owner_branch_id, Entry.subject_area, func.sum(Entry.count))
        .where(Entry.kind == kind, Entry.posted >= since, Entry.owner_branch_id.in_(branches))
        .group_by(Entry.owner_branch_id, Entry.subject_area)
    )
    return {
        (branch, area or ""): int(number)
        for branch, area, number in session.execute(query)
        if branch is not None
    }


def _out() -> ColumnElement[int]:
    """Copies lent and not back, summed over entries."""
    brought = and_(Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.LOANS)
    sign = case(
        (or_(Entry.kind == Kind.LOAN, brought), Entry.count),
        (Entry.kind.in_((Kind.RETURN, Kind.LOST)), -Entry.count),
        else_=0,
    )
    return func.sum(sign)


def groups_lent(session: Session, act: StockAct) -> list[Item]:
    """Groups of an act of which copies are out: their status does not tell it."""
    told = (
        select(_out()).where(Entry.item_id == Item.id, Entry.loan_id.is_not(None)).scalar_subquery()
    )
    query = (
        select(Item)
        .join(ActItem, ActItem.item_id == Item.id)
        .where(ActItem.act_id == act.id, Item.copies > 1, func.coalesce(told, 0) > 0)
    )
    return list(session.scalars(query))


def lent_of_group(session: Session, item: Item) -> int:
    """Copies of a group that are out."""
    query = select(_out()).where(Entry.item_id == item.id, Entry.loan_id.is_not(None))
    return int(session.scalar(query) or 0)


def at_home(session: Session, act: StockAct) -> bool:
    """Whether an act gives a branch a copy it has already."""
    query = (
        select(ActItem.id)
        .join(Item, Item.id == ActItem.item_id)
        .where(ActItem.act_id == act.id, Item.owner_branch_id == act.branch_id)
    )
    return session.scalar(query.limit(1)) is not None


def next_act_number(session: Session, kind: str, year: int) -> int:
    """The number after the last one of a kind in a year."""
    query = select(func.max(StockAct.number)).where(StockAct.kind == kind, StockAct.year == year)
    return (session.scalar(query) or 0) + 1


def busy(session: Session, act: StockAct, allowed: Sequence[str]) -> list[Item]:
    """Copies of an act whose state does not allow what is to be done."""
    query = (
        select(Item)
        .join(ActItem, ActItem.item_id == Item.id)
        .where(ActItem.act_id == act.id, Item.status.not_in(allowed))
        .order_by(Item.id)
    )
    return list(session.scalars(query))
