"""Suppliers, donors, institutions: whom papers name, and what came from them."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.errors import Invalid
from ils.holdings.partners import queries
from ils.holdings.partners.models import Partner
from ils.holdings.partners.rules import tax_number

pytestmark = pytest.mark.usefixtures("library_clock")
AT = "/staff/holdings"
GOOD, BAD = "040540000113", "040540000114"


def send(browser, path, **form):
    return browser.post(f"{AT}/{path}", request_id=str(uuid4()), **form)


def register(browser, name="Книжный дом", **about):
    blank = dict.fromkeys(("tax_number", "address", "contact", "phone", "email", "note"), "")
    return send(browser, "partners/new", **{**blank, "name": name, "kind": "supplier", **about})


def named(library) -> list[tuple[str, str]]:
    with db.reading(library.sessions) as session:
        return [(one.name, one.kind) for one in session.scalars(queries.partners())]


def act(browser, kind="acceptance", **about):
    page = browser.get(f"{AT}/acts/new/{kind}").text
    form = {"branch": "ЦБ", "source": "gift", "reason": "worn", **about}
    assert 'list="l-f-partner"' in page or not about
    return send(browser, f"acts/new/{kind}", **form).headers["Location"]


def test_the_check_digit_of_a_number_is_counted():
    assert tax_number(GOOD) == GOOD
    assert tax_number(" 0405 4000 0113 ") == GOOD
    for wrong in (BAD, "12345", "04054000011a", "٠٤٠٥٤٠٠٠٠١١٣"):
        with pytest.raises(Invalid):
            tax_number(wrong)


def test_a_partner_is_written_down_once_and_changed(library, stock):
    place = register(stock, tax_number=GOOD).headers["Location"]
    assert register(stock).status_code == 409
    assert register(stock, "КНИЖНЫЙ дом").status_code == 409
    assert register(stock, "Другой", tax_number=GOOD).status_code == 409
    wrong = register(stock, "Другой", tax_number=BAD)
    assert wrong.status_code == 422
    assert "Последняя цифра не подходит" in wrong.text
    assert named(library) == [("Книжный дом", "supplier")]
    assert GOOD in stock.get(place).text
    form = {"kind": "donor", "address": "Балқаш", "note": "", "tax_number": "", "closed": "1"}
    assert stock.post(place, request_id=str(uuid4()), **form).status_code == 302
    with db.reading(library.sessions) as session:
        one = session.scalar(select(Partner))
    assert (one.kind, one.address, one.tax_number, one.closed) == ("donor", "Балқаш", "", True)
    assert 'value="Книжный дом"' not in stock.get(f"{AT}/acts/new/acceptance").text


def test_whom_an_act_names_comes_into_the_register_with_what_came(library, stock):
    register(stock)
    place = act(stock, partner="А. Оқырманов")
    act(stock, "withdrawal", partner="Макулатура ЖШС")
    act(stock, "withdrawal", partner="макулатура жшс")
    assert named(library) == [
        ("А. Оқырманов", "donor"), ("Книжный дом", "supplier"), ("Макулатура ЖШС", "institution"),
    ]  # fmt: skip
    assert 'value="А. Оқырманов"' in stock.get(f"{AT}/acts/new/acceptance").text
    library.copy("B1", title="Абай жолы")
    line = {"record": "B1", "shares": "ЦБ 3", "price": "1 500,50"}
    assert stock.post(f"{place}/lines", request_id=str(uuid4()), **line).status_code == 302
    assert stock.post(f"{place}/execute", request_id=str(uuid4())).status_code == 302
    library.work()
    with db.reading(library.sessions) as session:
        sums = queries.totals(session, ["А. Оқырманов", "Макулатура ЖШС"])
    assert sums["А. Оқырманов"] == queries.PartnerTotals(1, 3, 450_150)
    assert sums["Макулатура ЖШС"] == queries.PartnerTotals()
    listed = stock.get(f"{AT}/partners?q=оқырм").text
    assert "А. Оқырманов" in listed
    assert "Макулатура" not in listed
