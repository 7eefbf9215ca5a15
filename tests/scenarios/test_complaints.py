"""What users of other systems complain of must not happen here."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.desk.rules import EmptyScan, UnknownCode
from ils.circulation.holds.actions import AlreadyHeld
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import LoanRefused, RenewalRefused
from ils.codes.rules import CodeTaken
from ils.ledger import Entry


@pytest.fixture
def shelf(library):
    """Twenty copies, three readers."""
    for number in range(20):
        library.copy(f"B{number:02}", title=f"Книга {number}")
    for card in ("R1", "R2", "R3"):
        library.reader(card)
    return library


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)).all()


def test_the_sixteenth_barcode_in_a_row_is_like_the_first(shelf, desk):
    shelf.rule(max_loans=100)
    desk.scan("R1")
    assert [desk.scan(f"B{n:02}").situation for n in range(20)] == ["loan"] * 20


def test_a_card_cannot_be_the_number_of_a_copy(shelf):
    with pytest.raises(CodeTaken):
        shelf.reader("B01")


@pytest.mark.parametrize("code", ["0", "00", "-", "'", "%", "\x00"])
def test_an_odd_code_gets_a_friendly_answer(shelf, desk, code):
    with pytest.raises((UnknownCode, EmptyScan)):
        desk.scan(code)
    shelf.copy("0")
    assert desk.take_back("0").situation == "on_shelf"


def test_after_an_error_the_next_scan_works(shelf, desk):
    with pytest.raises(UnknownCode):
        desk.scan("нет такого")
    assert desk.issue("R1", "B00").situation == "loan"


def test_every_scan_is_kept_at_once_and_none_waits_for_the_end_of_a_session(shelf, desk):
    desk.issue("R1", "B00")
    with db.reading(shelf.sessions) as session:
        assert session.scalars(select(Loan.ended_at)).all() == [None]


def test_letting_one_problem_pass_lets_no_other_pass(shelf, desk):
    shelf.rule(max_loans=1)
    desk.issue("R1", "B00")
    desk.wait_for("R2", "B01")
    desk.take_back("B01")
    desk.override = Override(frozenset({"loan_limit"}), "к экзамену")
    with pytest.raises(LoanRefused) as refused:
        desk.issue("R1", "B01")
    assert {p.code for p in refused.value.problems} == {"loan_limit", "held_for_another"}
    desk.override = Override(frozenset({"loan_limit", "held_for_another"}), "к экзамену")
    assert desk.scan("B01").situation == "loan"


def test_too_many_says_how_many_of_how_many(shelf, desk):
    shelf.rule(material="book", max_loans=2)
    for n in range(2):
        desk.issue("R1", f"B{n:02}")
    with pytest.raises(LoanRefused) as refused:
        desk.scan("B02")
    told = {p.code: dict(p.facts) for p in refused.value.problems}
    assert told == {"material_limit": {"held": 2, "limit": 2}}


def test_no_loan_length_is_hidden_in_the_program(shelf, desk):
    shelf.rule(loan_days=7)
    assert desk.issue("R1", "B00").loan.due == date(2026, 3, 11)


def test_a_loss_is_no_return(shelf, desk):
    answer = desk.issue("R1", "B00")
    desk.do(answers.declare_lost, item_id=answer.item.id)
    assert [shelf.count(k) for k in ("loan", "lost", "return")] == [1, 1, 0]


def test_a_renewal_is_a_renewal_and_no_second_loan(shelf, desk):
    lent = desk.issue("R1", "B00")
    with pytest.raises(RenewalRefused):  # the same day it would add nothing, and cost one
        desk.renew(lent)
    shelf.wait(days=1)
    desk.renew(lent)
    assert [shelf.count(k) for k in ("loan", "renewal")] == [1, 1]


def test_reading_in_the_library_is_counted_once(shelf, desk):
    answer = desk.take_back("B00")
    request = uuid4()
    for _ in range(3):
        desk.do(answers.in_house, request, item_id=answer.item.id)
    assert shelf.count("in_house_use") == 1


def test_a_copy_that_is_not_on_loan_is_no_error_at_the_return(shelf, desk):
    assert desk.take_back("B00").situation == "on_shelf"


def test_what_a_hold_is_about_changes_with_the_loan(shelf, desk):
    desk.wait_for("R2", "B00")
    desk.take_back("B00")
    desk.override = Override(frozenset({"held_for_another"}), "нужнее")
    desk.issue("R1", "B00")
    assert shelf.holds() == ["waiting"]  # nobody looks for the copy on the hold shelf
    with db.reading(shelf.sessions) as session:
        assert session.scalars(select(Hold.item_id)).all() == [None]


def test_a_hold_this_copy_cannot_fill_does_not_stop_its_renewal(shelf, desk):
    with db.transaction(shelf.sessions) as session:
        items = session.scalars(
            select(answers.Item).where(answers.Item.inventory_number.in_(["B00", "B01"]))
        ).all()
        items[1].record_id = items[0].record_id
    lent = desk.issue("R1", "B00")
    desk.issue("R3", "B01")
    desk.wait_for("R2", "B01", only=True)
    shelf.wait(days=1)
    assert desk.renew(lent).situation == "renewal"
    with pytest.raises(AlreadyHeld):
        desk.wait_for("R2", "B00")


def test_a_reader_takes_the_copy_that_waits_for_that_reader(shelf, desk):
    desk.wait_for("R2", "B00")
    desk.take_back("B00")
    assert desk.issue("R2", "B00").situation == "hold_and_loan"


def test_each_act_has_the_branch_that_did_it(shelf):
    there = shelf.desk("Ф1")
    there.wait_for("R2", "B00", at="ЦБ")
    there.issue("R1", "B01")
    placed, lent = entries(shelf, "hold_placed")[0], entries(shelf, "loan")[0]
    here = shelf.branches["Ф1"].id
    assert (placed.branch_id, lent.branch_id) == (here, here)


def test_a_renewal_refused_changes_nothing(shelf, desk):
    shelf.rule(max_renewals=0)
    lent = desk.issue("R1", "B00")
    with pytest.raises(RenewalRefused):
        desk.renew(lent)
    with db.reading(shelf.sessions) as session:
        assert session.scalars(select(Loan.due)).one() == lent.loan.due
