"""Undoing acts, and the visits they made."""

from datetime import date
from uuid import uuid4

import pytest

from ils.circulation.desk import answers
from ils.circulation.desk.rules import CannotUndo
from ils.ledger import AlreadyReversed


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
