"""Holidays of the country and sanitary days, taken over by a branch for a year."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from ils import db
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
