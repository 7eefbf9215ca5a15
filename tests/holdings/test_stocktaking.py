"""Checks of the stock: each scan answers, loans stay, what is missing goes by an act."""

import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from ils import db
from ils.circulation.loans.models import Loan
from ils.documents import labels
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.stocktaking import jobs, queries
from ils.holdings.stocktaking.models import StocktakeItem, StocktakeScan
from ils.jobs import runner
from ils.jobs.models import Job
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


def send(browser, path, **form):
    return browser.post(f"/staff/holdings/{path}", request_id=str(uuid4()), **form)


def begun(library, browser, **form):
    """A check whose list is ready; its id."""
    about = {"name": "Проверка", "branch": "ЦБ", "location": "", "seen_since": "", "basis": ""}
    answer = send(browser, "checks/new", **about | {"commission": ""} | form)
    assert answer.status_code == 302, answer.text
    library.work()
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def scan(browser, check, code, place=""):
    """What the scan of a code is answered with."""
    page = send(browser, f"checks/{check}/scan", code=code, place=place)
    found = re.search(r'class="said">([^<]*)', page.text)
    return found[1] if found else page


def send_file(browser, check, content, name="scans.txt"):
    answer = browser.client.post(
        f"/staff/holdings/checks/{check}/file", content_type="multipart/form-data",
        data={"file": (io.BytesIO(content), name), "csrf_token": browser.token,
              "request_id": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 302, answer.text


def place(browser, name, branch="ЦБ"):
    send(browser, "places", branch=branch, name=name)


def located(library, number, location, **about):
    item_id = library.copy(number, **about)
    with db.transaction(library.sessions) as session:
        session.get(Item, item_id).location = location
    return item_id


def counts(library, check):
    with db.reading(library.sessions) as session:
        return queries.counts(session, queries.stocktake_by_id(session, check))


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


@pytest.fixture
def shelves(library, stock):
    """Copies in every state, and two shelves with labels."""
    place(stock, "Абонемент, стеллаж 1")
    place(stock, "Абонемент, стеллаж 2")
    located(library, "К-1", "Абонемент, стеллаж 1")
    located(library, "К-2", "Абонемент, стеллаж 2")
    library.copy("К-3", status=ItemStatus.WITHDRAWN)
    library.copy("К-4", status=ItemStatus.MISSING)
    library.copy("Ф-1", branch="Ф1")
    library.copy("К-5")
    library.reader("R1")
    library.desk().issue("R1", "К-5")
    library.copy("К-6", title="Никто не нашёл")
    return library


def test_each_scan_answers_with_one_of_eight_words(shelves, stock):
    check = begun(shelves, stock)
    first = send(stock, f"checks/{check}/scan", code="sq-p1", place="")
    shelf = re.search(r'name="place" value="(\d+)"', first.text)[1]
    said = {
        code: scan(stock, check, code, shelf)
        for code in ("К-1", "к 1", "К-2", "К-3", "К-4", "К-5", "Ф-1", "нет-такого")
    }
    assert said == {
        "К-1": "на своём месте", "к 1": "уже учтён", "К-2": "место в другом разделе",
        "К-3": "списан", "К-4": "числился утерянным — нашёлся", "К-5": "на руках у читателя",
        "Ф-1": "место в другом разделе", "нет-такого": "неизвестный номер",
    }  # fmt: skip
    with db.reading(shelves.sessions) as session:
        assert len(session.scalars(select(StocktakeScan)).all()) == 8
        assert session.scalars(select(Loan.ended_at)).one() is None
    assert shelves.status("К-5") == ItemStatus.ON_LOAN
    now = counts(shelves, check)
    assert (now.expected, now.counted, now.on_loan, now.missing) == (4, 3, 0, 1)
    shelves.check()


def test_scans_are_understood_on_every_layout(shelves, stock):
    library = shelves
    located(library, "2021345", "Абонемент, стеллаж 1")
    located(library, "A12B34", "Абонемент, стеллаж 1")
    check = begun(library, stock)
    first = send(stock, f"checks/{check}/scan", code='ЫЙөЗ"', place="")
    shelf = re.search(r'name="place" value="(\d+)"', first.text)[1]
    said = {code: scan(stock, check, code, shelf) for code in ('әқә"іңғ', "Ф12И34", "r-1")}
    assert said == {'әқә"іңғ': "на своём месте", "Ф12И34": "на своём месте",
                    "r-1": "на своём месте"}  # fmt: skip


def test_the_list_is_frozen_and_loans_go_on(shelves, stock):
    check = begun(shelves, stock)
    shelves.copy("К-7")
    shelves.desk().issue("R1", "К-6")
    now = counts(shelves, check)
    assert (now.expected, now.on_loan, now.missing) == (4, 2, 2)
    assert scan(stock, check, "К-7") == "место в другом разделе"  # it came later
    with db.reading(shelves.sessions) as session:
        assert len(session.scalars(select(StocktakeItem)).all()) == 4


def test_a_check_of_a_place_expects_what_stands_there(shelves, stock):
    check = begun(shelves, stock, location="Абонемент")
    assert counts(shelves, check).expected == 2


def test_a_paused_check_takes_no_scans_and_goes_on_weeks_later(shelves, stock):
    check = begun(shelves, stock)
    send(stock, f"checks/{check}/pause")
    assert send(stock, f"checks/{check}/scan", code="К-1", place="").status_code == 409
    shelves.wait(days=20)
    send(stock, f"checks/{check}/pause")
    assert scan(stock, check, "К-1") == "на своём месте"


def test_what_the_desk_saw_counts_where_that_was_agreed(shelves, stock):
    shelves.wait(days=5)
    shelves.desk().issue("R1", "К-6")
    shelves.desk().take_back("К-6")
    check = begun(shelves, stock, seen_since="08.03.2026")
    now = counts(shelves, check)
    assert (now.counted, now.seen, now.on_loan, now.missing) == (0, 1, 1, 2)
    paper = stock.get(f"/staff/holdings/checks/{check}/act.docx?language=kk")
    assert paper.data[:2] == b"PK"
    without = begun(shelves, stock)
    assert counts(shelves, without).missing == 3


def test_two_people_count_one_shelf_and_nothing_counts_twice(shelves, stock):
    check = begun(shelves, stock)
    assert scan(stock, check, "К-1") == "на своём месте"
    assert scan(stock, check, "К-1") == "уже учтён"
    assert counts(shelves, check).counted == 1


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        ("К-1\nК-2\nнет-такого", "cp1251"), ("К-1;04.03.2026;1\r\nК-2;04.03.2026;1\r\n", "utf-8"),
        ("К-1, К-2", "utf-16"), ("\ufeffSQ-P1\nК-1\nSQ-P2\nК-2", "utf-8"),
    ],
)  # fmt: skip
def test_the_file_of_a_scanner_is_read_whatever_it_is_written_in(shelves, stock, text, coding):
    check = begun(shelves, stock)
    send_file(stock, check, text.encode(coding))
    shelves.work()
    now = counts(shelves, check)
    assert (now.counted, now.missing) == (2, 1)
    assert now.scans["here"] == 2


def test_a_file_that_was_stopped_is_counted_whole(shelves, stock, monkeypatch):
    check = begun(shelves, stock)
    send_file(stock, check, "К-1\nК-2\nнет-такого".encode())
    monkeypatch.setattr(jobs, "PART", 1)
    monkeypatch.setattr(runner, "STEP_SECONDS", 0)
    count, seen = jobs.actions.count, []

    def stopping(*given):
        seen.append(given)
        if len(seen) == 2:
            raise OSError
        return count(*given)

    monkeypatch.setattr(jobs.actions, "count", stopping)
    shelves.work()
    shelves.wait(hours=1)
    shelves.work()
    with db.reading(shelves.sessions) as session:
        job = session.scalars(select(Job).where(Job.kind == jobs.COUNT_FILE)).one()
    assert job.result == {"done": 3, "counts": {"here": 2, "unknown": 1}}
    assert len(seen) == 4


def test_questions_are_answered_with_a_key(shelves, stock):
    check = begun(shelves, stock)
    first = send(stock, f"checks/{check}/scan", code="SQ-P1", place="")
    shelf = re.search(r'name="place" value="(\d+)"', first.text)[1]
    for code in ("К-2", "К-4", "нет-такого"):
        scan(stock, check, code, shelf)
    with db.reading(shelves.sessions) as session:
        asked = {s.outcome: s.id for s in session.scalars(select(StocktakeScan))}
    page = stock.get(f"/staff/holdings/checks/{check}/questions").text
    assert "нет-такого" in page
    for outcome, answer in (("elsewhere", "here"), ("found", "found"), ("unknown", "done")):
        path = f"checks/{check}/questions/{asked[outcome]}"
        assert send(stock, path, answer=answer).status_code == 302
        assert send(stock, path, answer=answer).status_code == 404
    assert shelves.status("К-4") == ItemStatus.AVAILABLE
    assert [entry.detail for entry in entries(shelves, Kind.FOUND)] == ["missing"]
    with db.reading(shelves.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == "К-2")).one()
        assert item.location == "Абонемент, стеллаж 1"
    assert "Вопросов нет" in stock.get(f"/staff/holdings/checks/{check}/questions").text
    shelves.check()


def test_a_book_a_reader_has_is_taken_in_at_the_desk(shelves, stock):
    check = begun(shelves, stock)
    scan(stock, check, "К-5")
    with db.reading(shelves.sessions) as session:
        asked = session.scalars(select(StocktakeScan.id)).one()
    answer = send(stock, f"checks/{check}/questions/{asked}", answer="back")
    assert answer.status_code == 409
    assert shelves.status("К-5") == ItemStatus.ON_LOAN


def test_what_nobody_found_goes_by_an_act(shelves, stock):
    check = begun(shelves, stock)
    for code in ("К-1", "К-2"):
        scan(stock, check, code)
    listed = stock.get(f"/staff/holdings/checks/{check}/missing").text
    assert "Никто не нашёл" in listed
    answer = send(stock, f"checks/{check}/missing")
    act = answer.headers["Location"].rsplit("/", 1)[1]
    assert shelves.status("К-6") == ItemStatus.MISSING
    for step in ("fix", "approve", "execute"):
        assert send(stock, f"acts/{act}/{step}", approval="Приказ").status_code == 302
    assert [entry.reason for entry in entries(shelves, Kind.WITHDRAWAL)] == ["shortage"]
    send(stock, f"checks/{check}/close")
    told = [(entry.detail, entry.count) for entry in entries(shelves, Kind.CHECK)]
    assert told == [("present", 2)]
    assert send(stock, f"checks/{check}/close").status_code == 409
    shelves.check()


def test_a_place_has_one_label(shelves, stock):
    again = send(stock, "places", branch="ЦБ", name="Абонемент, стеллаж 1")
    assert again.status_code == 409
    sheet = stock.get("/staff/holdings/places/labels.pdf")
    assert sheet.data[:4] == b"%PDF"


def test_the_desk_scans_but_does_not_end_a_check(shelves, stock, browser):
    check = begun(shelves, stock)
    shelves.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    assert scan(browser, check, "К-1") == "на своём месте"
    assert send(browser, f"checks/{check}/close").status_code == 403


def test_a_copy_tells_when_it_was_seen_last(shelves, stock):
    shelves.wait(days=3)
    check = begun(shelves, stock)
    scan(stock, check, "К-1")
    with db.reading(shelves.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == "К-1")).one()
        assert f"{queries.last_seen(session, item):%d.%m.%Y}" == "07.03.2026"


def test_a_photo_of_a_shelf_is_counted(shelves, stock):
    check = begun(shelves, stock)
    photo = Image.new("L", (1700, 500), 255)  # the label of the shelf stands on the left
    for at, (code, what) in enumerate((("SQ-P1", "place"), ("К-1", "item"), ("К-2", "item"))):
        drawn = labels.drawn(labels.label(shelves.config, what, code, "ЦБ", ""))
        photo.paste(drawn.convert("L").resize((500, 260)), (40 + at * 540, 100))
    out = io.BytesIO()
    photo.rotate(2, fillcolor=255).save(out, "JPEG", quality=70)
    send_file(stock, check, out.getvalue(), "IMG_0001.jpg")
    shelves.work()
    with db.reading(shelves.sessions) as session:
        job = session.scalars(select(Job).where(Job.kind == jobs.COUNT_FILE)).one()
        assert job.result == {"done": 2, "counts": {"here": 1, "elsewhere": 1}}
    empty = io.BytesIO()
    Image.new("L", (300, 200), 255).save(empty, "PNG")
    send_file(stock, check, empty.getvalue(), "IMG_0002.png")
    shelves.work()
    with db.reading(shelves.sessions) as session:
        job = session.scalars(select(Job).order_by(Job.id.desc())).first()
        assert job.error["code"] == "invalid"
        assert "No barcode" in job.error["facts"]["reason"]["text"]


def test_shelf_ten_is_not_in_shelf_one(library, stock):
    place(stock, "Абонемент, стеллаж 1")
    for number, where in (("К-1", "Абонемент, стеллаж 1"), ("К-10", "Абонемент, стеллаж 10"),
                          ("К-2", "Абонемент, стеллаж 1, полка 3")):  # fmt: skip
        located(library, number, where)
    check = begun(library, stock, location="Абонемент, стеллаж 1")
    assert counts(library, check).expected == 2
    page = send(stock, f"checks/{check}/scan", code="sq-p1", place="")
    shelf = re.search(r'name="place" value="(\d+)"', page.text)[1]
    assert scan(stock, check, "К-2", shelf) == "на своём месте"
    assert scan(stock, check, "К-10", shelf) == "место в другом разделе"


def test_a_label_of_another_branch_is_no_place_here(library, stock):
    place(stock, "Зал", branch="Ф1")
    located(library, "К-1", "Зал")
    check = begun(library, stock)
    assert send(stock, f"checks/{check}/scan", code="SQ-P1", place="").status_code == 422
    send_file(stock, check, "SQ-P1\nК-1".encode())
    library.work()
    with db.reading(library.sessions) as session:
        assert session.scalars(select(StocktakeScan.place_id)).all() == [None]


@pytest.mark.parametrize(
    "text", ["К-1,1\nК-2,17", "К-1,30.11.2026 10:15\nК-2,30.11.2026 10:16",
             "30.11.2026;10:15;К-1\n30.11.2026;10:16;К-2", "К-1, К-2"]
)  # fmt: skip
def test_the_column_of_codes_is_found_whatever_stands_beside_it(library, stock, text):
    for number in ("К-1", "К-2", "17"):
        located(library, number, "")
    check = begun(library, stock)
    send_file(stock, check, text.encode())
    library.work()
    with db.reading(library.sessions) as session:
        scans = session.execute(select(StocktakeScan.code, StocktakeScan.outcome)).all()
        assert [tuple(one) for one in scans] == [("К-1", "here"), ("К-2", "here")]


def test_copies_without_numbers_are_not_missing(library, stock):
    library.group("Б", 5)
    with db.transaction(library.sessions) as session:
        session.scalars(select(Item)).one().barcode = None
    located(library, "К-1", "")
    now = counts(library, begun(library, stock))
    assert (now.expected, now.missing) == (1, 1)
