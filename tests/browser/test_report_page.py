"""A report by keys: its tables stand beside it, the entries of a figure open over it."""

import pytest
from playwright.sync_api import expect
from served import sign_in

from ils.organisation.staff.models import Role

LENT = 60


@pytest.fixture
def report(page, served, library):
    library.account("отчёт", Role.STATISTICIAN)
    desk = library.desk()
    for number in range(LENT):
        library.copy(f"B{number}")
        if number % 4 == 0:
            library.reader(f"R{number}")
        desk.issue(f"R{number - number % 4}", f"B{number}")
    sign_in(page, served, "отчёт", then="/staff/")
    page.goto(f"{served.url}/staff/stats/report?report=month&from=2026-03-01&to=2026-03-31")
    return page


def test_entries_open_over_the_table_and_focus_comes_back(report):
    address = report.url
    figure = report.locator("table.report td a", has_text=str(LENT)).first
    figure.focus()
    report.keyboard.press("Enter")
    over = report.locator("#behind")
    expect(over.locator("h2")).to_contain_text(f": {LENT}")
    expect(over.locator(".count")).to_have_text(f"1–50 из {LENT}")
    over.get_by_role("link", name="Вперёд").press("Enter")
    expect(over.locator(".count")).to_have_text(f"51–{LENT} из {LENT}")
    assert report.url == address
    report.keyboard.press("Escape")
    expect(over).to_be_hidden()
    expect(figure).to_be_focused()


def test_tables_stand_beside_the_report_where_there_is_room(report):
    contents = report.locator(".contents details")
    expect(contents).to_have_attribute("open", "")
    report.set_viewport_size({"width": 390, "height": 844})
    report.reload()
    expect(contents).not_to_have_attribute("open", "")
    contents.locator("summary").press("Enter")
    contents.get_by_role("link", name="По филиалам").press("Enter")
    expect(report.locator("caption")).to_have_text("По филиалам")
