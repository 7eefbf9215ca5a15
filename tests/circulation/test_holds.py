"""S4–S9: holds, the hold shelf, copies between branches, lost and found, group copies."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from ils import db
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.desk.answers import NotSoMany
from ils.circulation.holds import actions as holds
from ils.circulation.holds.actions import AlreadyHeld, HasIt, NothingToWaitFor, TooManyHolds
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import LoanRefused, RenewalRefused
from ils.holdings.items.rules import ItemUnavailable
from ils.ledger import CannotUndo, Channel, Entry, ServicePlace
from ils.organisation.audit.models import AuditEntry


def test_a_hold_by_telephone_is_a_remote_visit(library):
    library.reader("R1")
    library.copy("B1")
    replace(library.desk(), channel=Channel.PHONE).wait_for("R1", "B1")
    assert (library.count("visit"), library.count("remote_visit")) == (1, 1)
    library.check()


def test_s6a_a_returned_copy_goes_to_the_reader_who_waits(stocked, desk):
    desk.issue("R1", "B1")
    desk.wait_for("R2", "B1")
    stocked.wait(minutes=1)

    answer = desk.take_back("B1")
    assert (answer.situation, answer.level, answer.hold.patron.card) == (
        "to_hold_shelf",
        "warning",
        "R2",
    )
    assert answer.hold.shelf_until == date(2026, 3, 9)
    assert stocked.state("B1") == ("on_hold_shelf", "ЦБ")
    assert desk.take_back("B1").situation == "to_hold_shelf"  # scanned again: it says for whom

    lent = desk.issue("R2", "B1")
    assert (lent.situation, stocked.holds()) == ("hold_and_loan", ["filled"])
    assert [stocked.count(k) for k in ("hold_placed", "hold_filled", "loan")] == [1, 1, 2]


def test_s4_is_undone_and_the_copy_stands_on_the_hold_shelf_again(stocked, desk):
    desk.wait_for("R2", "B1")
    desk.take_back("B1")
    lent = desk.issue("R2", "B1")

    desk.undo(lent.act)
    assert (stocked.holds(), stocked.state("B1")[0]) == (["on_shelf"], "on_hold_shelf")
    assert stocked.count("hold_filled") == 0
    stocked.wait(minutes=1)
    assert desk.issue("R2", "B1").situation == "hold_and_loan"


def test_s5_a_copy_that_waits_for_another_is_refused(stocked, desk):
    desk.wait_for("R2", "B1")
    desk.take_back("B1")

    with pytest.raises(LoanRefused) as refused:
        desk.issue("R1", "B1")
    assert [p.code for p in refused.value.problems] == ["held_for_another"]

    desk.override = Override(frozenset({"held_for_another"}), "для экзамена")
    answer = desk.scan("B1")
    assert (answer.situation, answer.level, stocked.holds()) == ("loan", "warning", ["waiting"])
    with db.reading(stocked.sessions) as session:
        (told,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.override"))
    assert told.changes["problems"] == ["held_for_another"]
    assert told.changes["reason"] == "для экзамена"
    desk.undo(answer.act)
    assert (stocked.holds(), stocked.state("B1")[0]) == (["on_shelf"], "on_hold_shelf")


def test_s5_a_copy_on_the_open_shelf_is_lent_while_another_is_left(stocked, desk):
    stocked.copy("B3")
    with db.transaction(stocked.sessions) as session:  # two copies of one record
        one, other = session.scalars(
            select(answers.Item).where(answers.Item.inventory_number.in_(["B1", "B3"]))
        )
        other.record_id = one.record_id
    desk.wait_for("R2", "B1")

    assert desk.issue("R1", "B1").situation == "loan"
    stocked.reader("R3")
    with pytest.raises(LoanRefused):
        desk.issue("R3", "B3")


def test_s6b_a_copy_travels_to_the_branch_where_the_reader_waits(stocked, desk):
    there = stocked.desk("Ф1")
    there.wait_for("R2", "B1")

    answer = desk.take_back("B1")
    branch = stocked.branches["Ф1"].id
    assert (answer.situation, answer.to_branch_id, answer.hold.patron.card) == (
        "into_transit",
        branch,
        "R2",
    )
    assert desk.take_back("B1").situation == "bound_elsewhere"
    with pytest.raises(LoanRefused) as refused:
        desk.issue("R1", "B1")
    assert {p.code for p in refused.value.problems} == {"held_for_another", "in_transit"}

    assert there.take_back("B1").situation == "to_hold_shelf"
    assert stocked.state("B1") == ("on_hold_shelf", "Ф1")
    assert there.issue("R2", "B1").situation == "hold_and_loan"
    stocked.wait(minutes=1)
    home = there.take_back("B1")
    assert (home.situation, home.hold) == ("into_transit", None)
    assert desk.take_back("B1").situation == "received"
    assert stocked.state("B1") == ("available", "ЦБ")


def test_a_return_that_sent_a_copy_on_is_undone(stocked, desk):
    there = stocked.desk("Ф1")
    there.issue("R1", "B1")
    stocked.wait(minutes=1)
    sent = there.take_back("B1")

    answer = there.undo(sent.act)
    assert (answer.situation, stocked.state("B1")) == ("undo", ("on_loan", "Ф1"))
    desk.wait_for("R2", "B1")
    stocked.wait(minutes=1)
    shelved = desk.take_back("B1")
    desk.undo(shelved.act)
    assert (stocked.holds(), stocked.state("B1")[0]) == (["waiting"], "on_loan")


def test_foreign_copies_stay_where_the_library_wants_it(stocked):
    rules = stocked.config.circulation.changed(floating=True)
    stocked.config = replace(stocked.config, circulation=rules)
    there = stocked.desk("Ф1")
    there.issue("R1", "B1")
    stocked.wait(minutes=1)
    assert there.take_back("B1").situation == "return"
    assert stocked.state("B1") == ("available", "Ф1")


def test_a_hold_on_one_copy_is_not_filled_by_another(stocked, desk):
    stocked.copy("B3")
    with db.transaction(stocked.sessions) as session:
        one, other = session.scalars(
            select(answers.Item).where(answers.Item.inventory_number.in_(["B1", "B3"]))
        )
        other.record_id = one.record_id
    desk.wait_for("R2", "B3", only=True)
    assert desk.take_back("B1").situation == "on_shelf"
    assert desk.take_back("B3").situation == "to_hold_shelf"


def test_what_cannot_be_waited_for(stocked, desk):
    stocked.rule(category="student", max_holds=1)
    desk.issue("R1", "B1")
    with pytest.raises(HasIt):
        desk.wait_for("R1", "B1")
    desk.wait_for("R2", "B1")
    with pytest.raises(AlreadyHeld):
        desk.wait_for("R2", "B1")
    with pytest.raises(TooManyHolds):
        desk.wait_for("R2", "B2")
    stocked.copy("B9", status="lost")
    with pytest.raises(NothingToWaitFor):
        desk.wait_for("R1", "B9")
    assert stocked.count("hold_placed") == 1


def test_a_hold_that_is_cancelled_or_not_picked_up_frees_its_copy(stocked, desk):
    first = desk.wait_for("R1", "B1")
    desk.wait_for("R2", "B1")
    desk.take_back("B1")

    copy = desk.do(lambda d: holds.cancel_hold(d, d.session.get(Hold, first.id)))
    assert (copy.number, stocked.holds()) == ("B1", ["cancelled", "waiting"])
    assert desk.take_back("B1").hold.patron.card == "R2"
    stocked.wait(days=5)
    assert desk.do(holds.expire_holds) == []
    stocked.wait(days=1)
    (copy,) = desk.do(holds.expire_holds)
    assert (copy.number, stocked.holds()) == ("B1", ["cancelled", "expired"])
    assert desk.take_back("B1").situation == "on_shelf"
    assert [stocked.count(k) for k in ("hold_cancelled", "hold_expired")] == [1, 1]


def test_s9_a_missing_copy_is_found_and_goes_on(stocked, desk):
    shelf = desk.take_back("B1")
    desk.do(answers.declare_lost, item_id=shelf.item.id)
    assert stocked.state("B1")[0] == "missing"

    answer = desk.take_back("B1")
    assert (answer.situation, stocked.state("B1")[0]) == ("found", "available")
    desk.undo(answer.act)
    assert stocked.state("B1")[0] == "missing"
    lent = desk.issue("R1", "B1")
    assert (lent.situation, stocked.count("found")) == ("loan", 1)
    desk.undo(lent.act)
    assert (stocked.state("B1")[0], stocked.count("found")) == ("missing", 0)


def test_a_copy_lost_by_its_reader_ends_the_loan_and_counts_no_return(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(minutes=1)
    asked = desk.scan("B1")
    lost = desk.do(answers.declare_lost, item_id=asked.item.id)
    assert (lost.patron.card, stocked.kinds()) == ("R1", ["loan", "lost"])
    with db.reading(stocked.sessions) as session:
        assert session.scalars(select(Loan.ended_by)).one() == "lost"

    desk.undo(lost.act)
    assert stocked.state("B1")[0] == "on_loan"
    desk.do(answers.declare_lost, item_id=asked.item.id)
    desk.close()
    assert desk.take_back("B1").situation == "found"
    assert stocked.count("return") == 0


def test_a_renewal_is_refused_while_somebody_waits(stocked, desk):
    lent = desk.issue("R1", "B1")
    desk.wait_for("R2", "B1")
    with pytest.raises(RenewalRefused) as refused:
        desk.renew(lent)
    assert [p.code for p in refused.value.problems] == ["held_for_another"]


def test_renewals_by_phone_are_limited_and_are_remote_visits(stocked, desk):
    stocked.rule(max_unseen_renewals=1)
    lent = desk.issue("R1", "B1")
    stocked.wait(days=1)
    desk.channel = Channel.PHONE
    done = desk.renew(lent)
    assert [stocked.count(k) for k in ("visit", "remote_visit", "renewal")] == [2, 1, 1]
    with pytest.raises(RenewalRefused):
        desk.renew(lent)
    desk.channel = Channel.DESK  # undone at the desk, it was by phone all the same
    desk.undo(done.act)
    assert stocked.count("remote_visit") == 0
    with db.reading(stocked.sessions) as session:
        sums = select(Entry.channel, func.sum(Entry.count)).where(Entry.kind == "renewal")
        assert session.execute(sums.group_by(Entry.channel)).all() == [("phone", 0)]


def test_everything_is_renewed_that_may_be_and_the_rest_is_named(stocked, desk):
    desk.issue("R1", "B1")
    desk.scan("B2")
    desk.wait_for("R2", "B2")
    stocked.wait(days=2)
    request = uuid4()
    for _ in range(2):  # a repeated request counts once
        answer = desk.do(answers.renew_all, request, patron_id=desk.patron)
        assert [loan.item.number for loan in answer.loans] == ["B1"]
        assert [loan.item.number for loan, _ in answer.refused] == ["B2"]
    assert stocked.count("renewal") == 1


def test_the_book_drop_is_dated_back_and_is_no_visit(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=16)
    desk.returned_on = date(2026, 3, 18)
    answer = desk.take_back("B1")
    assert (answer.situation, answer.late) == ("return", False)
    with db.reading(stocked.sessions) as session:
        (entry,) = session.scalars(select(Entry).where(Entry.kind == "return"))
    assert (entry.day, entry.detail) == (date(2026, 3, 18), "book_drop")
    assert stocked.count("visit") == 2  # both readers, when they registered
    desk.undo(answer.act)
    assert stocked.kinds() == ["loan", "return", "-return"]


@pytest.mark.parametrize("day", [date(2026, 3, 3), date(2026, 1, 1), date(2026, 4, 9)])
def test_a_day_that_cannot_be_is_refused(stocked, desk, day):
    desk.issue("R1", "B1")
    stocked.wait(days=16)
    desk.returned_on = day
    with pytest.raises(answers.Invalid):
        desk.take_back("B1")
    assert stocked.kinds() == ["loan"]


def test_the_reading_room_lends_for_the_day(stocked, desk):
    stocked.rule(material="book", lending="reading_room")
    with pytest.raises(LoanRefused):
        desk.issue("R1", "B1")
    desk.place = ServicePlace.READING_ROOM
    answer = desk.scan("B1")
    assert answer.loan.due == date(2026, 3, 4)
    with db.reading(stocked.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.kind == "loan")).one()
    assert entry.place == "reading_room"


def test_copies_of_a_group_are_lent_and_returned_by_count(stocked, desk):
    item = stocked.group("G1", 5)
    desk.scan("R1")
    asked = desk.scan("G1")
    assert (asked.situation, asked.loans) == ("group", [])
    first = desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=3)
    assert (first.situation, first.held, stocked.count("loan")) == ("loan", 3, 3)
    with pytest.raises(NotSoMany):
        desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=3)
    desk.close()
    desk.scan("R2")
    second = desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=2)

    desk.close()
    (one, two) = desk.scan("G1").loans
    back = desk.do(answers.return_group, loan_id=one.id, copies=2)
    assert (stocked.count("return"), desk.scan("G1").loans[0].quantity_out) == (2, 1)
    with pytest.raises(NotSoMany):
        desk.do(answers.return_group, loan_id=one.id, copies=2)
    stocked.check()
    desk.undo(second.act)
    desk.do(answers.return_group, loan_id=one.id, copies=1)
    assert desk.scan("G1").loans == []
    assert (two.id, stocked.state("G1")[0]) == (second.loan.id, "available")
    assert back.former.card == "R1"


def test_a_reader_with_a_copy_on_the_shelf_takes_another_one(stocked, desk):
    stocked.copy("B3")
    with db.transaction(stocked.sessions) as session:
        one, other = session.scalars(
            select(answers.Item).where(answers.Item.inventory_number.in_(["B1", "B3"]))
        )
        other.record_id = one.record_id
    desk.wait_for("R2", "B1")
    desk.take_back("B1")
    assert desk.issue("R2", "B3").situation == "hold_and_loan"
    assert stocked.state("B1")[0] == "available"


def test_undoing_a_book_drop_return_leaves_todays_visit(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=3)
    desk.issue("R1", "B2")
    visits = stocked.count("visit")
    drop = stocked.desk()
    drop.returned_on = date(2026, 3, 6)
    answer = drop.take_back("B1")
    desk.undo(answer.act)
    assert stocked.count("visit") == visits


def test_a_hold_cancelled_on_its_way_lets_the_copy_arrive(stocked, desk):
    there = stocked.desk("Ф1")
    hold = there.wait_for("R2", "B1")
    desk.take_back("B1")
    copy = there.do(lambda d: holds.cancel_hold(d, d.session.get(Hold, hold.id)))
    assert (copy, stocked.state("B1")) == (None, ("in_transit", "ЦБ"))
    assert there.take_back("B1").situation == "into_transit"  # it came, nobody waits: home
    assert desk.take_back("B1").situation == "received"


def test_a_return_cannot_be_undone_once_another_branch_has_the_copy(stocked, desk):
    there = stocked.desk("Ф1")
    desk.issue("R1", "B1")
    there.wait_for("R2", "B1")
    stocked.wait(minutes=1)
    sent = desk.take_back("B1")
    assert there.take_back("B1").situation == "to_hold_shelf"
    with pytest.raises(CannotUndo):
        desk.undo(sent.act)
    assert stocked.holds() == ["on_shelf"]


def test_a_group_is_neither_lost_as_a_whole_nor_lent_when_withdrawn(stocked, desk):
    item = stocked.group("G1", 5)
    desk.scan("R1")
    desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=2)
    with pytest.raises(ItemUnavailable):
        desk.do(answers.declare_lost, item_id=item)
    with db.transaction(stocked.sessions) as session:
        session.get(answers.Item, item).status = "withdrawn"
    with pytest.raises(ItemUnavailable):
        desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=1)
    with db.transaction(stocked.sessions) as session:
        session.get(answers.Item, item).status = "available"


def test_group_copies_in_the_book_drop_are_dated_back_too(stocked, desk):
    item = stocked.group("G1", 5)
    desk.scan("R1")
    lent = desk.do(answers.lend_group, patron_id=desk.patron, item_id=item, copies=2)
    stocked.wait(days=4)
    visits = stocked.count("visit")
    desk.returned_on = date(2026, 3, 6)
    desk.do(answers.return_group, loan_id=lent.loan.id, copies=2)
    with db.reading(stocked.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.kind == "return")).one()
    assert (entry.day, entry.detail, entry.count) == (date(2026, 3, 6), "book_drop", 2)
    assert stocked.count("visit") == visits
