"""Undoing acts, and the visits they made."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db, ledger
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.holds.actions import cancel_hold
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.ledger import AlreadyReversed, CannotUndo, UnknownAct


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


def test_undo_is_for_today_and_for_ones_own_branch(stocked, desk):
    answer = desk.issue("R1", "B1")

    with pytest.raises(CannotUndo):
        stocked.desk("Ф1").undo(answer.act)
    stocked.wait(days=1)
    with pytest.raises(CannotUndo):
        desk.undo(answer.act)


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
