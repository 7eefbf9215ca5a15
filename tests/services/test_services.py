"""Counts by hand, events, references, refusals: what they write, and how it is taken back."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from ils import db, ledger
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role
from ils.services.enquiries.models import UnmetRequest
from ils.services.events.models import Event


@pytest.fixture
def page(browser, library):
    library.account("desk", Role.DESK, Role.STOCK)
    browser.sign_in("desk")
    return browser


def sums(library, kind, *facts):
    """The counts of a kind by facts, without what was taken back."""
    columns = [getattr(Entry, fact) for fact in facts]
    query = select(*columns, func.sum(Entry.count)).where(Entry.kind == kind).group_by(*columns)
    with db.reading(library.sessions) as session:
        return {tuple(row[:-1]): int(row[-1]) for row in session.execute(query) if row[-1]}


def test_a_grid_is_counted_once_and_each_cell_taken_back(page, library):
    cells = {"literature.kk": "12", "society.ru": "3", "arts.kk": ""}
    form = {"what": "loan", "day": "2026-03-01", "category": "pupil", "point": "", **cells}
    today = page.get("/staff/services/tally").text
    day = re.search(r'name="day" value="([^"]+)"', today)[1]
    form |= {"day": day, "request_id": str(uuid4())}
    for _ in range(2):
        assert page.post("/staff/services/tally", **form).status_code == 302
    assert sums(library, "loan", "subject_area", "language", "patron_category", "channel") == {
        ("literature", "kk", "pupil", "tally"): 12,
        ("society", "ru", "pupil", "tally"): 3,
    }
    shown = page.get("/staff/services/tally").text
    first = re.search(r"/tally/(\d+)/undo", shown)[1]
    undo = f"/staff/services/tally/{first}/undo"
    assert page.post(undo, request_id=str(uuid4())).status_code == 302
    assert page.post(undo, request_id=str(uuid4())).status_code == 409
    assert sum(sums(library, "loan").values()) in {12, 3}


@pytest.mark.parametrize(
    ("what", "kind", "detail"),
    [
        ("visit", "visit", None),
        ("registration.new", "registration", "new"),
        ("reference.factual", "reference", "factual"),
        ("refusal", "refusal", None),
        ("user.internet", "registration", "internet"),
        ("e_visit.legal", "remote_visit", "legal"),
        ("downloaded.fragment", "downloaded", "fragment"),
    ],
)
def test_a_branch_without_barcodes_keeps_its_diary(page, library, what, kind, detail):
    grid = page.get(f"/staff/services/tally?what={what}").text.partition('id="grid"')[2]
    fields = re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', grid.partition("</form>")[0])
    form = dict.fromkeys(set(fields) - {"csrf_token"}, "")
    form |= {"what": what, "day": re.search(r'name="day" value="([^"]+)"', grid)[1], "count": "7",
             "request_id": str(uuid4())}  # fmt: skip
    answer = page.post("/staff/services/tally", **form)
    assert answer.status_code == 302
    assert sums(library, kind, "detail") == {(detail,): 7}


def test_what_counts_itself_is_not_counted_by_hand_since_then(page, library):
    viewed, legal = 'value="viewed"', 'value="viewed.legal"'
    grid = page.get("/staff/services/tally?what=viewed").text
    assert viewed in grid
    today = date.fromisoformat(re.search(r'name="day" value="([^"]+)"', grid)[1])
    with db.transaction(library.sessions) as session:
        ledger.record(session, Kind.PUBLISHED, replace(library.origin(), day=today), {})
    grid = page.get("/staff/services/tally?what=viewed").text
    assert (viewed in grid, legal in grid) == (False, True)
    form = {"what": "viewed", "count": "5", "category": "", "request_id": str(uuid4())}
    assert page.post("/staff/services/tally", **form, day=today.isoformat()).status_code == 422
    form["request_id"] = str(uuid4())
    before = (today - timedelta(days=1)).isoformat()
    assert page.post("/staff/services/tally", **form, day=before).status_code == 302
    assert sums(library, "viewed") == {(): 5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"literature.kk": "-3"}, {"literature.kk": "много"}, {"literature.kk": "9999999"},
        {"day": "2035-01-01"}, {"day": "1999-01-01"}, {"day": "вчера"}, {},
        {"literature.kk": "1", "category": "king"}, {"literature.kk": "1", "what": "gold"},
        {"literature.kk": "1", "point": "7"},
    ],
)  # fmt: skip
def test_a_wrong_grid_counts_nothing_and_keeps_what_was_typed(page, library, wrong):
    day = re.search(r'name="day" value="([^"]+)"', page.get("/staff/services/tally").text)[1]
    form = {"what": "loan", "day": day, "category": "", "point": "", "society.ru": ""} | wrong
    answer = page.post("/staff/services/tally", **form, request_id=str(uuid4()))
    assert answer.status_code == 422
    assert sums(library, "loan") == {}


EVENT = {
    "title": "Абай күні", "form": "evening", "mode": "onsite", "language": "kk",
    "participants": "40", "views": "", "shown": "30", "shown_kk": "20", "issued": "10",
    "issued_kk": "4", "audience": "", "project": "",
}  # fmt: skip


def day_of(page):
    found = re.search(r'name="day"[^>]* value="([^"]+)"', page.get(
        "/staff/services/events/new").text)  # fmt: skip
    return found[1]


def test_an_event_is_counted_changed_and_taken_back(page, library):
    form = EVENT | {"day": day_of(page), "request_id": str(uuid4())}
    for _ in range(2):
        assert page.post("/staff/services/events/new", **form).status_code == 302
    with db.reading(library.sessions) as session:
        (event,) = session.scalars(select(Event)).all()
    assert sums(library, "event", "detail", "place", "language") == {("evening", "onsite", "kk"): 1}
    assert sums(library, "visit", "place") == {("event",): 40}
    assert sums(library, "shown", "language") == {("kk",): 20, (None,): 10}
    assert sums(library, "shown_issued", "language") == {("kk",): 4, (None,): 6}

    address = f"/staff/services/events/{event.id}"
    changed = form | {"mode": "online", "views": "500", "shown": "30", "issued_kk": "0"}
    page.post(address, **changed | {"request_id": str(uuid4())})
    assert sums(library, "visit") == {}
    assert sums(library, "remote_visit", "place") == {("event",): 40}
    assert sums(library, "event_views") == {(): 500}
    assert sums(library, "shown_issued", "language") == {(None,): 10}

    days = sums(library, "event", "day")
    assert len(days) == 1  # what was changed is mended on its own day
    page.post(f"{address}/cancel", request_id=str(uuid4()))
    kinds = ("event", "visit", "remote_visit", "event_views", "shown", "shown_issued")
    assert [sums(library, kind) for kind in kinds] == [{}] * 6
    assert page.post(f"{address}/cancel", request_id=str(uuid4())).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"form": "feast"}, {"mode": "moon"}, {"shown_kk": "31"},
        {"issued": "31"}, {"issued_kk": "11"}, {"participants": "x"}, {"day": "2035-01-01"},
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_refused(page, library, wrong):
    form = EVENT | {"day": day_of(page), "request_id": str(uuid4())} | wrong
    assert page.post("/staff/services/events/new", **form).status_code == 422
    assert sums(library, "event") == {}


@pytest.mark.parametrize(
    ("type_", "kind", "detail"),
    [
        ("thematic", "reference", "thematic"),
        ("consultation", "consultation", None),
        ("delivery", "delivery", None),
        ("copy", "copy_service", None),
    ],
)
def test_an_enquiry_is_counted_by_its_kind(page, library, type_, kind, detail):
    request = str(uuid4())
    form = {"type": type_, "question": "История Караганды", "channel": "phone", "language": "ru"}
    for _ in range(2):
        answer = page.post("/staff/services/enquiries", **form, pages="3", request_id=request)
        assert answer.status_code == 302
    told = sums(library, kind, "detail", "channel", "language", "pages")
    assert told == {(detail, "phone", "ru", 3): 3 if type_ == "copy" else 1}
    assert library.count("remote_visit") == 1  # asked from afar
    number = re.search(r"/enquiries/(\d+)/undo", page.get("/staff/services/enquiries").text)[1]
    page.post(f"/staff/services/enquiries/{number}/undo", request_id=str(uuid4()))
    assert sums(library, kind) == {}
    assert library.count("remote_visit") == 0
    assert "История Караганды" not in page.get("/staff/services/enquiries").text


def test_refusals_and_suggestions_are_ranked_together(page, library):
    def refused(what, reason="absent"):
        return page.by_script_to(
            "/staff/services/refusals", what=what, reason=reason, language="kk"
        )

    assert 'data-level="success"' in refused("Көшпенділер").text
    refused("КӨШПЕНДІЛЕР", "all_on_loan")
    refused("Абай жолы")
    assert refused(" ").status_code == 422
    page.post("/staff/services/wanted", what="көшпенділер", note="", request_id=str(uuid4()))
    table = page.get("/staff/services/wanted?export=csv").data.decode("utf-8-sig").casefold()
    assert [line.split(";") for line in table.splitlines()[1:]] == [
        ["көшпенділер", "2", "1"],
        ["абай жолы", "1", "0"],
    ]
    assert sums(library, "refusal", "detail") == {("absent",): 2, ("all_on_loan",): 1}
    assert sums(library, "suggestion") == {(): 1}
    with db.reading(library.sessions) as session:
        number = session.scalars(select(UnmetRequest.id).order_by(UnmetRequest.id.desc())).first()
    page.post(f"/staff/services/refusals/{number}/undo", request_id=str(uuid4()))
    assert sum(sums(library, "refusal").values()) == 2


def test_another_branch_cannot_touch_what_is_not_its_own(page, app, library):
    form = EVENT | {"day": day_of(page), "request_id": str(uuid4())}
    page.post("/staff/services/events/new", **form)
    with db.reading(library.sessions) as session:
        event = session.scalars(select(Event)).one().id
    library.account("there", branch="Ф1")
    other = type(page)(app.test_client())
    other.sign_in("there")
    answer = other.post(f"/staff/services/events/{event}/cancel", request_id=str(uuid4()))
    assert answer.status_code == 403
    assert sums(library, "event") == {(): 1}


def test_a_count_dated_into_a_closed_month_says_where_it_stands(page, library):
    shown = page.get("/staff/services/tally?what=visit").text
    first = date.fromisoformat(re.search(r'name="day" value="([^"]+)"', shown)[1]).replace(day=1)
    library.close_until(first)
    last = first - timedelta(days=1)
    form = {"what": "visit", "category": "", "point": "", "count": "7"}
    for day, said in ((last, 1), (first, 0)):
        answer = page.post(
            "/staff/services/tally", **form, day=day.isoformat(), request_id=str(uuid4())
        )
        assert answer.status_code == 302
        told = f"{last:%m.%Y} закрыт: это войдёт в отчёт за {first:%m.%Y}."
        assert page.get("/staff/services/tally").text.count(told) == said
    assert sums(library, "visit", "posted") == {(first,): 14}
