"""Every list: as many statements for three rows as for one, sorted, narrowed, taken away."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from ils import db
from ils.catalog.authorities.actions import HeadingData, add_heading
from ils.catalog.batches.rules import Change, Operation
from ils.catalog.models import AuthorityKind, BatchEdit, RecordProblem
from ils.circulation.boxes import actions as boxes
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import CodeKind
from ils.db import new_id
from ils.documents import spreadsheets
from ils.holdings.items.models import Item
from ils.jobs.actions import enqueue
from ils.organisation.branches import actions as branch_actions
from ils.organisation.calendar import actions as calendar
from ils.organisation.staff.models import Role
from ils.services.enquiries import actions as enquiries
from ils.services.events import actions as events
from ils.stats.definitions.loading import definitions
from ils.stats.plans import actions as plans
from ils.stats.plans.rules import Planned
from ils.stats.schedules import actions as schedules
from ils.web.cells import ListCell, cell

#: Pages with lists that need an address or arguments of their own.
MORE = (
    "/desk/holds?list=shelf", "/desk/holds?list=leaving", "/desk/holds?list=coming",
    "/desk/holds?list=waiting", "/desk/holds?list=late", "/staff/settings/branch/ЦБ",
    "/staff/stats/plans?year=2026", "/staff/services/events?from=2026-03-01&to=2026-03-04",
    "/staff/services/enquiries?from=2026-03-01", "/staff/services/refusals?from=2026-03-01",
    "/staff/services/wanted?from=2026-03-01", "/staff/services/tally?day=2026-03-04",
)  # fmt: skip


@pytest.fixture
def page(browser, library):
    library.account("admin", *Role)
    library.open_branch("П1")
    with db.transaction(library.sessions) as session:
        branch = session.merge(library.branches["ЦБ"])
        library.point = branch_actions.add_service_point(
            session, None, branch, code="авыл", name_ru="Село", name_kk="Ауыл", type="outreach"
        )
    library.reader("R0")
    browser.sign_in("admin")
    return browser


def one_more(library, page, number):
    """One more of everything a list may show."""
    reader = f"R{number}"
    library.reader(reader, home_delivery=True, address="Абай, 1")
    for kind in "ABCDE":
        library.copy(f"{kind}{number}", title=f"Кітап {kind}{number}")
    desk, there = library.desk(), library.desk("Ф1")
    desk.issue(reader, f"A{number}")
    desk.wait_for("R0", f"A{number}")  # waits
    desk.wait_for(reader, f"B{number}")
    desk.take_back(f"B{number}")  # on the hold shelf
    desk.wait_for(reader, f"C{number}", at="Ф1")
    desk.take_back(f"C{number}")  # leaves
    there.wait_for(reader, f"D{number}")  # to be fetched
    library.copy(f"F{number}", branch="Ф1", title="Келе жатыр")
    desk.wait_for(reader, f"F{number}")
    there.take_back(f"F{number}")  # comes here
    with db.transaction(library.sessions) as session:
        _more_work(library, session, number)
        _more_settings(library, session, number)
        _more_statistics(library, session, number)
    form = {"day": "2026-03-04", "request_id": str(uuid4())}
    counted = {**form, "what": "loan", "category": "pupil", "literature.kk": str(number)}
    page.post("/staff/services/tally", **counted)


def _more_work(library, session, number):
    lists = library.config.lists
    here = library_desk(library, session)
    box = boxes.make_box(here, session.merge(library.point))
    boxes.scan_at_box(here, box, f"E{number}")
    data = events.EventData(
        day=date(2026, 3, 4), title=f"Кездесу {number}", form=next(iter(lists.event_forms)),
        mode="onsite", language="kk", participants=number,
    )  # fmt: skip
    events.save_event(
        session, library.origin(), None, data=data, lists=lists, timezone="Asia/Almaty"
    )
    asked = enquiries.EnquiryData(type="thematic", question=f"Тарих {number}", language="kk")
    enquiries.answer_enquiry(session, library.origin(), asked, lists)
    enquiries.record_unmet_request(
        session, library.origin(), what=f"Көшпенділер {number}", reason="absent"
    )
    enquiries.suggest(session, library.origin(), what=f"Көшпенділер {number}", note="")
    item = session.scalars(select(Item).where(Item.inventory_number == f"E{number}")).one()
    codes.bring_in(session, [ItemCode(CodeKind.BARCODE, f"A{number}", item.id)])
    name = (("a", f"Әуезов {number}"),)
    add_heading(session, library.origin(), HeadingData(AuthorityKind.PERSON, name))
    session.add(RecordProblem(id=new_id(), record_id=item.record_id, code="no_udc", place="675"))
    change = Change(Operation.REPLACE, "210", "a", "а", "б")
    session.add(BatchEdit(at=library.now, query="", operation=change.as_json(), revisions={}))


def library_desk(library, session):
    from ils.circulation.context import Desk  # noqa: PLC0415 -- the tests' own Desk is another

    return Desk(session, library.origin(), library.config)


def _more_settings(library, session, number):
    branch = session.merge(library.branches["ЦБ"])
    calendar.close_on(session, None, branch, day=date(2026, 5, number), reason="мереке")
    enqueue(session, "purge_files", key=f"more{number}")


def _more_statistics(library, session, number):
    known = definitions(library.config)
    plans.declare_value(
        session, known, staff_id=None, key="population", day=date(2020 + number, 1, 1),
        value=Decimal(number), source="акимат",
    )  # fmt: skip
    planned = [Planned("indicators", "loans", None, 2026, (number, 1, 1, 1))]
    plans.set_plans(session, staff_id=None, reason="жоспар", planned=planned)
    schedules.add_schedule(
        session, known, report="month", every="month", language="kk", addresses="",
        days_after=1, branch=None, today=date(2026, 3, 4),
    )  # fmt: skip


def addresses(app):
    """Pages without arguments, and those of `MORE`; not what makes the browser a kiosk."""
    for rule in app.url_map.iter_rules():
        passed = rule.endpoint == "opac.kiosk" or rule.rule.endswith("pdf")
        if not rule.arguments and "GET" in rule.methods and not passed:
            yield rule.rule
    yield from MORE


def rows_of(text):
    """Name of a list → its rows, of those a page shows."""
    tables = re.findall(
        r'<table class="list" data-list="([^"]+)">.*?<tbody>(.*?)</tbody>', text, re.DOTALL
    )
    return {name: body.count("<tr") for name, body in tables}


def test_three_rows_take_as_many_statements_as_one(page, library, app):
    seen = []
    engine = app.extensions["ils"].sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    counts, lists = {}, {}
    for number in (1, 2, 3):
        one_more(library, page, number)
        if number == 2:
            continue
        page.get("/staff/catalog/")  # the index takes in what is new
        for address in addresses(app):
            seen.clear()
            answer = page.get(address)
            shown = rows_of(answer.text) if answer.mimetype == "text/html" else {}
            if shown:
                lists.setdefault(address, []).append(shown)
                counts.setdefault(address, []).append(len(seen))

    assert {address: n for address, n in counts.items() if n[0] != n[-1]} == {}
    grown = {address for address, (first, last) in lists.items() if last != first}
    assert len(grown) >= 24, sorted(grown)


def table(answer):
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def names(page, arguments=""):
    return [row[0] for row in table(page.get(f"/staff/patrons/?export=csv&{arguments}"))[1:]]


@pytest.fixture
def readers(page, library):
    for card, surname in (("R1", "Жүнісова"), ("R2", "Ахметов"), ("R3", "Серікбай")):
        library.reader(
            card, surname=surname, given_name="А", birth_date=date(1990, 5, int(card[1]))
        )
    return page


def test_a_list_is_sorted_by_a_column_and_back(readers):
    assert names(readers, "sort=born")[-1].startswith("Оқырман")
    down = names(readers, "sort=-card")
    assert down == names(readers, "sort=card")[::-1]
    assert [name.split()[0] for name in down] == ["Серікбай", "Ахметов", "Жүнісова", "Оқырман"]
    assert names(readers, "sort=nothing") == names(readers)


def test_the_page_says_how_it_is_sorted_and_leads_to_the_other_way(readers):
    text = readers.get("/staff/patrons/?sort=card").text
    assert re.search(r'aria-sort="ascending"[^>]*><a href="/staff/patrons/\?sort=-card"', text)


def test_a_filter_is_a_chip_that_can_be_taken_away(readers):
    text = readers.get("/staff/patrons/?q=ахм&sort=card").text
    assert re.search(r'<a class="chip" href="/staff/patrons/\?sort=card">[^<]*: ахм', text)
    assert rows_of(text) == {"list": 1}


def test_an_empty_list_says_so(readers):
    text = readers.get("/staff/patrons/?q=жоқ").text
    assert (rows_of(text), "Ничего не найдено." in text) == ({}, True)


def test_pages_of_a_list_say_which_rows_they_show(page, library):
    for number in range(1, 61):
        library.reader(f"K{number:03}")
    text = page.get("/staff/patrons/?page=2").text
    assert "51–61" in text
    assert rows_of(text) == {"list": 11}
    assert rows_of(page.get("/staff/patrons/?page=99").text) == {"list": 11}


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf"])
def test_the_whole_list_goes_into_a_file(readers, form):
    answer = readers.get(f"/staff/patrons/?export={form}")
    assert f".{form}" in answer.headers["Content-Disposition"]
    if form == "pdf":
        assert answer.data.startswith(b"%PDF")
    else:
        rows = list(spreadsheets.rows(answer.data))
        assert (len(rows), rows[1][1:3]) == (5, ["R2", "02.05.1990"])


def test_a_list_too_long_for_a_file_is_refused_in_words(readers, monkeypatch):
    monkeypatch.setattr("ils.web.lists.EXPORT_ROWS", 3)
    answer = readers.get("/staff/patrons/?export=csv")
    assert answer.status_code == 409
    assert "Строк в списке: 4;" in answer.text


def test_a_note_stands_below_its_value_and_is_escaped():
    shown = cell(ListCell("Том <1>", note="Автор & другой"), "Заглавие", None, head=False)
    assert shown == (
        '<td data-label="Заглавие">Том &lt;1&gt;<br><small>Автор &amp; другой</small></td>'
    )
