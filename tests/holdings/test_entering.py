"""Copies entered by hand: in the stock, in the figures, at the desk; and out again."""

import re
from uuid import uuid4

import acting
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import MARCH, cells, report
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord, RecordState, RevisionCause
from ils.catalog.records.actions import add_record, set_state
from ils.catalog.subjects import classes_of
from ils.errors import Invalid
from ils.holdings.items.models import Item
from ils.holdings.items.rules import price_of
from ils.ledger import Entry, Kind
from ils.marc.record import Field, MarcRecord
from ils.organisation.audit.models import AuditEntry
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def record(library):
    fields = [
        Field("101", "0 ", [("a", "kaz")]), Field("200", "1 ", [("a", "Абай жолы")]),
        Field("675", "  ", [("a", "821.512")]),
    ]  # fmt: skip
    marc = MarcRecord("00000nam0 2200000   450 ", fields)
    with db.transaction(library.sessions) as session:
        classes = classes_of(library.config.lists)
        return add_record(session, library.origin(), marc=marc, classes=classes).id


@pytest.fixture
def stock(stock, record):
    return stock


def put(browser, record, **form):
    values = dict.fromkeys(
        ("number", "barcode", "price", "location", "shelf_mark", "act", "replaces"), ""
    )
    values |= {"count": "1", "source": "budget", "branch": "ЦБ", "condition": ""}
    values |= {"record": record, "request_id": str(uuid4()), **form}
    return browser.post("/staff/holdings/new", **values)


def mistaken(browser, item):
    return browser.post(f"/staff/holdings/{item.id}/take-back", request_id=str(uuid4()))


def items(library):
    with db.reading(library.sessions) as session:
        query = select(Item).order_by(Item.id)
        return {item.inventory_number: item for item in session.scalars(query)}


def entries(library, *kinds):
    with db.reading(library.sessions) as session:
        query = select(Entry).where(Entry.kind.in_(kinds)).order_by(Entry.id)
        return list(session.scalars(query))


def test_copies_come_into_stock_with_their_sum_and_are_lent(library, stock, record):
    answer = put(stock, record, count="3", number="K-0099", price="1 500,50 ₸", source="gift",
                 shelf_mark="84(5К)", branch="Ф1")  # fmt: skip
    assert answer.status_code == 302
    assert list(items(library)) == ["K-0099", "K-0100", "K-0101"]
    page = stock.get(answer.headers["Location"])
    sheet = re.search(r"/staff/holdings/labels\.pdf\?ids=[0-9,%C]+", page.text)[0]
    assert stock.get(sheet).data.startswith(b"%PDF")
    told = entries(library, Kind.ACCESSION)
    assert [(e.count, e.amount, e.source, e.language) for e in told] == [
        (1, 150050, "gift", "kk")
    ] * 3
    said = cells(report(library, "month", MARCH, "Ф1"))
    assert said["arrivals_by_source", "gift", "total"] == 3
    ksu = cells(report(library, "ksu", MARCH))
    assert ksu["ksu_1", "total", "copies"] == 3
    assert ksu["ksu_1", "total", "titles"] == 1
    assert ksu["ksu_1", "total", "sum"] == "4501.50"
    library.reader("R1")
    library.desk("Ф1").issue("R1", "k0100")
    assert library.kinds() == ["loan"]
    library.check()


def test_the_next_free_number_goes_on_from_the_branchs_last(library, stock, record):
    put(stock, record, number="00017", branch="Ф1")
    put(stock, record, number="2021345")
    put(stock, record, count="2", branch="Ф1")
    put(stock, record)
    assert list(items(library)) == ["00017", "2021345", "00018", "00019", "2021346"]
    page = stock.get(f"/staff/holdings/new?record={record}").text
    assert 'value="2021347"' in page


@pytest.mark.parametrize(
    ("scanned", "kept"),
    [("Лққ...", "K00777"), ("Л00778", "K00778"), ('әқә"іңғ', "2021345"), ("К000123", "К000123")],
)
def test_a_barcode_is_kept_as_the_label_has_it(library, stock, record, scanned, kept):
    put(stock, record, number="1", barcode=scanned)
    assert items(library)["1"].barcode == kept


def test_a_taken_number_stops_all_of_them(library, stock, record):
    put(stock, record, number="К-3")
    assert put(stock, record, number="к 1", count="5").status_code == 409
    assert list(items(library)) == ["К-3"]
    assert len(entries(library, Kind.ACCESSION)) == 1


@pytest.mark.parametrize("wrong", [
    {"price": "дорого"}, {"price": "12 руб 5"}, {"price": "-5"}, {"price": "1.234"}, {"count": "0"},
    {"count": "1001"}, {"count": "два"}, {"source": "redistribution"}, {"branch": "нет"},
    {"number": "без цифр", "count": "2"}, {"number": "---"}, {"barcode": "123", "count": "2"},
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_written(library, stock, record, wrong):
    answer = put(stock, record, **wrong)
    assert (
        answer.status_code,
        'class="wrong"' in answer.text or "notice error" in answer.text,
    ) == (422, True)
    assert items(library) == {}
    assert entries(library, Kind.ACCESSION, Kind.TITLE) == []


def test_a_copy_is_described_anew_and_a_former_barcode_finds_it(library, stock, record):
    put(stock, record, number="К-1", barcode="4600001")
    item = items(library)["К-1"]
    form = {"barcode": "4600002", "price": "2300", "location": "Абонемент", "shelf_mark": "84",
            "condition": "нет обложки", "ksu": "1/2026", "request_id": str(uuid4())}  # fmt: skip
    assert stock.post(f"/staff/holdings/{item.id}", **form).status_code == 302
    after = items(library)["К-1"]
    assert (after.barcode, after.price, after.condition) == ("4600002", 230000, "нет обложки")
    library.reader("R1")
    library.desk().issue("R1", "4600001")
    assert library.kinds() == ["loan"]
    moved = stock.post(f"/staff/holdings/{item.id}/move", branch="Ф1", request_id=str(uuid4()))
    assert (moved.status_code, "notice error" in moved.text) == (409, True)
    page = stock.get(f"/staff/holdings/{item.id}").text
    assert "нет обложки" in page
    with db.reading(library.sessions) as session:
        change = session.scalars(select(AuditEntry).where(AuditEntry.action == "item.change")).one()
        assert change.changes["price"] == [None, 230000]
    assert [(e.count, e.amount) for e in entries(library, Kind.ACCESSION)] == [
        (1, None), (-1, None), (1, 230000),
    ]  # fmt: skip
    back = {**form, "barcode": "4600001", "request_id": str(uuid4())}
    library.desk().take_back("4600001")
    assert stock.post(f"/staff/holdings/{item.id}", **back).status_code == 302
    back |= {"barcode": "4600002", "request_id": str(uuid4())}
    assert stock.post(f"/staff/holdings/{item.id}", **back).status_code == 302
    put(stock, record, number="К-2")
    form["request_id"], other = str(uuid4()), items(library)["К-2"]
    assert stock.post(f"/staff/holdings/{other.id}", **form).status_code == 409


def test_a_move_is_no_arrival_of_the_system(library, stock, record):
    put(stock, record, number="К-1")
    item = items(library)["К-1"]
    move = f"/staff/holdings/{item.id}/move"
    assert stock.post(move, branch="Ф1", request_id=str(uuid4())).status_code == 302
    assert stock.post(move, branch="Ф1", request_id=str(uuid4())).status_code == 422
    stocks = [cells(report(library, "month", MARCH, *where))["fund_movement", "closing", "total"]
              for where in ((), ("ЦБ",), ("Ф1",))]  # fmt: skip
    assert stocks == [1, 0, 1]
    whole = cells(report(library, "month", MARCH))
    assert (whole["fund_movement", "in", "total"], whole["fund_movement", "out", "total"]) == (1, 0)
    library.check()


def test_copies_of_a_group_get_numbers_and_the_stock_stays(library, stock):
    library.group("Г-1", 5)
    with db.reading(library.sessions) as session:
        group = session.scalars(select(Item).where(Item.copies == 5)).one().id
    split = f"/staff/holdings/{group}/split"
    assert stock.post(split, numbers="1 2 3 4 5", request_id=str(uuid4())).status_code == 409
    assert stock.post(split, numbers="101\n102", request_id=str(uuid4())).status_code == 302
    found = items(library)
    assert {"101", "102"} <= set(found)
    with db.reading(library.sessions) as session:
        assert session.get_one(Item, group).copies == 3
    assert entries(library, Kind.ACCESSION) == []


def test_a_copy_entered_by_mistake_leaves_nothing_in_the_figures(library, stock, record):
    put(stock, record, number="К-1", count="2", price="100")
    first, second = items(library)["К-1"], items(library)["К-2"]
    assert (
        stock.post(f"/staff/holdings/{first.id}/take-back", request_id=str(uuid4())).status_code
        == 302
    )
    said = cells(report(library, "ksu", MARCH))
    assert [said["ksu_1", "total", key] for key in ("copies", "titles", "sum")] == [1, 1, "100.00"]
    assert mistaken(stock, second).status_code == 302
    assert sum(e.count for e in entries(library, Kind.ACCESSION, Kind.TITLE)) == 0
    gone = {"barcode": "4600009", "request_id": str(uuid4())}
    assert stock.post(f"/staff/holdings/{first.id}", **gone).status_code == 409
    put(stock, record, number="К-1")
    third = items(library)["К-1"]
    assert third.id not in {first.id, second.id}
    library.reader("R1")
    library.desk().issue("R1", "К-1")
    library.desk().take_back("К-1")
    assert (
        stock.post(f"/staff/holdings/{third.id}/take-back", request_id=str(uuid4())).status_code
        == 409
    )
    library.check()


def test_a_record_that_is_gone_gets_no_copies_and_odd_labels_have_an_answer(library, stock, record):
    for ids in ("9" * 30, "9" * 5000, "x", "", "1"):
        assert stock.get(f"/staff/holdings/labels.pdf?ids={ids}").status_code in {404, 422}
    with db.transaction(library.sessions) as session:
        found = session.get_one(BibliographicRecord, record)
        set_state(session, library.origin(), found, RecordState.DELETED,
                  cause=RevisionCause.DELETED, kind=Kind.RECORD_DELETED)  # fmt: skip
    assert put(stock, record).status_code == 410


def test_a_form_sent_twice_is_done_once(library, stock, record):
    request = str(uuid4())
    for _ in range(2):
        put(stock, record, number="К-1", count="2", request_id=request)
    assert len(items(library)) == 2


def test_a_desk_may_look_and_not_touch(library, browser, record):
    library.account("кафедра", Role.DESK)
    library.copy("B1")
    browser.sign_in("кафедра")
    item = items(library)["B1"]
    assert "Поставить" not in browser.get(f"/staff/catalog/{record}").text
    assert browser.get(f"/staff/holdings/{item.id}").status_code == 200
    assert put(browser, record).status_code == 403


@given(
    st.integers(0, 10**7 - 1),
    st.integers(0, 99),
    st.sampled_from(["", " ₸", " тг.", " тенге", " тнг.", "."]),
)
def test_a_price_is_read_as_people_write_it(tenge, tiyn, unit):
    grouped = f"{tenge:,}".replace(",", " ")
    for text in (f"{grouped},{tiyn:02}{unit}", f"{tenge}.{tiyn:02}{unit}"):
        assert price_of(text) == tenge * 100 + tiyn


@given(st.text(max_size=12))
def test_any_other_price_is_refused_and_never_guessed(text):
    try:
        price = price_of(text)
    except Invalid:
        return
    digits = re.sub(r"\D", "", text)
    assert price is None or str(price).lstrip("0") in {
        (digits + zeros).lstrip("0") for zeros in ("", "0", "00")
    }


def test_the_record_knows_its_copies(library, stock, record):
    put(stock, record, number="К-1")
    with db.reading(library.sessions) as session:
        found = session.get_one(BibliographicRecord, record)
        assert found.title == "Абай жолы"
    page = stock.get(f"/staff/catalog/{record}").text
    assert f'/staff/holdings/{items(library)["К-1"].id}"' in page


def test_a_number_the_eye_takes_for_another_is_shown_before_it_is_saved(library, stock, record):
    put(stock, record, number="КО-10")  # Cyrillic
    answer = put(stock, record, number="KO-10")  # Latin
    assert answer.status_code == 409
    assert "«KO-10»" in answer.text
    assert "«КО-10»" in answer.text
    assert 'name="no_mistake" value="looks_alike"' in answer.text
    assert put(stock, record, number="К0-10").status_code == 409  # a nought for the letter
    assert put(stock, record, number="КО-09", count="2").status_code == 409  # КО-10 is next
    assert list(items(library)) == ["КО-10"]
    assert put(stock, record, number="KO-10", no_mistake="looks_alike").status_code == 302
    assert list(items(library)) == ["КО-10", "KO-10"]
    assert put(stock, record, number="КП-10").status_code == 302  # no sign of it looks like О


def test_barcodes_and_lines_of_an_act_are_looked_at_alike(library, stock, record):
    put(stock, record, number="А-1")
    put(stock, record, number="А-2", barcode="ВС7")
    copy = items(library)["А-1"]
    answer = stock.post(f"/staff/holdings/{copy.id}", request_id=str(uuid4()), barcode="BC7")
    assert (answer.status_code, "looks_alike" in answer.text) == (409, True)
    act = acting.act(stock, "acceptance")
    assert acting.line(stock, act, record, "ЦБ 2", number="A-1").status_code == 409
    sure = {"number": "A-1", "no_mistake": "looks_alike"}
    assert acting.line(stock, act, record, "ЦБ 2", **sure).status_code == 302


def test_the_entry_of_the_register_is_that_of_the_act(library, stock, record):
    put(stock, record, number="К-1")
    copy = items(library)["К-1"]
    about = {"barcode": "", "price": "", "part": "", "location": "Зал", "shelf_mark": "84",
             "condition": "", "request_id": str(uuid4())}  # fmt: skip
    answer = stock.post(f"/staff/holdings/{copy.id}", ksu="9/2020", **about)
    assert (answer.status_code, "КСУ" in answer.text) == (422, True)
    assert items(library)["К-1"].location == ""
    about["request_id"] = str(uuid4())
    assert stock.post(f"/staff/holdings/{copy.id}", ksu="", **about).status_code == 302
    assert (items(library)["К-1"].ksu, items(library)["К-1"].location) == ("1/2026", "Зал")
