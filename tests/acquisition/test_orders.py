"""Orders and the budget: what is ordered, received, cancelled is bound, spent, free again."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.acquisition.budgets import actions as budgets
from ils.acquisition.budgets.models import BudgetArticle
from ils.acquisition.orders import actions
from ils.acquisition.orders.models import OrderLine, OrderReceipt, PurchaseOrder
from ils.circulation.holds.models import Hold
from ils.holdings.acts.models import AcceptanceLine
from ils.holdings.items.models import Item
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


def send(browser, path, **form):
    return browser.post(f"/staff/acquisition/{path}", request_id=str(uuid4()), **form)


def article(browser, name="Детская литература", allocated="10 000", **form):
    about = {"year": "2026", "quarter": "0", "branch": "", "after_tender": ""}
    return send(browser, "budget/new", name=name, allocated=allocated, **about | form)


def number_of(library, model):
    with db.reading(library.sessions) as session:
        return session.scalars(select(model.id).order_by(model.id.desc())).first()


def rows(library, model):
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def order(browser):
    answer = send(browser, "orders/new", supplier="Книжный дом", contract="№ 12", note="")
    return answer.headers["Location"].removeprefix("/staff/acquisition/")


def line(library, browser, place, title, shares, price, **form):
    about = dict.fromkeys(("author", "year", "isbn", "volumes"), "")
    about |= {"article": str(number_of(library, BudgetArticle))}
    return send(browser, f"{place}/lines", title=title, shares=shares, price=price, **about | form)


def money(library):
    with db.reading(library.sessions) as session:
        one = session.scalars(select(BudgetArticle)).first()
        totals = budgets.totals(session, [one])[one.id]
        return totals.bound // 100, totals.spent // 100, totals.left // 100


@pytest.fixture
def placed(library, stock):
    """An order of two lines, placed."""
    article(stock)
    place = order(stock)
    line(library, stock, place, "Абай жолы", "ЦБ 3, ф1 2", "1 000")
    line(library, stock, place, "Қоңыр күз", "ЦБ 2", "500")
    assert send(stock, f"{place}/place").status_code == 302
    return place


def states(library):
    with db.reading(library.sessions) as session:
        found = session.scalars(select(OrderLine).order_by(OrderLine.id))
        return [
            actions.state_of(session.get_one(PurchaseOrder, one.order_id), one).value
            for one in found
        ]


def test_money_is_bound_by_what_is_still_to_come(library, stock, placed):
    assert money(library) == (6000, 0, 4000)
    first, second = rows(library, OrderLine)
    page = stock.get(f"/staff/acquisition/{placed}").text
    assert "6\xa0000,00" in page
    assert send(stock, f"{placed}/lines/{first.id}/receipt", shares="цб 3").status_code == 302
    assert states(library) == ["partially_received", "ordered"]
    assert money(library) == (3000, 3000, 4000)
    assert send(stock, f"{placed}/lines/{first.id}/receipt", shares="Ф1 3").status_code == 409
    send(stock, f"{placed}/lines/{first.id}/cancel")
    assert states(library) == ["received", "ordered"]
    assert money(library) == (1000, 3000, 6000)
    send(stock, f"{placed}/lines/{second.id}/cancel")
    assert states(library) == ["received", "cancelled"]
    assert money(library) == (0, 3000, 7000)
    assert rows(library, PurchaseOrder)[0].state == "closed"
    assert send(stock, f"{placed}/lines/{second.id}/cancel").status_code == 409
    assert "7\xa0000,00" in stock.get("/staff/acquisition/budget?year=2026").text


def test_what_is_missing_is_named_by_its_article(library, stock, placed):
    second = order(stock)
    line(library, stock, second, "Дорогая книга", "ЦБ 3", "2100")
    refused = send(stock, f"{second}/place")
    assert refused.status_code == 409
    assert "на статье «Детская литература» не хватает 2\xa0300,00\xa0₸" in re.sub(
        r"(?<=00) ₸", "\xa0₸", refused.text.lower().replace("детская", "Детская")
    )
    assert rows(library, PurchaseOrder)[-1].state == "draft"


def test_the_tender_leaves_less_than_was_allocated(library, stock, placed):
    one = number_of(library, BudgetArticle)
    about = {"name": "Детская литература", "year": "2026", "quarter": "0", "branch": ""}
    less = send(stock, f"budget/{one}", allocated="10000", after_tender="5999,99", **about)
    assert less.status_code == 409
    enough = send(stock, f"budget/{one}", allocated="10000", after_tender="6000", **about)
    assert enough.status_code == 302
    assert money(library) == (6000, 0, 0)
    assert article(stock).status_code == 409  # there already
    assert article(stock, quarter="2", branch="Ф1", allocated="много").status_code == 422
    assert article(stock, quarter="2", branch="Ф1").status_code == 302


def test_what_came_waits_in_one_act_and_is_put_into_stock_with_it(library, stock, placed):
    first, second = rows(library, OrderLine)
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 3, Ф1 2")
    send(stock, f"{placed}/lines/{second.id}/receipt", shares="ЦБ 2")
    act = rows(library, PurchaseOrder)[0].act_id
    assert rows(library, Item) == []
    done = stock.post(f"/staff/holdings/acts/{act}/execute", request_id=str(uuid4()))
    assert done.status_code == 302
    items = rows(library, Item)
    assert len(items) == 7
    assert {item.price for item in items} == {100_000, 50_000}
    back = send(stock, f"receipts/{rows(library, OrderReceipt)[0].id}/take-back")
    assert back.status_code == 409  # the copies are in stock
    library.check()


def test_what_came_at_another_price_is_spent_at_that_price(library, stock, placed):
    first, _ = rows(library, OrderLine)
    bound, spent, left = money(library)
    dearer = f"{(first.price + 10_000) // 100},50"
    answer = send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 1", price=dearer)
    assert answer.status_code == 302
    price = first.price + 10_050
    assert rows(library, OrderReceipt)[0].price == price
    assert rows(library, AcceptanceLine)[0].price == price
    after = money(library)
    assert after[0] == bound - first.price // 100
    assert after[1] == spent + price // 100
    beyond = send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 1", price="1 000 000")
    assert beyond.status_code == 409
    assert "не хватает" in beyond.text
    assert len(rows(library, OrderReceipt)) == 1
    send(stock, f"receipts/{rows(library, OrderReceipt)[0].id}/take-back")
    assert money(library) == (bound, spent, left)


def test_a_receipt_is_taken_back_by_an_opposite_row(library, stock, placed):
    first, _ = rows(library, OrderLine)
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 2, Ф1 2")
    receipt = rows(library, OrderReceipt)[0].id
    assert send(stock, f"receipts/{receipt}/take-back").status_code == 302
    assert [one.copies for one in rows(library, OrderReceipt)] == [4, -4]
    assert rows(library, AcceptanceLine) == []
    assert money(library) == (6000, 0, 4000)
    assert send(stock, f"receipts/{receipt}/take-back").status_code == 409
    assert send(stock, "receipts/5/take-back").status_code == 404


def test_an_order_that_was_placed_does_not_change(library, stock, placed):
    assert line(library, stock, placed, "Ещё одна", "ЦБ 1", "1").status_code == 409
    first = rows(library, OrderLine)[0].id
    assert send(stock, f"{placed}/lines/{first}/remove").status_code == 409
    assert send(stock, f"{placed}/place").status_code == 409
    draft = order(stock)
    line(library, stock, draft, "Ещё одна", "ЦБ 1", "1")
    last = rows(library, OrderLine)[-1].id
    assert send(stock, f"{placed}/lines/{last}/remove").status_code == 404
    assert send(stock, f"{draft}/lines/{last}/receipt", shares="ЦБ 1").status_code == 409
    assert send(stock, f"{draft}/lines/{last}/remove").status_code == 302
    assert send(stock, f"{draft}/place").status_code == 422  # it is empty


@pytest.mark.parametrize("wrong", [
    {"shares": "ЦБ"}, {"shares": "Ф9 1"}, {"price": "дорого"}, {"title": ""}, {"article": "7"},
])  # fmt: skip
def test_a_line_that_cannot_be_is_said(library, stock, wrong):
    article(stock)
    place = order(stock)
    form = {"title": "Книга", "shares": "ЦБ 1", "price": "100"} | wrong
    assert line(library, stock, place, **form).status_code == 422
    assert rows(library, OrderLine) == []


def test_the_demand_stands_beside_the_line(library, stock):
    item = library.copy("К-1", title="Абай жолы")
    library.reader("R1")
    library.reader("R2")
    library.desk().issue("R1", "К-1")
    library.desk().wait_for("R2", "К-1")
    assert len(rows(library, Hold)) == 1
    stock.post("/staff/services/suggest", what="Абай жолы, 2 том", note="",
               request_id=str(uuid4()))  # fmt: skip
    article(stock)
    place = order(stock)
    line(library, stock, place, "Абай жолы", "ЦБ 1", "100")
    with db.transaction(library.sessions) as session:
        bought = session.scalars(select(OrderLine)).one()
        bought.record_id = session.get(Item, item).record_id
    page = stock.get(f"/staff/acquisition/{place}").text
    assert "заказы 1" in page


def test_the_director_looks_and_does_not_order(library, stock, placed, browser):
    library.account("директор", Role.DIRECTOR)
    browser.sign_in("директор")
    assert browser.get("/staff/acquisition/budget").status_code == 200
    assert send(browser, f"{placed}/place").status_code == 403


def test_what_came_by_an_order_is_taken_back_there(library, stock, placed):
    """The order, the budget and the stock say the same whatever is done to the act."""
    first, _ = rows(library, OrderLine)
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 3, Ф1 2")
    act, before = rows(library, PurchaseOrder)[0].act_id, money(library)
    line = rows(library, AcceptanceLine)[0].id
    for step in (f"lines/{line}/remove", "cancel"):
        answer = stock.post(f"/staff/holdings/acts/{act}/{step}", request_id=str(uuid4()))
        assert (answer.status_code, "по заказу" in answer.text) == (409, True)
    assert (len(rows(library, AcceptanceLine)), money(library)) == (2, before)
    send(stock, f"receipts/{rows(library, OrderReceipt)[0].id}/take-back")
    answer = stock.post(f"/staff/holdings/acts/{act}/cancel", request_id=str(uuid4()))
    assert answer.status_code == 302


def test_what_an_undone_act_brought_can_be_received_again(library, stock, placed):
    first, _ = rows(library, OrderLine)
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 3, Ф1 2")
    act = rows(library, PurchaseOrder)[0].act_id
    for step in ("execute", "reverse"):
        done = stock.post(f"/staff/holdings/acts/{act}/{step}", request_id=str(uuid4()))
        assert done.status_code == 302
    receipt = rows(library, OrderReceipt)[0].id
    assert send(stock, f"receipts/{receipt}/take-back").status_code == 302
    assert money(library) == (6000, 0, 4000)
    again = send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 5")
    assert again.status_code == 302
    library.check()


def test_the_receipt_that_is_taken_back_takes_its_own_lines(library, stock, placed):
    first, _ = rows(library, OrderLine)
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="ЦБ 2")
    send(stock, f"{placed}/lines/{first.id}/receipt", shares="Ф1 2")
    send(stock, f"receipts/{rows(library, OrderReceipt)[0].id}/take-back")
    left = rows(library, AcceptanceLine)
    assert [one.branch_id for one in left] == [library.branches["Ф1"].id]
