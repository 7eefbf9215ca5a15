"""Holidays of the country and sanitary days, taken over by a branch for a year."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import RenewalRefused
from ils.console import Console
from ils.holdings.items.models import Item
from ils.operations.cli import problems_of_holidays
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.calendar.rules import holidays_of, sanitary_days
from ils.organisation.staff.models import Role


def test_sanitary_days_are_one_a_month():
    last = sanitary_days(2027, 5, last=True)
    assert (len(last), last[0], last[1]) == (12, date(2027, 1, 29), date(2027, 2, 26))
    assert sanitary_days(2027, 5, last=False)[0] == date(2027, 1, 1)


def test_holidays_of_a_year_are_its_own(config):
    found = holidays_of(2026, config.lists.holidays)
    assert date(2026, 3, 22) in found
    assert date(2026, 5, 27) in found  # Kurban ait moves
    assert date(2027, 5, 16) not in found


@pytest.mark.parametrize(("year", "status"), [("2027", 302), ("1900", 422), ("x", 422), ("", 422)])
def test_a_year_is_closed_at_once_and_only_once(browser, library, year, status):
    library.account("admin", Role.ADMINISTRATOR)
    browser.sign_in("admin")
    form = {"form": "holidays", "year": year, "weekday": "5", "which": "last"}
    for _ in range(2):
        assert browser.post("/staff/settings/branch/ЦБ", **form).status_code == status
    with db.reading(library.sessions) as session:
        days = session.scalars(select(ClosedDay.day)).all()
    assert len(days) == len(set(days)) == (27 if status == 302 else 0)
    if status == 302:
        assert re.search(r"2027", browser.get("/staff/settings/branch/ЦБ").text)


def test_a_loan_is_not_due_on_a_holiday(library, browser, desk):
    library.account("admin", Role.ADMINISTRATOR)
    browser.sign_in("admin")
    form = {"form": "holidays", "year": "2026", "weekday": "", "which": "last"}
    browser.post("/staff/settings/branch/ЦБ", **form)
    library.rule(loan_days=17)  # the 21st of March
    library.reader("R1")
    library.copy("B1")
    assert desk.issue("R1", "B1").loan.due == date(2026, 3, 24)


def closed_in(library, year):
    with db.reading(library.sessions) as session:
        days = session.scalars(select(ClosedDay.day).order_by(ClosedDay.day)).all()
    return [day for day in days if day.year == year]


def test_the_worker_closes_the_holidays_of_the_next_year_once(library, library_clock, browser):
    library.account("admin", Role.ADMINISTRATOR)
    library.work()
    two = 2 * len(holidays_of(2027, library.config.lists.holidays))
    assert len(closed_in(library, 2027)) == two == 30
    browser.sign_in("admin")
    browser.post("/staff/settings/branch/ЦБ", form="open", day="2027-03-08")
    library.wait(days=1)
    library.work()
    assert len(closed_in(library, 2027)) == two - 1  # whoever opened a day is not overruled
    library.wait(days=303)  # a new year
    library.work()
    assert library.now.year == 2027
    assert len(closed_in(library, 2027)) == two - 1
    assert len(closed_in(library, 2028)) == 28


def test_a_name_that_both_languages_share_is_said_once(config):
    names = holidays_of(2027, config.lists.holidays)
    assert names[date(2027, 3, 22)] == "Наурыз мейрамы"
    assert names[date(2027, 7, 6)] == "Астана күні / День столицы"


def test_the_check_says_which_holidays_nobody_knows(library, library_clock):
    library.work()
    assert holiday_problems(library) == []
    library.open_branch("Ф9")
    library.wait(days=320)
    assert holiday_problems(library) == ["holidays"]
    library.wait(days=365)
    library.work()
    assert holiday_problems(library) == ["moving_holidays"]  # nobody knows those of 2028 yet
    listed = library.config.lists.holidays | {
        "2028-05-05": {"kk": "Құрбан айт", "ru": "Курбан айт"}
    }
    vars(library.config)["lists"] = replace(library.config.lists, holidays=listed)
    library.wait(hours=7)
    library.work()
    assert date(2028, 5, 5) in closed_in(library, 2028)  # listed late, closed then
    assert holiday_problems(library) == []


def holiday_problems(library):
    console = Console()
    console.sessions, console.config = library.sessions, library.config
    with db.reading(library.sessions) as session:
        return [problem["id"] for problem in problems_of_holidays(session, console)]


def test_a_rule_may_end_renewals_after_some_weeks(library, desk):
    library.rule(loan_days=7, renewal_days=7, max_renewals=50, max_weeks=4)
    library.reader("R1")
    library.copy("B1")
    desk.issue("R1", "B1")
    for _ in range(3):
        library.wait(days=7)
        desk.renew(desk.issue("R1", "B1"))
    library.wait(days=7)
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(desk.issue("R1", "B1"))
    assert [problem.code for problem in refused.value.problems] == ["out_too_long"]


@pytest.fixture
def late_closing(library, library_clock, browser, desk):
    """Three loans are due on the 19th of March, one of them of another branch; then it closes."""
    library.account("admin", Role.ADMINISTRATOR)
    browser.sign_in("admin")
    library.reader("R1")
    for number in ("B1", "B2", "B3"):
        library.copy(number)
    desk.issue("R1", "B1")
    desk.issue("R1", "B2")
    library.desk("Ф1").issue("R1", "B3")
    browser.post("/staff/settings/branch/ЦБ", form="close", day="2026-03-19", reason="ремонт")
    return browser


def due(library):
    with db.reading(library.sessions) as session:
        rows = session.execute(
            select(Item.inventory_number, Loan.due).join(Item, Item.id == Loan.item_id)
        )
        return {number: f"{day:%d.%m}" for number, day in rows}


DUE_DATES = "/staff/settings/lending/due-dates"


def branch_id(library):
    return library.branches["ЦБ"].id


def test_due_dates_follow_a_day_that_was_closed_later_and_back(late_closing, library):
    assert due(library) == {"B1": "19.03", "B2": "19.03", "B3": "19.03"}
    assert re.search(
        r"<td>19.03.2026</td><td>2</td><td>20.03.2026</td>", late_closing.get(DUE_DATES).text
    )
    late_closing.post(DUE_DATES, branch=branch_id(library), day="2026-03-19")
    assert due(library) == {"B1": "20.03", "B2": "20.03", "B3": "19.03"}
    text = late_closing.get(DUE_DATES).text
    assert "На закрытые дни ничего не приходится." in text
    [move] = re.findall(r'name="move" value="(\d+)"', text)
    library.desk().take_back("B2")
    late_closing.post(f"{DUE_DATES}/back", move=move)
    assert due(library)["B1"] == "19.03"
    assert due(library)["B2"] == "20.03"  # it came back since
    assert late_closing.post(f"{DUE_DATES}/back", move=move).status_code == 409


def test_who_closes_a_day_is_told_of_loans_that_are_due_on_it(late_closing, library):
    address = "/staff/settings/branch/ЦБ"
    assert "Выдач со сроком возврата в закрытые дни: 2." in late_closing.get(address).text
    late_closing.post(DUE_DATES, branch=branch_id(library), day="2026-03-19")
    assert "Выдач со сроком возврата" not in late_closing.get(address).text


def test_nothing_is_moved_from_a_day_that_works_again(late_closing, library):
    late_closing.post("/staff/settings/branch/ЦБ", form="open", day="2026-03-19")
    answer = late_closing.post(DUE_DATES, branch=branch_id(library), day="2026-03-19")
    assert (answer.status_code, due(library)["B1"]) == (409, "19.03")


def test_a_loan_renewed_since_keeps_its_day(late_closing, library, desk):
    late_closing.post(DUE_DATES, branch=branch_id(library), day="2026-03-19")
    library.wait(days=5)
    desk.renew(desk.issue("R1", "B1"))
    renewed = due(library)["B1"]
    [move] = re.findall(r'name="move" value="(\d+)"', late_closing.get(DUE_DATES).text)
    late_closing.post(f"{DUE_DATES}/back", move=move)
    assert due(library) == {"B1": renewed, "B2": "19.03", "B3": "19.03"}
