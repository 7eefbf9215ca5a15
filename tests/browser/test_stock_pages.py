"""The stock in a browser: axe and widths of its pages, a scanner at the shelves by real keys."""

import pytest
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select
from test_accessibility import SIZES, seen

from ils import db
from ils.acquisition.budgets.actions import ArticleData, save_article
from ils.acquisition.orders import actions as orders
from ils.acquisition.orders.actions import OrderData, OrderLineData
from ils.acquisition.orders.models import PurchaseOrder
from ils.holdings.acts import actions, execution
from ils.holdings.acts.acceptance import add_lines
from ils.holdings.acts.fields import ActData, LineData
from ils.holdings.acts.models import ActKind, StockAct
from ils.holdings.items.models import Item
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.holdings.stocktaking import actions as checks
from ils.holdings.stocktaking.models import Stocktake, StocktakeItem, StocktakeScan
from ils.organisation.staff.models import Role

PAGES = {
    "acts": "/staff/holdings/acts", "new-act": "/staff/holdings/acts/new/acceptance",
    "ksu": "/staff/holdings/ksu?from=2026-01-01",
    "inventory-book": "/staff/holdings/inventory-book?from=2026-01-01",
    "checks": "/staff/holdings/checks", "new-check": "/staff/holdings/checks/new",
    "places": "/staff/holdings/places", "labels": "/staff/holdings/labels",
    "label-progress": "/staff/holdings/labels/progress", "lists": "/staff/holdings/lists",
    "movements": "/staff/holdings/movements?from=2026-01-01", "repair": "/staff/holdings/repair",
    "opening": "/staff/holdings/opening", "serials": "/staff/holdings/serials",
    "new-serial": "/staff/holdings/serials/new", "arrivals": "/staff/holdings/serials/arrivals",
    "old-serials": "/staff/holdings/serials/old", "budget": "/staff/acquisition/budget",
    "new-article": "/staff/acquisition/budget/new", "orders": "/staff/acquisition/orders",
    "new-order": "/staff/acquisition/orders/new", "unused": "/staff/holdings/unused",
    "study": "/staff/holdings/study", "undescribed": "/staff/holdings/undescribed",
    "missing-volumes": "/staff/acquisition/missing-volumes",
}  # fmt: skip


@pytest.fixture(autouse=True)
def once(prepared):
    if prepared[0] != "sqlite":
        pytest.skip("pages look the same on both databases; other tests ask for them on both")


def of_a_copy(session, item, day):
    """The addresses of pages about a copy, its record, and an issue of a subscription."""
    taken = Subscription(
        record=item.record, branch_id=item.branch_id, year=2026, half=1, pattern="monthly"
    )
    issue = SerialIssue(subscription=taken, number="1", expected_on=day)
    session.add_all([taken, issue])
    session.flush()
    return {
        "copy": f"/staff/holdings/{item.id}", "copy-loans": f"/desk/copies/{item.id}/loans",
        "record-history": f"/staff/acquisition/records/{item.record_id}",
        "issues": f"/staff/holdings/serials/{taken.id}",
        "issue": f"/staff/holdings/serials/issues/{issue.id}",
        "new-issue": f"/staff/holdings/serials/{taken.id}/issues/new",
    }  # fmt: skip


@pytest.fixture
def stock(library):
    """An executed act, a draft, an order, a check: the addresses of their pages."""
    for number in ("К-1", "К-2"):
        library.copy(number, title="Абай жолы. Бірінші кітап : роман-эпопея")
    branch = library.branches["ЦБ"]
    ids = {code: one.id for code, one in library.branches.items()}
    with db.transaction(library.sessions) as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
        origin = library.origin()
        data = ActData(partner="Книжный дом", document="Накладная 1", commission="Председатель")
        act = actions.draw_up(session, origin, ActKind.ACCEPTANCE, data, branch.id)
        line = LineData(record="", shares="ЦБ 2, Ф1 1", price="1500")
        add_lines(session, act, items[0].record, line, ids)
        draft = actions.draw_up(session, origin, ActKind.ACCEPTANCE, data, branch.id)
        add_lines(session, draft, items[0].record, line, ids)
        execution.execute(session, origin, act)
        worn = actions.draw_up(session, origin, ActKind.WITHDRAWAL, ActData(), branch.id)
        actions.put_in(session, worn, ["К-1"])
        article = save_article(
            session, origin, ArticleData(name="Книги", year=2026, allocated="9000"), None
        )
        order = orders.draw_up_order(session, origin, OrderData(supplier="Дом"), branch.id)
        said = OrderLineData(title="Абай", article=str(article.id), shares="ЦБ 1", price="10")
        orders.add_line(session, order, said, ids)
        checks.add_place(session, branch.id, "Стеллаж 1")
        check = Stocktake(name="Проверка", branch_id=branch.id, day=origin.day, state="open",
                          created_at=origin.at)  # fmt: skip
        session.add(check)
        session.flush()
        for item in items:
            session.add(StocktakeItem(stocktake_id=check.id, item_id=item.id, status=item.status))
        acts = session.scalars(select(StockAct.id).order_by(StockAct.id)).all()
        placed = session.scalars(select(PurchaseOrder.id)).one()
        return check.id, {
            **of_a_copy(session, items[0], origin.day),
            **{f"act-{n}": f"/staff/holdings/acts/{one}" for n, one in enumerate(acts)},
            "find": f"/staff/holdings/acts/{acts[-1]}/find",
            "order": f"/staff/acquisition/orders/{placed}",
            "check": f"/staff/holdings/checks/{check.id}",
            "scan": f"/staff/holdings/checks/{check.id}/scan",
            "questions": f"/staff/holdings/checks/{check.id}/questions",
            "missing": f"/staff/holdings/checks/{check.id}/missing",
        }


def test_every_page_of_the_stock_is_accessible(page, served, library, stock, language, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.account("admin", *Role, language=language)
    sign_in(page, served, "admin", then="/staff/")
    for name, path in {**PAGES, **stock[1]}.items():
        page.goto(f"{served.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        seen(page, f"{language}-stock-{name}", size)


def scans(library):
    with db.reading(library.sessions) as session:
        found = session.scalars(select(StocktakeScan).order_by(StocktakeScan.id))
        return [(scan.code, scan.outcome, scan.place_id is not None) for scan in found]


def test_a_scanner_at_the_shelves_is_never_too_fast(page, served, library, stock):
    library.account("фонд", Role.STOCK)
    check, _ = stock
    sign_in(page, served, "фонд", then="/staff/")
    page.goto(f"{served.url}/staff/holdings/checks/{check}/scan")
    for code in ("SQ-P1", "К-1", "К-1", "нет-такого", "К-2"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator("#log li")).to_have_count(5)
    assert scans(library) == [
        ("К-1", "here", True), ("К-1", "already", True), ("нет-такого", "unknown", True),
        ("К-2", "here", True),
    ]  # fmt: skip
    expect(page.locator("#place-name")).to_contain_text("Стеллаж 1")
    expect(page.locator("#log li").first).to_contain_text("на своём месте")


def test_scans_wait_for_the_server_and_arrive_once(page, served, library, stock):
    library.account("фонд", Role.STOCK)
    check, _ = stock
    sign_in(page, served, "фонд", then="/staff/")
    page.goto(f"{served.url}/staff/holdings/checks/{check}/scan")
    served.stop()
    for code in ("К-1", "К-2"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator("#bar")).to_be_visible()
    served.start()
    expect(page.locator("#log li")).to_have_count(2, timeout=20_000)
    assert [code for code, *_ in scans(library)] == ["К-1", "К-2"]
    page.reload()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("К-1")
    page.keyboard.press("Enter")
    expect(page.locator("#log li").first).to_contain_text("уже учтён")
