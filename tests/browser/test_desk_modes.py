"""What the desk can besides lending and taking back, with keys alone and at a scanner's speed."""

from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select
from test_desk_page import answers, scan, stocked

from ils import db
from ils.circulation.loans.models import Loan
from ils.ledger import Entry
from ils.organisation.branches.actions import add_service_point
from ils.organisation.staff.models import Role
from ils.services.enquiries.models import UnmetRequest


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)).all()


def test_command_barcodes_act_before_the_scans_that_follow(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "2021000")
    scan(page, "ЫЙ-ТУЧЕ")  # SQ-NEXT on a Russian layout
    scan(page, "2021000")  # nobody is open: a return
    expect(answers(page, "return")).to_have_count(1)
    scan(page, "SQ-UNDO")
    expect(answers(page, "undo")).to_have_count(1)
    assert library.kinds() == ["loan", "return", "-return"]
    scan(page, "SQ-ROOM")
    scan(page, "R2")
    scan(page, "2021001")
    expect(answers(page, "loan")).to_have_count(2)
    assert [e.place for e in entries(library, "loan")] == ["home", "reading_room"]
    expect(page.locator("#scan")).to_be_focused()


def test_f4_renews_everything_and_f9_prints(page, served, library):
    stocked(library)
    library.rule(renewal_days=20)
    sign_in(page, served, "desk")
    scan(page, "R1")
    for number in range(3):
        scan(page, f"20210{number:02}")
    expect(answers(page, "loan")).to_have_count(3)
    page.keyboard.press("F4")
    expect(answers(page, "all_renewed")).to_contain_text("3")
    assert len(entries(library, "renewal")) == 3
    with page.context.expect_page() as opened:
        page.keyboard.press("F9")
    expect(opened.value.locator(".slip li")).to_have_count(3)
    opened.value.close()


def test_f6_writes_a_refusal_down_and_the_next_scan_works(page, served, library):
    stocked(library)
    sign_in(page, served, "desk")
    page.keyboard.type("Нет Такого", delay=60)
    page.keyboard.press("Enter")
    expect(page.locator("#log .line.error")).to_contain_text("Нет Такого")
    page.keyboard.press("F6")  # a refused name is no book
    expect(page.locator(".quick [name=what]")).to_be_focused()
    expect(page.locator(".quick [name=what]")).to_have_value("")
    scan(page, "2021009")  # a scanner does not know of the form
    expect(answers(page, "on_shelf")).to_have_count(1)
    page.locator(".quick [name=what]").focus()
    page.keyboard.type("Көшпенділер", delay=60)
    page.keyboard.press("Enter")
    expect(page.locator("#log .line.success").first).to_contain_text("Көшпенділер")
    expect(page.locator("#scan")).to_be_focused()
    scan(page, "R1")
    scan(page, "2021000")
    expect(answers(page, "loan")).to_have_count(1)
    with db.reading(library.sessions) as session:
        assert session.scalars(select(UnmetRequest.what)).all() == ["Көшпенділер"]
    page.keyboard.press("F7")
    expect(page.locator(".quick")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".quick")).to_have_count(0)
    expect(page.locator("#desk")).to_have_class("returning")  # Esc always means the next reader


def test_a_senior_librarian_lets_a_problem_pass_for_one_reader(page, served, library):
    stocked(library)
    library.rule(max_loans=1)
    library.account("senior", Role.DESK, Role.SENIOR)
    sign_in(page, served, "senior")
    scan(page, "R1")
    scan(page, "2021000")
    scan(page, "2021001")
    expect(page.locator("#log .line.error form")).to_be_visible()
    scan(page, "1")
    expect(page.locator("[name=reason]")).to_be_focused()
    page.keyboard.type("для доклада")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(answers(page, "loan")).to_have_count(2)
    scan(page, "2021002")  # the same reader: it passes by itself
    expect(answers(page, "loan")).to_have_count(3)
    page.keyboard.press("Escape")
    scan(page, "R2")
    scan(page, "2021003")
    scan(page, "2021004")  # another reader: it does not
    expect(page.locator("#log .line.error form")).to_be_visible()
    assert len(entries(library, "loan")) == 4


def test_the_book_drop_is_seen_and_dated(page, served, library):
    stocked(library)
    desk = library.desk()
    desk.issue("R1", "2021000")
    sign_in(page, served, "desk")
    earliest = page.locator("#returned-on").get_attribute("min")
    page.locator("#returned-on").fill(earliest)
    expect(page.locator("#mode")).to_be_visible()
    expect(page.locator("#desk.backdated")).to_have_count(1)
    scan(page, "2021000")
    expect(answers(page, "return")).to_have_count(1)
    (entry,) = entries(library, "return")
    assert (entry.day.isoformat(), entry.detail) == (earliest, "book_drop")


def test_group_copies_go_out_by_count_with_keys(page, served, library):
    stocked(library)
    library.group("G1", 9)
    sign_in(page, served, "desk")
    scan(page, "R1")
    scan(page, "G1")
    expect(answers(page, "group")).to_have_count(1)
    scan(page, "1")
    expect(page.locator(".counted [name=copies]").first).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(answers(page, "loan")).to_have_count(1)
    with db.reading(library.sessions) as session:
        assert session.scalars(select(Loan.copies)).all() == [4]
    assert [e.count for e in entries(library, "loan")] == [4]


def test_long_names_of_places_do_not_make_the_desk_wider_than_a_phone(page, served, library):
    stocked(library)
    name = "Орталық кітапхананың ересектерге қызмет көрсету бөлімінің абонементі"
    with db.transaction(library.sessions) as session:
        add_service_point(
            session, None, session.merge(library.branches["ЦБ"]), code="A", name_ru=name,
            name_kk=name,
        )  # fmt: skip
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, served, "desk")
    expect(page.locator("#point option")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
