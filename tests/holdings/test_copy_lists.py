"""Lists people keep: brought in whole, repeated without harm, compared with the accountant's."""

import io
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import Workbook
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.clock import Period
from ils.holdings.items.models import Item, ItemStatus
from ils.jobs.models import Job
from ils.ledger import Entry, Kind

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
BOOK = """Инвентарная книга филиала;;;;;
№ п/п;Инв. №;Автор, название;Год;Цена;Филиал
1;10001;Ауэзов М. О. Абай жолы;1990;1 500,00 тг.;ЦБ
2;10002;Ауэзов М. О. Абай жолы;1990;1500;ЦБ
3;К-7;Конек-горбунок;2001;;Ф1
;;Итого;;3000;
"""


def sent(library, browser, content, *, name="list.csv", source="книга", coding="cp1251"):
    """A list that was sent and read; the number of the job."""
    data = content if isinstance(content, bytes) else content.encode(coding)
    answer = browser.client.post(
        "/staff/holdings/lists", content_type="multipart/form-data",
        data={"file": (io.BytesIO(data), name), "source": source, "branch": "ЦБ",
              "csrf_token": browser.token, "request_id": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    library.work()
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def done(library, browser, job, do="import", **form):
    """What came of it."""
    about = {"opening": "1", "all_branches": "1"} | form
    head = result(library, job)["head"]
    columns = result(library, job)["columns"]
    for at, _ in enumerate(head):
        about.setdefault(f"column-{at}", columns.get(str(at), ""))
    answer = browser.post(f"/staff/holdings/lists/{job}", do=do, request_id=str(uuid4()), **about)
    library.work()
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def result(library, job):
    with db.reading(library.sessions) as session:
        found = session.get_one(Job, job)
        assert found.state == "done", found.error
        return found.result


def items(library):
    with db.reading(library.sessions) as session:
        query = select(Item).order_by(Item.id)
        return {item.inventory_number: item for item in session.scalars(query)}


def test_an_inventory_book_is_read_below_its_title_and_without_its_totals(library, stock):
    job = sent(library, stock, BOOK)
    assert result(library, job)["totals"] == 1
    assert "Конек-горбунок" in stock.get(f"/staff/holdings/lists/{job}").text
    assert items(library) == {}
    came = result(library, done(library, stock, job))
    assert came["counts"] == {"new": 3, "records": 2, "matched": 1}
    found = items(library)
    assert list(found) == ["10001", "10002", "К-7"]
    about = found["10001"].record
    assert (about.title, about.authors, about.year) == ("Абай жолы", "Ауэзов М. О.", 1990)
    assert about.provisional
    assert (found["10002"].price, found["К-7"].price) == (150_000, None)
    assert found["К-7"].owner_branch_id == library.branches["Ф1"].id
    assert cells(report(library, "ksu", YEAR))["ksu_3", "closing", "copies"] == 3
    library.check()


def test_a_list_can_be_repeated_with_more_in_it(library, stock):
    first = BOOK + "4;;Брошюры по садоводству;2010;;ЦБ\n"
    done(library, stock, sent(library, stock, first))
    library.wait(hours=1)
    more = first + "5;10003;Новая книга;2020;99,90;ЦБ\n"
    came = result(library, done(library, stock, sent(library, stock, more)))
    assert came["counts"]["known"] == 4
    assert came["counts"]["new"] == 1
    assert len(items(library)) == 5
    library.check()


def test_a_described_book_gets_its_copies_and_no_second_record(library, stock):
    library.copy("О-1", title="Конек-горбунок")
    with db.transaction(library.sessions) as session:
        record = session.scalars(select(BibliographicRecord)).one()
        record.authors, record.year = "", 2001
    came = result(library, done(library, stock, sent(library, stock, BOOK)))
    assert came["counts"]["matched"] == 2
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord.title).order_by(BibliographicRecord.id)
        assert list(session.scalars(query)) == ["Конек-горбунок", "Абай жолы"]


def test_what_cannot_be_used_is_a_file_to_be_mended(library, stock):
    wrong = BOOK.replace("1 500,00 тг.", "дорого").replace("К-7;Конек", "10002;Конек")
    came = result(library, job := done(library, stock, sent(library, stock, wrong)))
    assert came["counts"] == {"new": 1, "records": 1, "rejected": 2}
    file = stock.get(f"/staff/holdings/lists/{job}/file").data.decode("utf-8-sig")
    lines = file.splitlines()
    assert lines[0].split(";")[-1] == "why"
    assert "10001" in lines[1]
    assert "Цена" in lines[1]
    mended = file.replace("дорого", "1500").replace("10002", "10009")
    again = sent(library, stock, mended, coding="utf-8")
    assert result(library, done(library, stock, again))["counts"]["new"] == 2
    assert list(items(library)) == ["10002", "10001", "10009"]


def test_cells_merged_over_several_copies_are_filled(library, stock):
    book = Workbook()
    sheet = book.active
    for row in (["Опись"], ["Инвентарный номер", "Заглавие", "Цена", "Филиал", "Место"],
                ["1", "Одна книга", 10.5, "Ф1", "Зал"], ["2"], ["3"]):  # fmt: skip
        sheet.append(row)
    for column in "BCDE":
        sheet.merge_cells(f"{column}3:{column}5")
    sheet.merge_cells("A1:E1")
    out = io.BytesIO()
    book.save(out)
    job = sent(library, stock, out.getvalue(), name="опись.xlsx")
    done(library, stock, job)
    came = [(item.record.title, item.price, item.owner_branch_id, item.location)
            for item in items(library).values()]  # fmt: skip
    assert came == [("Одна книга", 1050, library.branches["Ф1"].id, "Зал")] * 3


def test_a_title_left_out_below_its_first_copy_is_taken_from_above(library, stock):
    text = "Инвентарный номер;Заглавие\n1;Одна книга\n2;\n3;\n"
    job = sent(library, stock, text)
    assert result(library, job)["filled"] == 2
    done(library, stock, job)
    assert {item.record.title for item in items(library).values()} == {"Одна книга"}


def test_the_same_brochures_of_another_branch_are_other_copies(library, stock):
    text = "Заглавие;Количество;Филиал\nБрошюра о воде;3;{}\n"
    for branch, source in (("Ф1", "первый"), ("ЦБ", "второй"), ("Ф1", "первый")):
        done(library, stock, sent(library, stock, text.format(branch), source=source))
        library.wait(minutes=1)
    with db.reading(library.sessions) as session:
        groups = session.execute(select(Item.owner_branch_id, Item.copies)).all()
    assert sorted(groups) == sorted(
        (library.branches[code].id, 3) for code in ("Ф1", "ЦБ")
    )  # fmt: skip


def test_a_list_brings_barcodes_to_copies_that_are_known(library, stock):
    library.copy("К-1")
    library.copy("К-2")
    library.wait(minutes=1)
    text = "Инвентарный номер;Штрих-код;Заглавие\nК-1;BC-0001;Абай жолы\nК-2;К-1;Абай жолы\n"
    came = result(library, done(library, stock, sent(library, stock, text)))
    assert (came["counts"]["barcoded"], came["counts"]["rejected"]) == (1, 1)
    assert [item.barcode for item in items(library).values()] == ["BC-0001", None]
    library.check()


def test_columns_nobody_knows_are_named_once_and_remembered(library, stock):
    strange = "Ключ,Что,Почём\nА1,Неведомая книга,100\n"
    refused = sent(library, stock, "Ключ,Почём\nА1,100\n", source="чужая")
    with db.reading(library.sessions) as session:
        assert session.get_one(Job, refused).state == "failed"
    known = strange.replace("Что", "Заглавие")
    job = sent(library, stock, known, source="чужая", coding="utf-8")
    done(library, stock, job, **{"column-0": "number", "column-2": "price"})
    assert items(library)["А1"].price == 10_000
    next_one = "Ключ,Заглавие,Почём\nА2,Другая книга,250\n"
    done(library, stock, sent(library, stock, next_one, source="чужая", coding="utf-8"))
    assert items(library)["А2"].price == 25_000


def test_a_number_of_a_reader_is_no_copy(library, stock):
    library.reader("10001")
    came = result(library, done(library, stock, sent(library, stock, BOOK)))
    assert came["counts"]["rejected"] == 1
    assert "10001" not in items(library)


def test_copies_that_are_in_the_opening_balance_are_not_counted_again(library, stock):
    done(library, stock, sent(library, stock, BOOK), opening="")
    with db.reading(library.sessions) as session:
        query = select(Entry).where(Entry.kind == Kind.OPENING, Entry.opening_of == "stock")
        assert session.scalars(query).all() == []
    assert len(items(library)) == 3


def test_the_accountants_list_is_compared_entry_by_entry(library, stock):
    done(library, stock, sent(library, stock, BOOK))
    numbers = {"numbers": "10002"}
    act = stock.post("/staff/holdings/acts/new/withdrawal", reason="worn", partner="", basis="",
                     commission="", disposal="", note="", request_id=str(uuid4()))  # fmt: skip
    place = act.headers["Location"]
    stock.post(f"{place}/items", request_id=str(uuid4()), **numbers)
    for step in ("fix", "approve", "execute"):
        stock.post(f"{place}/{step}", approval="Приказ", request_id=str(uuid4()))
    assert items(library)["10002"].status == ItemStatus.WITHDRAWN
    theirs = (
        "Инв. №;Наименование;Стоимость\n10001;Абай жолы;1600\n10002;Абай жолы;1500\n99;Чужая;5\n"
    )
    job = done(library, stock, sent(library, stock, theirs, source="1С"), do="compare")
    came = result(library, job)
    assert (came["equal"], came["theirs"], came["ours"]) == (0, 310_500, 150_000)
    assert came["counts"] == {"price": 1, "withdrawn": 1, "not_here": 1, "not_there": 1}
    withdrawn = next(row for row in came["first"] if row[0] == "10002")
    assert withdrawn[-1] == "акт списания 1/2026, 04.03.2026"
    assert stock.get(f"/staff/holdings/lists/{job}/file").data[:2] == b"PK"
    assert "Чужая" in stock.get(f"/staff/holdings/lists/{job}").text
