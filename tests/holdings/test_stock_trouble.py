"""Acts, groups, orders, lists and checks that cross one another: nothing is lost or doubled."""

import io
from datetime import UTC, date, datetime
from uuid import uuid4

import acting
import pytest
from acting import act, send
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.catalog.editing.actions import delete_record
from ils.catalog.models import BibliographicRecord
from ils.circulation.desk import answers
from ils.clock import Period
from ils.holdings.books import queries as books
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.periodicals import queries as serials
from ils.holdings.periodicals.models import SerialIssue
from ils.jobs.models import Job
from ils.ledger import Entry, Kind

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def stock(stock, library):
    library.copy("К-0")
    return stock


def line(browser, place, shares, record="К-0", **form):
    return acting.line(browser, place, record, shares, **form)


def accepted(browser, shares, **form):
    place = act(browser, "acceptance")
    assert line(browser, place, shares, **form).status_code == 302
    assert send(browser, f"{place}/execute").status_code == 302
    return place


def moved(browser, number, branch):
    place = act(browser, "redistribution", branch=branch)
    send(browser, f"{place}/items", numbers=number)
    send(browser, f"{place}/fix")
    return send(browser, f"{place}/execute"), place


def item(library, number):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Item).where(Item.inventory_number == number)).one()


def described(browser, copy, **form):
    about = dict.fromkeys(("barcode", "location", "shelf_mark", "condition"), "")
    return send(browser, str(copy.id), **about | {"ksu": copy.ksu} | form)


def register(library, branch=None):
    with db.reading(library.sessions) as session:
        book = books.ksu(session, YEAR, branch and library.branches[branch].id)
        return book.end.copies, book.end.amount


def test_an_acceptance_takes_no_copies_that_are_there(library, stock):
    place = act(stock, "acceptance")
    assert send(stock, f"{place}/items", numbers="К-0").status_code == 409
    form = dict.fromkeys(("branch", "material", "subject_area", "unused", "older", "spare"), "")
    assert send(stock, f"{place}/find", status="available", **form).status_code in {409, 422}
    draft = act(stock, "withdrawal")
    assert send(stock, f"{draft}/find", status="on_loan", **form).status_code == 422


def test_copies_split_off_a_group_carry_their_part_of_the_sum(library, stock):
    library.group("Г-1", 3)
    with db.transaction(library.sessions) as session:
        one = session.scalars(select(Item).where(Item.barcode == "Г-1")).one()
        one.price = 10_000
        number = one.id
    assert send(stock, f"{number}/split", numbers="С-1").status_code == 302
    assert described(stock, item(library, "С-1"), price="250").status_code == 302
    assert send(stock, f"{number}/split", numbers="С-2 С-3").status_code == 409  # none is left
    library.check()


def test_a_group_with_copies_out_stops_the_act_and_is_not_split_below_them(library, stock):
    group = library.group("Г-1", 5)
    reader = library.reader("R1")
    desk = library.desk()
    answer = desk.scan("Г-1")
    desk.do(answers.lend_group, item_id=answer.item.id, patron_id=reader, copies=4)
    place = act(stock, "withdrawal")
    send(stock, f"{place}/items", numbers="Г-1")
    refused = send(stock, f"{place}/fix")
    assert refused.status_code == 409
    assert "Г-1" in refused.text
    assert send(stock, f"{group}/split", numbers="С-1 С-2").status_code == 409
    assert send(stock, f"{group}/split", numbers="С-1").status_code == 302


def test_no_branch_gets_what_it_has(library, stock):
    accepted(stock, "ЦБ 1", number="Н-1")
    done, first = moved(stock, "Н-1", "Ф1")
    assert done.status_code == 302
    draft = act(stock, "redistribution", branch="ЦБ")
    send(stock, f"{draft}/items", numbers="Н-1")
    assert send(stock, f"{first}/reverse").status_code == 409  # it stands in a draft
    about = dict.fromkeys(("basis", "commission", "note"), "")
    send(stock, draft, branch="Ф1", **about)
    assert send(stock, f"{draft}/fix").status_code == 422
    for branch in ("ЦБ", "Ф1"):
        said = cells(report(library, "ksu", YEAR, branch))
        assert said["ksu_3", "closing", "copies"] == register(library, branch)[0]


def test_a_price_follows_a_copy_that_was_given_away(library, stock):
    accepted(stock, "ЦБ 1", number="Н-1", price="100")
    moved(stock, "Н-1", "Ф1")
    assert described(stock, item(library, "Н-1"), price="250").status_code == 302
    assert (register(library), register(library, "ЦБ"), register(library, "Ф1")) == (
        (1, 25_000), (0, 0), (1, 25_000),
    )  # fmt: skip


def test_a_price_in_a_list_that_is_fixed_does_not_change(library, stock):
    accepted(stock, "ЦБ 1", number="Н-1", price="100")
    place = act(stock, "withdrawal")
    send(stock, f"{place}/items", numbers="Н-1")
    send(stock, f"{place}/fix")
    assert described(stock, item(library, "Н-1"), price="250").status_code == 409
    assert described(stock, item(library, "Н-1"), price="100", condition="к").status_code == 302


def test_two_titles_of_one_act_are_taken_back_one_by_one(library, stock):
    library.copy("К-9", title="Другая")
    place = act(stock, "acceptance")
    line(stock, place, "ЦБ 1", number="Н-1")
    line(stock, place, "ЦБ 2", number="Н-2", record="К-9")
    send(stock, f"{place}/execute")

    def titles():
        with db.reading(library.sessions) as session:
            query = select(Entry.count).where(Entry.kind == Kind.TITLE)
            return sum(session.scalars(query))

    for number, left in (("Н-1", 1), ("Н-2", 1), ("Н-3", 0)):
        answer = send(stock, f"{item(library, number).id}/take-back")
        assert (answer.status_code, titles()) == (302, left)


def test_a_line_of_a_deleted_record_is_not_put_into_stock(library, stock):
    place = act(stock, "acceptance")
    line(stock, place, "ЦБ 1")
    with db.transaction(library.sessions) as session:
        record = session.scalars(select(BibliographicRecord)).one()
        delete_record(session, library.origin(), record)
    assert send(stock, f"{place}/execute").status_code in {404, 410}


@pytest.mark.parametrize(("shares", "right"), [("Ф-7 1", True), ("Ф-7", False), ("Ф-7: 2", True)])
def test_a_code_with_a_dash_is_one_code(library, stock, shares, right):
    library.open_branch("Ф-7")
    place = act(stock, "acceptance")
    assert line(stock, place, shares).status_code == (302 if right else 422)


def test_days_nobody_lived_are_refused(library, stock):
    for page in ("inventory-book", "ksu", "movements"):
        assert stock.get(f"/staff/holdings/{page}?from=01.01.0001").status_code == 422


# --- checks ---------------------------------------------------------------------------------


def checked(library, browser):
    about = dict.fromkeys(("location", "seen_since", "basis", "commission"), "")
    answer = send(browser, "checks/new", name="Проверка", branch="ЦБ", **about)
    library.work()
    return answer.headers["Location"].removeprefix("/staff/holdings/")


def test_the_act_of_missing_takes_what_is_missing_only(library, stock):
    accepted(stock, "ЦБ 3", number="Н-1")
    library.reader("R1")
    check = checked(library, stock)
    moved(stock, "Н-1", "Ф1")  # given away during the check
    draft = act(stock, "withdrawal")
    send(stock, f"{draft}/items", numbers="Н-2")
    first = send(stock, f"{check}/missing")
    assert first.status_code == 302
    assert [item(library, n).status for n in ("Н-1", "Н-2", "Н-3", "К-0")] == [
        ItemStatus.AVAILABLE, ItemStatus.AVAILABLE, ItemStatus.MISSING, ItemStatus.MISSING,
    ]  # fmt: skip
    assert send(stock, f"{check}/missing").status_code == 409  # it is empty now, and says so


def test_what_waits_on_the_hold_shelf_is_not_missing(library, stock):
    library.reader("R1")
    library.reader("R2")
    library.desk().issue("R1", "К-0")
    library.desk().wait_for("R2", "К-0")
    library.desk().take_back("К-0")
    check = checked(library, stock)
    assert "К-0" not in stock.get(f"/staff/holdings/{check}/missing").text


# --- lists ----------------------------------------------------------------------------------


def sent(library, browser, text):
    answer = browser.client.post(
        "/staff/holdings/lists", content_type="multipart/form-data",
        data={"file": (io.BytesIO(text.encode()), "list.csv"), "source": "с", "branch": "ЦБ",
              "csrf_token": browser.token, "request_id": str(uuid4())},
    )  # fmt: skip
    library.work()
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def imported(library, browser, text):
    read = sent(library, browser, text)
    with db.reading(library.sessions) as session:
        result = session.get_one(Job, read).result
    columns = {f"column-{at}": meaning for at, meaning in result["columns"].items()}
    answer = browser.post(f"/staff/holdings/lists/{read}", do="import", opening="1",
                          request_id=str(uuid4()), **columns)  # fmt: skip
    library.work()
    with db.reading(library.sessions) as session:
        return session.get_one(Job, int(answer.headers["Location"].rsplit("/", 1)[1])).result


def titles_of(library):
    with db.reading(library.sessions) as session:
        query = select(Item).where(Item.inventory_number != "К-0").order_by(Item.id)
        return [(one.inventory_number, one.record.title) for one in session.scalars(query)]


def test_titles_that_begin_like_totals_are_titles(library, stock):
    came = imported(library, stock, "Заглавие;Цена\nВсего одна жизнь;1\nИтоговый доклад;2\n"
                                    "Итого:;3\nВсего экз. 2;3\n")  # fmt: skip
    assert came["counts"]["new"] == 2


def test_a_quote_nobody_closes_swallows_no_row(library, stock):
    imported(library, stock, 'Инв. №;Заглавие\n1;"Абай жолы\n2;Вторая\n3;Третья\n')
    assert [number for number, _ in titles_of(library)] == ["1", "2", "3"]


def test_a_number_that_comes_again_far_below_is_refused_and_told(library, stock):
    rows = "".join(f"{n};Книга {n}\n" for n in range(1, 260))
    came = imported(library, stock, f"Инв. №;Заглавие\n{rows}7;Совсем другая\n")
    assert (came["counts"]["new"], came["counts"]["rejected"]) == (259, 1)
    assert came["problems"][0]["row"] == 261


@pytest.mark.parametrize(("cell", "title", "author"), [
    ("Война и мир. Т. 1", "Война и мир. Т. 1", ""), ("Физика. Ч. 2", "Физика. Ч. 2", ""),
    ("Ауэзов М. О. Абай жолы", "Абай жолы", "Ауэзов М. О."),
    ("Құнанбайұлы, А. Қара сөздер", "Қара сөздер", "Құнанбайұлы, А."),
])  # fmt: skip
def test_an_author_is_told_from_a_volume(library, stock, cell, title, author):
    imported(library, stock, f"Инв. №;Заглавие\n1;{cell}\n")
    about = item(library, "1").record
    assert (about.title, about.authors) == (title, author)


def test_two_titles_with_one_isbn_are_two_records(library, stock):
    imported(library, stock, "Инв. №;Заглавие;ISBN\n1;Физика;978-601-200-001-6\n"
                             "2;Химия;978-601-200-001-6\n")  # fmt: skip
    assert titles_of(library) == [("1", "Физика"), ("2", "Химия")]


@pytest.mark.parametrize(("copies", "right"), [("5", 5), ("5,00", 5), ("1,000", 0), ("1.05", 0)])
def test_a_number_of_copies_is_read_or_refused(library, stock, copies, right):
    came = imported(library, stock, f"Заглавие;Количество\nБрошюра;{copies}\n")
    assert came["counts"].get("new", 0) == right


def test_columns_of_one_name_are_told_apart(library, stock):
    read = sent(library, stock, "Номер;Заглавие;Номер\n17;Книга;B-17\n")
    form = {"column-0": "number", "column-1": "title", "column-2": "barcode"}
    stock.post(f"/staff/holdings/lists/{read}", do="import", request_id=str(uuid4()), **form)
    library.work()
    assert item(library, "17").barcode == "B-17"


# --- periodicals ----------------------------------------------------------------------------


def issue_ids(library):
    with db.reading(library.sessions) as session:
        return session.scalars(select(SerialIssue.id).order_by(SerialIssue.id)).all()


def test_a_reversed_account_can_be_made_again(library, stock):
    with db.transaction(library.sessions) as session:
        record = session.scalars(select(BibliographicRecord)).one()
        record.worksheet, record.material, number = "journal", "journal", record.id
    about = {"branch": "ЦБ", "year": "2026", "half": "1", "pattern": "monthly", "first": "7",
             "sets": "1", "price": "600", "supplier": "", "index": ""}  # fmt: skip
    place = send(stock, "serials/new", record=str(number), **about).headers["Location"]
    issue = issue_ids(library)[0]
    send(stock, f"serials/issues/{issue}/arrived")
    first = send(stock, "serials/account", branch="ЦБ").headers["Location"]
    assert send(stock, f"serials/issues/{issue}/arrived", copies="1").status_code == 409
    assert stock.post(f"{first}/reverse", request_id=str(uuid4())).status_code == 302
    assert send(stock, "serials/account", branch="ЦБ").status_code == 302
    assert send(stock, f"{place.removeprefix('/staff/holdings/')}/repeat").status_code == 302
    with db.reading(library.sessions) as session:
        numbers = session.scalars(select(SerialIssue.number).order_by(SerialIssue.id)).all()
    assert numbers[6:] == ["13", "14", "15", "16", "17", "18"]
    library.check()


def test_an_issue_that_comes_after_its_set_makes_no_second_set(library, stock):
    with db.transaction(library.sessions) as session:
        record = session.scalars(select(BibliographicRecord)).one()
        record.worksheet, record.material, number = "newspaper", "newspaper", record.id
    about = {"branch": "ЦБ", "year": "2025", "half": "1", "pattern": "quarterly", "first": "1",
             "sets": "1", "price": "600", "supplier": "", "index": ""}  # fmt: skip
    assert send(stock, "serials/new", record=str(number), **about).status_code == 302
    first, last = issue_ids(library)
    send(stock, f"serials/issues/{first}/arrived")
    assert send(stock, "serials/account", branch="ЦБ").status_code == 302
    library.now = datetime(2026, 5, 1, 7, tzinfo=UTC)
    send(stock, f"serials/issues/{last}/arrived")
    assert send(stock, "serials/account", branch="ЦБ").status_code == 409
    with db.reading(library.sessions) as session:
        assert serials.to_account(session, library.branches["ЦБ"].id) == []
    with db.reading(library.sessions) as session:
        sets = session.scalars(select(Item).where(Item.part == "2025")).all()
        assert len(sets) == 1


def test_a_number_of_a_line_above_is_refused_when_it_is_typed(library, stock):
    library.copy("К-9")
    place = act(stock, "acceptance")
    assert acting.line(stock, place, "К-9", "ЦБ 3", number="АС-1").status_code == 302
    answer = acting.line(stock, place, "К-9", "ЦБ 2", number="АС-2")
    assert (answer.status_code, "АС-2" in answer.text) == (409, True)
    assert acting.line(stock, place, "К-9", "ЦБ 2", number="АС-4").status_code == 302
