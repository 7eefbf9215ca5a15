"""Demonstration data of the stock: a budget, an order, acts, a check, a subscription."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.acquisition.budgets.actions import ArticleData, save_article
from ils.acquisition.orders import actions as orders
from ils.acquisition.orders.actions import OrderData, OrderLineData, ReceiptData
from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.db import bulk_insert, new_id
from ils.holdings.acts import actions, execution
from ils.holdings.acts.acceptance import add_lines
from ils.holdings.acts.fields import ActData, LineData
from ils.holdings.acts.models import ActKind
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.periodicals import actions as serials
from ils.holdings.periodicals import queries as serial_queries
from ils.holdings.periodicals.actions import SubscriptionData
from ils.holdings.periodicals.models import SerialIssue
from ils.holdings.stocktaking import actions as checks
from ils.holdings.stocktaking import queries as check_queries
from ils.holdings.stocktaking.actions import Scan
from ils.holdings.stocktaking.models import Stocktake, StocktakeItem, StocktakeState
from ils.ledger import Origin
from ils.organisation.branches.models import Branch

COMMISSION = "Председатель комиссии\nЗаведующий отделом комплектования\nБухгалтер"


def build_stock(session: Session, config: Config, origin: Origin, branches: list[Branch]) -> None:
    """Give the library a year of stock accounting in small."""
    ids = {branch.code: branch.id for branch in branches}
    records = list(session.scalars(
        select(BibliographicRecord).where(BibliographicRecord.worksheet == "book")
        .order_by(BibliographicRecord.id).limit(12)
    ))  # fmt: skip
    _batch(session, _next(origin), records, ids)
    _order(session, _next(origin), ids)
    _moves(session, _next(origin), branches)
    _check(session, _next(origin), branches[2])
    _subscription(session, config, _next(origin), branches[0])


def _next(origin: Origin) -> Origin:
    """The same moment and place, for another act."""
    return Origin(origin.at, origin.day, origin.branch_id, origin.staff_id, origin.channel, uuid4())


def _batch(
    session: Session, origin: Origin, records: list[BibliographicRecord], ids: dict[str, int]
) -> None:
    """New copies by an invoice, distributed among branches."""
    data = ActData(source="state_order", partner="ОӘҒК", document="Накладная № 15",
                   document_day=origin.day, commission=COMMISSION)  # fmt: skip
    act = actions.draw_up(session, origin, ActKind.ACCEPTANCE, data, origin.branch_id)
    for at, record in enumerate(records[:8]):
        line = LineData(record="", shares=f"CGB {1 + at % 3}, F1 1", price=f"{1500 + at * 250}")
        add_lines(session, act, record, line, ids)
    execution.execute(session, origin, act)


def _order(session: Session, origin: Origin, ids: dict[str, int]) -> None:
    """An order that came in part."""
    year = origin.day.year
    for name, sum_ in (("Детская литература", "500000"), ("Краеведение", "250000")):
        data = ArticleData(name=name, year=year, allocated=sum_)
        article = save_article(session, _next(origin), data, None)
    order = orders.draw_up_order(
        session, origin, OrderData(supplier="Книжный дом", contract="Договор № 12"),
        origin.branch_id,
    )  # fmt: skip
    lines = [
        orders.add_line(session, order, OrderLineData(
            title=title, author=author, article=str(article.id), shares="CGB 2, CDB 1, F2 1",
            price="4200",
        ), ids)
        for title, author in (("Балқаш өңірінің тарихы", ""), ("Город у озера", ""))
    ]  # fmt: skip
    orders.place(session, origin, order)
    orders.receive(session, _next(origin), lines[0], ReceiptData(shares="CGB 2, CDB 1"), ids)


def _moves(session: Session, origin: Origin, branches: list[Branch]) -> None:
    """Copies given to another branch; worn ones in a draft."""
    own = select(Item).where(
        Item.owner_branch_id == branches[1].id, Item.status == ItemStatus.AVAILABLE
    )
    items = list(session.scalars(own.order_by(Item.id).limit(8)))
    data = ActData(commission=COMMISSION)
    act = actions.draw_up(session, origin, ActKind.REDISTRIBUTION, data, branches[3].id)
    for item in items[:3]:
        actions.put_item(session, act, item)
    session.flush()
    actions.fix(session, origin, act)
    execution.execute(session, _next(origin), act)
    worn = ActData(reason="worn", commission=COMMISSION, basis="Приказ № 5")
    draft = actions.draw_up(session, _next(origin), ActKind.WITHDRAWAL, worn, branches[1].id)
    for item in items[3:]:
        actions.put_item(session, draft, item)
    session.flush()


def _check(session: Session, origin: Origin, branch: Branch) -> None:
    """A check under way: a shelf counted, some copies still to be found."""
    place = checks.add_place(session, branch.id, "Абонемент, стеллаж 1")
    one = Stocktake(name="Плановая проверка", branch_id=branch.id, day=origin.day,
                    created_at=origin.at, state=StocktakeState.OPEN, commission=COMMISSION,
                    basis="План проверок на год")  # fmt: skip
    session.add(one)
    session.flush()
    expected = session.execute(check_queries.expected_ids(one)).all()
    bulk_insert(session, StocktakeItem, [
        {"id": new_id(), "stocktake_id": one.id, "item_id": item_id, "status": status,
         "counted_at": None}
        for item_id, status in expected
    ])  # fmt: skip
    query = select(Item.inventory_number).where(Item.owner_branch_id == branch.id)
    numbers = list(session.scalars(query.order_by(Item.id).limit(12)))
    scans = [Scan(number or "", place) for number in numbers] + [Scan("777", place)]
    checks.count(session, origin, one, scans)


def _subscription(session: Session, config: Config, origin: Origin, branch: Branch) -> None:
    """A journal for this half-year, its first issues here."""
    journal = session.scalar(
        select(BibliographicRecord).where(BibliographicRecord.worksheet == "journal").limit(1)
    )
    if journal is None:
        return
    half = "1" if origin.day.month < 7 else "2"
    data = SubscriptionData(
        record="", branch=branch.code, year=origin.day.year, half=half, pattern="monthly",
        first=1 if half == "1" else 7, sets=1, price="6000", supplier="Казпочта",
    )  # fmt: skip
    one = serials.subscribe(session, config, journal, branch.id, data)
    due = serial_queries.waited_for(origin.day).where(SerialIssue.subscription_id == one.id)
    for issue in session.scalars(due.limit(3)):
        serials.check_in(session, issue, issue.expected_on)
