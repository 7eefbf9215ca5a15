"""The accountant's file, opening balances, repair: the same copies, the same sums."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import date
from uuid import uuid4

import pytest
from acting import act, send
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.clock import Period
from ils.holdings.accounting.queries import COLUMNS
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def stock(library, browser):
    library.account("фонд", Role.STOCK, Role.STATISTICIAN)
    browser.sign_in("фонд")
    return browser


@pytest.fixture
def moved(library, stock):
    """Three copies bought, one given away, one withdrawn, that act turned round."""
    library.copy("К-1")
    place = act(stock, "acceptance", document="Накладная 3", document_day="02.03.2026",
                partner="Книжный дом", source="budget")  # fmt: skip
    line = dict.fromkeys(("stated", "location", "shelf_mark", "replaces"), "")
    send(stock, f"{place}/lines", record="К-1", shares="ЦБ 3", price="100,50", number="Н-1", **line)
    send(stock, f"{place}/execute")
    place = act(stock, "redistribution", branch="Ф1")
    send(stock, f"{place}/items", numbers="Н-1")
    for step in ("fix", "execute"):
        send(stock, f"{place}/{step}")
    place = act(stock, "withdrawal")
    send(stock, f"{place}/items", numbers="Н-2")
    for step in ("fix", "approve", "execute", "reverse"):
        assert send(stock, f"{place}/{step}", approval="Приказ").status_code == 302
    return library


def rows(browser, form="csv", **asked):
    query = "&".join(f"{key}={value}" for key, value in {"from": "2026-01-01", **asked}.items())
    data = browser.get(f"/staff/holdings/movements.{form}?{query}").data
    if form == "xml":
        return [{one.tag: one.text or "" for one in row} for row in ET.fromstring(data)]  # noqa: S314 -- our own
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_the_accountants_file_has_every_movement_with_its_sum(moved, stock):
    found = rows(stock)
    assert list(found[0]) == list(COLUMNS)
    assert [(r["kind"], r["copies"], r["sum"], r["correction"]) for r in found] == [
        ("in", "1", "100.50", ""), ("in", "1", "100.50", ""), ("in", "1", "100.50", ""),
        ("move", "1", "100.50", ""), ("out", "1", "100.50", ""), ("out", "-1", "-100.50", "1"),
    ]  # fmt: skip
    first = found[0]
    assert (first["document"], first["document_day"], first["partner"], first["act"]) == (
        "Накладная 3", "2026-03-02", "Книжный дом", "1/2026",
    )  # fmt: skip
    assert (found[3]["branch"], found[3]["other_branch"]) == ("ЦБ", "Ф1")
    assert found == rows(stock, "xml")
    assert stock.get("/staff/holdings/movements.xlsx?from=2026-01-01").data[:2] == b"PK"
    ksu = cells(report(moved, "ksu", YEAR))
    assert sum(float(r["sum"]) for r in found if r["kind"] == "in") == float(
        ksu["ksu_1", "total", "sum"]
    )


def test_the_file_of_a_branch_has_what_it_got(moved, stock):
    assert [r["kind"] for r in rows(stock, branch="Ф1")] == ["move"]
    page = stock.get("/staff/holdings/movements?from=2026-01-01").text
    assert "Н-3" in page


def test_an_opening_balance_is_entered_once_and_taken_back(library, stock):
    form = {"branch": "Ф1", "material": "book", "language": "kk", "subject_area": "literature",
            "count": "283120", "sum": "1 500 000"}  # fmt: skip
    assert send(stock, "opening", **form).status_code == 302
    assert send(stock, "opening", **form).status_code == 409
    assert (
        send(stock, "opening", **form | {"subject_area": "arts", "count": "0"}).status_code == 422
    )
    said = cells(report(library, "ksu", YEAR, "Ф1"))
    assert said["ksu_3", "closing", "copies"] == 283_120
    assert said["ksu_3", "closing", "copies.kk"] == 283_120
    page = stock.get("/staff/holdings/ksu?from=2026-04-01&to=2026-04-30&branch=Ф1").text
    assert "1\xa0500\xa0000,00" in page
    with db.reading(library.sessions) as session:
        entry = session.scalars(select(Entry.id).where(Entry.kind == Kind.OPENING)).one()
    assert send(stock, f"opening/{entry}/take-back").status_code == 302
    assert send(stock, f"opening/{entry}/take-back").status_code == 404
    assert send(stock, "opening", **form | {"count": "5"}).status_code == 302
    assert cells(report(library, "ksu", YEAR))["ksu_3", "closing", "copies"] == 5


def test_a_mended_copy_is_counted_by_its_branch(library, stock):
    item = library.copy("К-1", branch="Ф1")
    library.reader("R1")
    assert send(stock, f"{item}/repair").status_code == 302
    assert library.status("К-1") == ItemStatus.IN_REPAIR
    assert "К-1" in stock.get("/staff/holdings/repair").text
    assert send(stock, f"{item}/repair").status_code == 409
    assert send(stock, f"{item}/mended", work="колдовство", condition="").status_code == 422
    back = send(stock, f"{item}/mended", work="binding", condition="новый переплёт")
    assert back.status_code == 302
    with db.reading(library.sessions) as session:
        (entry,) = session.scalars(select(Entry).where(Entry.kind == Kind.REPAIR)).all()
        assert (entry.detail, entry.count) == ("binding", 1)
        assert session.get(Item, item).condition == "новый переплёт"
    library.desk("Ф1").issue("R1", "К-1")
    library.check()


def send_table(browser, text):
    return browser.client.post(
        "/staff/holdings/opening/file", content_type="multipart/form-data",
        data={"file": (io.BytesIO(text.encode()), "balances.csv"), "csrf_token": browser.token,
              "request_id": str(uuid4())},
    )  # fmt: skip


def test_a_table_of_opening_balances_is_entered_whole_or_not_at_all(library, stock):
    table = """Остатки на 1 января;;;;;
Филиал;Вид документа;Язык;Отраслевой отдел;Экземпляров;Сумма
ЦБ;книга;каз;literature;150 000;225000000
цб;газет;қаз;;120;
Ф1;book;русский;arts;33 000;49 500 000,00
Итого;;;;183120;
"""
    wrong = table.replace("газет;", "свиток;").replace("33 000;", "много;")
    answer = send_table(stock, wrong)
    assert answer.status_code == 422
    assert re.findall(r"<li>(\d+): ([^<]*)", answer.text) == [
        ("4", "Проверьте поле «Вид документа»: Выберите значение из списка."),
        ("5", "Проверьте поле «Экземпляры»: Должно быть целое число в указанных пределах."),
    ]
    assert library.count("opening") == 0
    assert send_table(stock, table).status_code == 302
    said = cells(report(library, "ksu", YEAR))
    assert said["ksu_3", "closing", "copies"] == 183_120
    assert said["ksu_3", "closing", "copies.kk"] == 150_120
    answer = send_table(stock, table)  # twice is once
    assert (answer.status_code, library.count("opening")) == (422, 183_120)
    assert "150000" in answer.text.replace("\xa0", "").split("<li>3:")[1]
    library.check()


def test_the_table_of_balances_to_be_filled_in_has_every_branch(stock):
    empty = stock.get("/staff/holdings/opening/empty.csv").text
    assert [line.split(";")[0] for line in empty.lstrip("\ufeff").splitlines()] == [
        "филиал", "ЦБ", "Ф1"
    ]  # fmt: skip
