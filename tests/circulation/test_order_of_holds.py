"""Readers wait in the order of their holds, unless a senior says who comes next."""

import pytest
from readers import post
from sqlalchemy import select

from ils import db
from ils.circulation.holds import queries
from ils.circulation.holds.models import Hold
from ils.organisation.audit.models import AuditEntry
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def waiting(stocked, desk):
    """R1 has the copy; R2, R3 and R4 wait for it, in this order."""
    stocked.reader("R3")
    stocked.reader("R4")
    desk.issue("R1", "B1")
    for card in ("R2", "R3", "R4"):
        stocked.wait(minutes=1)
        desk.wait_for(card, "B1")
    return stocked


def hold_of(library, card):
    with db.reading(library.sessions) as session:
        query = select(Hold.id).join(Patron, Patron.id == Hold.patron_id).where(Patron.card == card)
        return session.scalars(query).one()


def places(library):
    with db.reading(library.sessions) as session:
        found = session.scalars(select(Hold)).all()
        return {h.patron.card: queries.place_in_queue(session, h) for h in found}


def senior(library, browser):
    library.account("старший", Role.DESK, Role.SENIOR)
    browser.sign_in("старший")
    return browser


def test_the_next_copy_goes_to_who_was_put_first(waiting, desk, browser):
    page = senior(waiting, browser)
    assert post(page, f"/desk/hold/{hold_of(waiting, 'R4')}/first").status_code == 302
    assert places(waiting) == {"R4": 1, "R2": 2, "R3": 3}
    assert desk.take_back("B1").hold.patron.card == "R4"
    with db.reading(waiting.sessions) as session:
        actions = select(AuditEntry.action).where(AuditEntry.action.startswith("hold."))
        assert session.scalars(actions).all() == ["hold.first"]


def test_who_was_put_first_waits_in_order_again(waiting, desk, browser):
    page = senior(waiting, browser)
    for card in ("R3", "R4"):
        post(page, f"/desk/hold/{hold_of(waiting, card)}/first")
    assert places(waiting) == {"R4": 1, "R3": 2, "R2": 3}
    post(page, f"/desk/hold/{hold_of(waiting, 'R4')}/back")
    assert places(waiting) == {"R3": 1, "R2": 2, "R4": 3}
    assert desk.take_back("B1").hold.patron.card == "R3"


def test_a_copy_that_is_set_aside_goes_to_nobody_else(waiting, desk, browser):
    page = senior(waiting, browser)
    desk.take_back("B1")
    answer = post(page, f"/desk/hold/{hold_of(waiting, 'R2')}/first")
    assert (answer.status_code, 'data-code="hold_not_waiting"' in answer.text) == (409, True)


def test_a_desk_without_that_right_sees_no_such_button(waiting, browser):
    waiting.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    assert "Обслужить следующим" not in browser.get("/desk/holds?list=waiting").text
    assert post(browser, f"/desk/hold/{hold_of(waiting, 'R4')}/first").status_code == 403
