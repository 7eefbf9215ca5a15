"""What a librarian must be able to rely on: who is open, where a scan goes, what undo undoes."""

import time

import pytest
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import func, select
from test_desk_page import answers, scan, stocked

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.circulation.loans.models import Loan
from ils.operations.backup import actions, restoring


def lending(page):
    return expect(page.locator("#desk")).to_have_class("lending")


def nobody_open(page):
    return expect(page.locator("#desk")).to_have_class("returning")


@pytest.mark.parametrize("field", ["author", "title", "number", "subject_area"])
def test_scans_never_fall_into_the_form_of_an_unknown_book(page, served, library, field):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "777001")
    form = page.locator(".fast-add")
    expect(form).to_be_visible()
    form.locator(f"[name={field}]").focus()
    scan(page, "2021001")
    scan(page, "2021002")
    expect(answers(page, "loan")).to_have_count(2)
    assert library.kinds() == ["loan"] * 2
    with db.reading(library.sessions) as session:
        titles = {r.title for r in session.query(BibliographicRecord)}
    assert not titles & {"2021001", "2021002"}


def test_what_was_typed_stays_when_a_scan_comes_between(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    page.keyboard.press("F6")
    page.keyboard.type("Көшпен", delay=60)
    scan(page, "2021001")
    expect(answers(page, "on_shelf")).to_have_count(1)
    expect(page.locator(".quick [name=what]")).to_have_value("Көшпен")


def test_a_scan_on_another_page_changes_nothing_there_and_can_be_taken_to_the_desk(
    page, served, library
):
    stocked(library)
    library.account("senior", "desk", "senior")
    sign_in(page, served, "senior")
    page.goto(f"{served.url}/staff/patrons/new")
    page.locator("[name=surname]").focus()
    page.keyboard.type("Ахметов", delay=60)
    scan(page, "2021003")
    expect(page.locator("#scanned b")).to_have_text("2021003")
    expect(page.locator("[name=surname]")).to_have_value("Ахметов")
    page.locator("[name=card]").focus()
    scan(page, "R0000777")  # a card is scanned into its own field, and nothing is sent by it
    expect(page.locator("[name=card]")).to_have_value("R0000777")
    assert page.url.endswith("/staff/patrons/new")
    page.locator("#scanned button").click()
    expect(answers(page, "on_shelf")).to_have_count(1)


def test_a_new_sign_in_ends_the_reader_and_the_reading_room(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    page.locator("#point").select_option("room")
    expect(page.locator("#where")).to_contain_text("читальный зал")
    page.locator("#scan").focus()
    scan(page, "R1")
    expect(page.locator("#patron h2")).to_have_text("Оқырман R1")
    page.locator("details.account summary").click()
    page.locator("details.account button").click()
    expect(page.locator("[name=password]")).to_be_visible()
    sign_in(page, served, "desk")
    nobody_open(page)
    expect(page.locator("#point")).to_have_value("")
    scan(page, "2021001")
    expect(answers(page, "on_shelf")).to_have_count(1)
    assert library.kinds() == []


def test_another_day_ends_the_reader(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    lending(page)
    page.evaluate("""() => new Promise((done) => {
      indexedDB.open("sandyq-desk").onsuccess = ({ target: { result: db } }) => {
        const work = db.transaction("queue", "readwrite");
        work.oncomplete = done;
        work.objectStore("queue").openCursor().onsuccess = ({ target: { result: at } }) => {
          const sitting = at.value.sitting.replace(/\\d{4}-\\d\\d-\\d\\d$/, "2026-01-01");
          at.update({ ...at.value, sitting });
        };
      };
    })""")
    page.reload()
    nobody_open(page)


@pytest.mark.parametrize("standing", ["F6", "777001", "nothing"])
def test_esc_always_means_the_next_reader(page, served, library, standing):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    lending(page)
    if standing == "F6":
        page.keyboard.press("F6")
        expect(page.locator(".quick")).to_be_visible()
    elif standing != "nothing":
        scan(page, standing)
        expect(page.locator(".fast-add")).to_be_visible()
    page.keyboard.press("Escape")
    nobody_open(page)
    expect(page.locator(".quick, .fast-add")).to_have_count(0)


def test_undo_asks_when_something_was_answered_since_and_says_what_it_undid(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "2021001")
    expect(answers(page, "loan")).to_have_count(1)
    page.keyboard.press("Escape")
    scan(page, "99999999")  # refused: nothing of it can be undone
    expect(page.locator("#log .line.error")).to_have_count(1)
    page.keyboard.press("Control+z")
    question = page.locator("#log .line.warning").first
    expect(question).to_contain_text("Абай жолы. 1")
    expect(question).to_contain_text("Оқырман R1")
    assert library.kinds() == ["loan"]
    page.keyboard.press("Control+z")
    undone = answers(page, "undo")
    expect(undone).to_contain_text("Отменено: выдача")
    expect(undone).to_contain_text("Оқырман R1")
    expect(page.locator("#log .line.undone")).to_have_count(1)
    assert library.kinds() == ["loan", "-loan"]


def test_undo_is_not_stuck_on_what_was_undone_before(page, served, library):
    """A loan that ended another: two lines, one act; after a reload it is undone once."""
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "2021001")
    scan(page, "2021002")
    expect(answers(page, "loan")).to_have_count(2)
    page.reload()
    for number in (1, 2):
        page.keyboard.press("Control+z")
        if answers(page, "undo").count() < number:  # it was asked about first
            page.keyboard.press("Control+z")
        expect(answers(page, "undo")).to_have_count(number)
    assert sorted(library.kinds()) == ["-loan", "-loan", "loan", "loan"]


def test_renew_all_can_be_undone_as_one(page, served, library):
    stocked(library)
    library.rule(renewal_days=20)
    sign_in(page, served, "desk")
    scan(page, "R1")
    for number in (1, 2):
        scan(page, f"202100{number}")
    page.keyboard.press("F4")
    expect(answers(page, "all_renewed")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(answers(page, "undo")).to_contain_text("× 2")
    assert library.kinds() == ["loan", "loan", "renewal", "renewal", "-renewal", "-renewal"]


def test_a_key_means_the_reader_who_is_open_when_its_turn_comes(page, served, library):
    stocked(library)
    library.rule(renewal_days=20)
    sign_in(page, served, "desk")
    page.keyboard.press("F4")
    expect(page.locator("#log .line.error")).to_have_count(1)
    page.context.set_offline(True)
    scan(page, "R1")
    scan(page, "2021001")
    page.keyboard.press("F4")
    expect(page.locator("#log .line.waiting")).to_have_count(3)
    page.context.set_offline(False)
    expect(answers(page, "all_renewed")).to_have_count(1)
    assert library.kinds() == ["loan", "renewal"]
    page.keyboard.press("F3")
    page.wait_for_url("**/staff/patrons/*")


def test_the_panel_is_true_after_each_answer(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    for number in range(10):
        scan(page, f"20210{number:02}")
    expect(answers(page, "loan")).to_have_count(10)
    loans = page.locator("#patron .loans li")
    expect(loans).to_have_count(8)
    expect(loans.first).to_contain_text("2021009")
    expect(page.locator("#patron")).to_contain_text("и ещё 2")
    page.keyboard.press("Control+z")
    expect(page.locator("#patron")).to_contain_text("и ещё 1")
    expect(loans.first).to_contain_text("2021008")
    times = page.locator("#log .line > time").all_text_contents()
    assert {len(text) for text in times} == {len("12:00")}


def test_a_scan_of_a_desk_without_a_line_keeps_its_time(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    lending(page)
    sent = []
    page.on("request", lambda r: sent.append(r.post_data) if "/desk/scan" in r.url else None)
    page.context.set_offline(True)
    before = time.time() * 1000
    scan(page, "2021001")
    after = time.time() * 1000
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(answers(page, "loan")).to_have_count(1)
    said = {
        int(part[3:]) for body in sent if body for part in body.split("&") if part.startswith("at=")
    }
    assert len(said) == 1
    assert before - 2500 < said.pop() < after + 2500  # the clock of an answer says whole seconds


def test_after_a_restore_the_desk_offers_what_the_backup_lacks(page, served, library):
    stocked(library)
    engine = library.sessions.kw["bind"]
    backup = actions.make(library.config, engine)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "2021001")
    expect(answers(page, "loan")).to_have_count(1)
    served.stop()
    engine.dispose()
    for path in library.config.folder.glob("sandyq.sqlite*"):
        path.unlink()
    restoring.restore(library.config, backup)
    served.start()
    page.goto(f"{served.url}/desk")
    expect(page.locator("#restored")).to_contain_text("2")
    page.reload()  # offered until somebody decides
    page.locator("#restored [name=again]").click()
    expect(answers(page, "loan")).to_have_count(1)
    nobody_open(page)
    page.reload()
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator("#restored")).to_be_hidden()
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count(Loan.id))) == 1
