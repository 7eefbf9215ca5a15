"""N copies count as N, whatever is done with them; rights of a loan hold for its renewal."""

from datetime import timedelta

import pytest
from readers import post
from sqlalchemy import select

from ils import db
from ils.circulation.desk import answers
from ils.circulation.desk.answers import NotSoMany
from ils.circulation.holds.actions import HoldBlocked
from ils.circulation.holds.models import Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import LoanRefused, RenewalRefused
from ils.ledger import ServicePlace
from ils.patrons import actions as patron_actions
from ils.patrons.models import Patron


@pytest.fixture
def brochures(stocked, desk):
    """A reader with five brochures of a group of ten."""
    item = stocked.group("G1", 10)
    reader = stocked.reader("R3")
    return desk.do(answers.lend_group, patron_id=reader, item_id=item, copies=5)


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def block(library, card, reason="долг"):
    with db.transaction(library.sessions) as session:
        patron = session.scalars(select(Patron).where(Patron.card == card)).one()
        patron_actions.block_patron(session, library.origin(), patron, reason=reason, until=None)


def test_a_renewal_counts_the_copies_that_are_still_out(stocked, desk, brochures):
    stocked.rule(renewal_days=20)
    desk.do(answers.return_group, loan_id=brochures.loan.id, copies=1)
    desk.renew(brochures)
    assert stocked.count("renewal") == 4
    stocked.check()


def test_the_copies_of_a_group_a_reader_lost_are_counted_and_are_not_lent_again(
    stocked, desk, brochures
):
    desk.do(answers.return_group, loan_id=brochures.loan.id, copies=2)
    lost = desk.do(answers.lose_group, loan_id=brochures.loan.id)
    assert (lost.copies, stocked.count("lost")) == (3, 3)
    with db.reading(stocked.sessions) as session:
        assert loan_queries.copies_out(session, lost.item.id) == 3
        assert (
            loan_queries.patron_status(session, brochures.patron.id, stocked.origin().day).held == 0
        )
    with pytest.raises(NotSoMany):
        desk.do(answers.lose_group, loan_id=brochures.loan.id)
    with pytest.raises(NotSoMany):
        desk.do(answers.lend_group, patron_id=brochures.patron.id, item_id=lost.item.id, copies=8)
    desk.undo(lost.act)
    assert stocked.count("lost") == 0
    with db.reading(stocked.sessions) as session:
        assert loan_queries.copies_out(session, lost.item.id) == 3
    stocked.check()


def test_a_blocked_or_unregistered_reader_renews_no_more_than_borrows(stocked, desk):
    stocked.rule(renewal_days=20)
    lent = desk.issue("R1", "B1")
    block(stocked, "R1")
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(lent)
    assert codes(refused) == ["blocked"]
    answer = desk.do(answers.renew_all, patron_id=desk.patron)
    assert [p.code for _, error in answer.refused for p in error.problems] == ["blocked"]
    stocked.wait(days=365)
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(lent)
    assert codes(refused) == ["not_registered", "blocked"]


def test_a_reading_room_loan_stays_of_its_day(stocked, desk):
    stocked.rule(renewal_days=20)
    desk.place = ServicePlace.READING_ROOM
    lent = desk.issue("R1", "B1")
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(lent)
    assert codes(refused) == ["nothing_gained"]


def test_what_is_read_in_the_room_only_is_not_renewed_at_home(stocked, desk):
    stocked.rule(renewal_days=20)
    lent = desk.issue("R1", "B1")
    stocked.rule(material="book", lending="reading_room")
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(lent)
    assert codes(refused) == ["not_for_loan"]


def test_the_limit_is_of_what_leaves_the_library(stocked, desk):
    stocked.rule(max_loans=1)
    desk.issue("R1", "B1")
    desk.place = ServicePlace.READING_ROOM
    lent = desk.scan("B2")
    assert (lent.situation, lent.held, lent.limit) == ("loan", 1, 1)
    desk.place = ServicePlace.HOME
    desk.take_back("B1")
    stocked.wait(minutes=1)
    assert desk.issue("R1", "B1").held == 1  # the one in the room is no copy away
    stocked.copy("B3")
    with pytest.raises(LoanRefused) as refused:
        desk.scan("B3")
    assert codes(refused) == ["loan_limit"]


def test_a_blocked_reader_waits_only_if_staff_say_so(stocked, desk, page):
    desk.issue("R2", "B1")
    block(stocked, "R1")
    with pytest.raises(HoldBlocked):
        desk.wait_for("R1", "B1")
    form = {"card": "R1", "code": "B1", "branch": "ЦБ"}
    asked = post(page, "/desk/hold/new", **form)
    assert (asked.status_code, 'name="although_blocked"' in asked.text) == (409, True)
    assert post(page, "/desk/hold/new", **form, although_blocked="1").status_code == 302
    with db.reading(stocked.sessions) as session:
        assert len(session.scalars(select(Hold)).all()) == 1


def test_an_overdue_group_is_overdue_by_its_copies(stocked, desk, brochures):
    stocked.wait(days=40)
    with db.reading(stocked.sessions) as session:
        day = stocked.origin().day
        standing = loan_queries.patron_status(session, brochures.patron.id, day)
    assert (standing.overdue, timedelta(days=40) > timedelta(0)) == (5, True)
