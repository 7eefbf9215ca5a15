"""Undoing acts, and the visits they made."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from readers import post
from sqlalchemy import select

from ils import db, ledger
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.desk.undo import UndoRefused
from ils.circulation.holds.actions import cancel_hold
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.circulation.readers.actions import (
    ReaderWasServed,
    UnknownRegistration,
    take_back_registration,
)
from ils.ledger import AlreadyReversed, CannotUndo, Entry, UnknownAct
from ils.organisation.audit.models import AuditEntry
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron


def test_a_visit_is_the_first_service_of_a_day_at_a_branch(stocked, desk):
    before = stocked.count("visit")  # two readers registered today
    desk.issue("R1", "B1")
    desk.issue("R1", "B2")
    assert stocked.count("visit") == before

    stocked.wait(days=1)
    desk.take_back("B1")
    desk.take_back("B2")
    assert stocked.count("visit") == before + 1

    stocked.desk("Ф1").issue("R1", "B1")
    assert stocked.count("visit") == before + 2


def test_a_return_brought_by_another_reader_is_no_visit_of_the_first(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=1)
    before = stocked.count("visit")

    desk.issue("R2", "B1")

    assert stocked.count("visit") == before + 1


def test_undo_of_a_loan_leaves_the_copy_on_the_shelf_and_no_visit(stocked, desk):
    stocked.wait(days=1)
    before = stocked.count("visit")
    answer = desk.issue("R1", "B1")

    desk.undo(answer.act)

    assert stocked.kinds() == ["loan", "-loan"]
    assert stocked.status("B1") == "available"
    assert stocked.count("visit") == before
    assert desk.issue("R1", "B1").situation == "loan"
    assert stocked.count("visit") == before + 1


def test_undo_keeps_the_visit_when_another_service_stands(stocked, desk):
    stocked.wait(days=1)
    before = stocked.count("visit")
    desk.issue("R1", "B2")
    answer = desk.issue("R1", "B1")

    desk.undo(answer.act)

    assert stocked.count("visit") == before + 1


def test_undo_of_a_return_gives_the_loan_back(stocked, desk):
    loan = desk.issue("R1", "B1").loan
    returned = desk.take_back("B1")

    desk.undo(returned.act)

    assert stocked.kinds() == ["loan", "return", "-return"]
    assert desk.take_back("B1").loan.id == loan.id


def test_undo_of_s3_gives_the_copy_back_to_the_first_reader(stocked, desk):
    first = desk.issue("R1", "B1").loan
    stocked.wait(minutes=1)
    answer = desk.issue("R2", "B1")

    desk.undo(answer.act)

    assert stocked.kinds() == ["loan", "return", "loan", "-return", "-loan"]
    assert desk.take_back("B1").loan.id == first.id


def test_undo_of_a_renewal_restores_the_day(stocked, desk):
    answer = desk.issue("R1", "B1")
    stocked.wait(days=1)
    renewed = desk.renew(answer)

    assert desk.undo(renewed.act).loan.due == date(2026, 3, 19)


def test_only_the_last_act_on_a_copy_can_be_undone(stocked, desk):
    loan = desk.issue("R1", "B1")
    returned = desk.take_back("B1")

    with pytest.raises(CannotUndo):
        desk.undo(loan.act)
    desk.undo(returned.act)
    desk.undo(loan.act)
    with pytest.raises(AlreadyReversed):
        desk.undo(loan.act)
    assert stocked.kinds() == ["loan", "return", "-return", "-loan"]


def entry_of(library, kind, *, reversal=False):
    with db.reading(library.sessions) as session:
        query = select(Entry).where(Entry.kind == kind).order_by(Entry.id)
        return [e for e in session.scalars(query) if (e.reverses_id is not None) is reversal][-1]


@pytest.mark.parametrize("where", ["ЦБ", "Ф1"])
@pytest.mark.parametrize("days", [0, 1, 40])
def test_what_is_not_ones_own_of_today_is_undone_with_right_and_reason(stocked, desk, where, days):
    """By an entry dated as what it takes back, whoever and whenever does it."""
    stocked.wait(days=1)
    before = stocked.count("visit")
    answer = desk.issue("R1", "B1")
    stocked.wait(days=days)
    there, own = stocked.desk(where), (where, days) == ("ЦБ", 0)
    if not own:
        with pytest.raises(UndoRefused) as refused:
            there.undo(answer.act)
        assert [p.code for p in refused.value.problems] == ["not_own_act"]
        there.override = Override(frozenset({"not_own_act"}), "не той читательнице")
    there.undo(answer.act)
    lent, undone = entry_of(stocked, "loan"), entry_of(stocked, "loan", reversal=True)
    assert (undone.day, undone.branch_id, undone.count) == (lent.day, lent.branch_id, -1)
    assert (stocked.count("loan"), stocked.count("visit")) == (0, before)
    assert stocked.state("B1") == ("available", "ЦБ")
    with db.reading(stocked.sessions) as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "act.undone")).all()
    assert [one.changes["reason"] for one in told] == ([] if own else ["не той читательнице"])


def this_year(card):
    """Take back the registration of this year of a reader."""

    def work(here):
        patron = here.session.scalars(select(Patron).where(Patron.card == card)).one()
        take_back_registration(here, patron, here.origin.day.year)

    return work


def test_a_registration_is_taken_back_with_its_visit(stocked, desk):
    reader = stocked.reader("R3")
    assert (stocked.count("registration"), stocked.count("visit")) == (3, 3)
    desk.do(this_year("R3"))
    assert (stocked.count("registration"), stocked.count("visit")) == (2, 2)
    with db.reading(stocked.sessions) as session:
        assert patron_queries.patron_year(session, reader, stocked.origin().day.year) is None
    with pytest.raises(UnknownRegistration):
        desk.do(this_year("R3"))
    stocked.check()
    stocked.reregister("R3")  # it may be registered again
    assert stocked.count("registration") == 3
    stocked.check()


def test_a_registration_of_another_day_needs_a_right(stocked, desk):
    stocked.wait(days=3)
    with pytest.raises(UndoRefused):
        desk.do(this_year("R1"))
    desk.override = Override(frozenset({"not_own_act"}), "записан дважды")
    desk.do(this_year("R1"))
    undone = entry_of(stocked, "registration", reversal=True)
    assert undone.day == stocked.origin().day - timedelta(days=3)
    assert stocked.count("registration") == 1


def test_a_registration_something_was_lent_on_stays(stocked, desk):
    answer = desk.issue("R1", "B1")
    with pytest.raises(ReaderWasServed):
        desk.do(this_year("R1"))
    desk.undo(answer.act)
    desk.do(this_year("R1"))
    assert stocked.count("registration") == 1
    stocked.check()


def test_a_registration_is_taken_back_on_the_page(stocked, page):
    with db.reading(stocked.sessions) as session:
        reader = session.scalars(select(Patron.id).where(Patron.card == "R1")).one()
    address = f"/staff/patrons/{reader}/registrations/take-back"
    year = stocked.origin().day.year
    asked = post(page, address, year=str(year))  # registered by the command line, months ago
    assert asked.status_code == 409
    assert post(page, address, year=str(year), reason="записан дважды").status_code == 302
    assert stocked.count("registration") == 1


def test_a_loan_of_another_day_is_undone_on_its_page(stocked, desk, page):
    loan = desk.issue("R1", "B1").loan
    shown = page.get(f"/staff/patrons/loans/{loan.id}").text
    sent = dict(re.findall(r'name="(act|allow)" value="([^"]+)"', shown))
    assert post(page, "/desk/undo", **sent, reason="ошибка").status_code == 200
    assert stocked.kinds() == ["loan", "-loan"]


def test_a_repeated_undo_is_one_undo(stocked, desk):
    answer, request = desk.issue("R1", "B1"), uuid4()

    desk.undo(answer.act, request)
    desk.undo(answer.act, request)

    assert stocked.kinds() == ["loan", "-loan"]


def test_a_visit_stands_while_a_service_of_the_reader_stands(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=320)  # January of the next year
    before = stocked.count("visit")
    returned = desk.take_back("B1")
    desk.scan("R1")
    desk.do(answers.reregister, patron_id=desk.patron)

    desk.undo(returned.act)

    assert stocked.count("visit") == before + 1


def test_a_copy_another_reader_brought_keeps_no_visit_alive(stocked, desk):
    desk.issue("R1", "B2")
    stocked.wait(days=1)
    before = stocked.count("visit")
    mistake = desk.issue("R1", "B1")
    desk.issue("R2", "B2")  # R2 brings what R1 has

    desk.undo(mistake.act)

    assert stocked.count("visit") == before + 1


def test_undo_gives_a_copy_back_to_the_hold_shelf_it_was_lent_from(stocked, desk):
    desk.issue("R1", "B1")
    desk.wait_for("R2", "B1")
    stocked.wait(minutes=1)
    held = desk.take_back("B1").hold.shelf_until
    lent = desk.issue("R2", "B1")
    assert (lent.situation, stocked.holds()) == ("hold_and_loan", ["filled"])

    desk.undo(lent.act)

    assert (stocked.holds(), stocked.status("B1")) == (["on_shelf"], "on_hold_shelf")
    assert desk.take_back("B1").hold.shelf_until == held
    assert desk.issue("R2", "B1").situation == "hold_and_loan"


def test_undo_of_a_loan_that_passed_a_hold_over_gives_the_copy_back_to_it(stocked, desk):
    desk.issue("R1", "B1")
    desk.wait_for("R2", "B1")
    stocked.wait(minutes=1)
    desk.take_back("B1")
    desk.override = Override(frozenset({"held_for_another"}), "срочно")
    lent = desk.issue("R1", "B1")
    assert stocked.holds() == ["waiting"]

    desk.undo(lent.act)

    assert (stocked.holds(), stocked.status("B1")) == (["on_shelf"], "on_hold_shelf")


def test_undo_of_a_loan_from_the_way_sends_the_copy_on_again(stocked, desk):
    desk.wait_for("R2", "B1", at="Ф1")
    desk.take_back("B1")
    desk.override = Override(frozenset({"held_for_another", "in_transit"}), "срочно")
    lent = desk.issue("R1", "B1")

    desk.undo(lent.act)

    assert (stocked.holds(), stocked.status("B1")) == (["in_transit"], "in_transit")
    assert stocked.desk("Ф1").take_back("B1").situation == "to_hold_shelf"


def test_renewing_all_is_undone_as_one(stocked, desk):
    due = desk.issue("R1", "B1").loan.due
    desk.issue("R1", "B2")
    stocked.wait(days=2)
    renewed = desk.do(answers.renew_all, patron_id=desk.patron)
    assert [loan.due > due for loan in renewed.loans] == [True, True]

    desk.undo(renewed.act)

    assert stocked.kinds() == ["loan", "loan", "renewal", "renewal", "-renewal", "-renewal"]
    with db.reading(stocked.sessions) as session:
        loans = session.scalars(select(Loan)).all()
    assert [(loan.due, loan.renewals) for loan in loans] == [(due, 0), (due, 0)]


def test_what_changed_since_cannot_be_undone(stocked, desk):
    desk.issue("R1", "B1")
    hold = desk.wait_for("R2", "B1")
    stocked.wait(minutes=1)
    back = desk.take_back("B1")
    desk.do(lambda here: cancel_hold(here, here.session.get(Hold, hold.id)))

    with pytest.raises(CannotUndo):
        desk.undo(back.act)
    assert stocked.kinds() == ["loan", "return"]


def test_a_part_of_an_act_is_not_undone_by_itself(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(minutes=1)
    lent = desk.issue("R2", "B1")

    with pytest.raises(UnknownAct):
        desk.undo(ledger.derived_request_id(lent.act, "return"))
