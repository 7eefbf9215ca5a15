"""What a planted fault of the desk, of groups, boxes and the queue would change."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.boxes import actions as boxes
from ils.circulation.boxes import queries as box_queries
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.desk.answers import NotSoMany
from ils.circulation.holds import actions as hold_actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import LoanRefused, RenewalRefused
from ils.circulation.transit.models import Transit
from ils.holdings.items.models import Item
from ils.holdings.items.rules import ItemUnavailable
from ils.ledger import Act, Channel
from ils.organisation.audit.models import AuditEntry
from ils.organisation.branches import actions as branch_actions
from ils.patrons import actions as patron_actions
from ils.patrons.models import Patron

OVERRIDES = select(AuditEntry).where(AuditEntry.action == "loan.override")


def standing(library, reader, **grace):
    with db.reading(library.sessions) as session:
        return loan_queries.patron_status(session, reader, library.origin().day, **grace)


def test_what_came_back_of_a_group_is_no_longer_in_the_readers_hands(stocked, desk):
    item = stocked.group("G1", 5)
    reader = stocked.reader("R3")
    lent = desk.do(answers.lend_group, patron_id=reader, item_id=item, copies=3)
    desk.do(answers.return_group, loan_id=lent.loan.id, copies=1)
    assert standing(stocked, reader).held == 2
    with db.reading(stocked.sessions) as session:
        status = loan_queries.patron_status(session, reader, stocked.origin().day, material="book")
        assert (status.of_material, status.away) == (2, 2)
        assert loan_queries.copies_out(session, item) == 2


@pytest.mark.parametrize("copies", [0, -1, 3])
def test_as_many_of_a_group_are_lent_as_there_are(stocked, desk, copies):
    item = stocked.group("G1", 2)
    reader = stocked.reader("R3")
    with pytest.raises(NotSoMany):
        desk.do(answers.lend_group, patron_id=reader, item_id=item, copies=copies)
    assert desk.do(answers.lend_group, patron_id=reader, item_id=item, copies=2).loan.copies == 2


def test_days_of_grace_keep_a_late_copy_from_being_called_overdue(stocked, desk):
    desk.issue("R1", "B1")
    reader = desk.patron
    stocked.wait(days=16)  # a day late
    assert (standing(stocked, reader).overdue, standing(stocked, reader, grace_days=1).overdue) == (
        1,
        0,
    )


def test_a_copy_that_is_lost_is_not_renewed(stocked, desk):
    lent = desk.issue("R1", "B1")
    stocked.wait(days=1)
    desk.do(answers.declare_lost, item_id=lent.item.id)
    with pytest.raises((ItemUnavailable, RenewalRefused)):
        desk.renew(lent)


def test_an_override_is_written_down_only_where_something_was_let_pass(stocked, desk):
    for number in range(11):
        stocked.copy(f"L{number:02}")
    desk.override = Override(frozenset({"loan_limit"}), "директор разрешил")
    for number in range(10):
        desk.issue("R1", f"L{number:02}")
    with db.reading(stocked.sessions) as session:
        assert session.scalars(OVERRIDES).all() == []
    desk.issue("R1", "L10")
    with db.reading(stocked.sessions) as session:
        (entry,) = session.scalars(OVERRIDES).all()
    assert entry.subject == "L10"
    assert entry.changes == {"problems": ["loan_limit"], "reason": "директор разрешил"}


def test_the_place_in_the_queue_counts_those_of_this_document_only(stocked, desk):
    desk.issue("R1", "B1")
    stocked.reader("R3")
    desk.wait_for("R3", "B2", at="Ф1")
    first = desk.wait_for("R2", "B1")
    second = desk.wait_for("R3", "B1")
    with db.reading(stocked.sessions) as session:
        places = [
            hold_queries.place_in_queue(session, session.get_one(Hold, hold.id))
            for hold in (first, second)
        ]
    assert places == [1, 2]


def test_copies_leaving_and_copies_coming_are_different_lists(stocked, desk):
    there = stocked.desk("Ф1")
    desk.wait_for("R2", "B1", at="Ф1")
    desk.take_back("B1")
    here, other = stocked.branches["ЦБ"].id, stocked.branches["Ф1"].id
    with db.reading(stocked.sessions) as session:
        counts = [
            len(session.execute(hold_queries.transits(**way)).all())
            for way in ({"leaving": here}, {"leaving": other}, {"coming": here}, {"coming": other})
        ]
    assert counts == [1, 0, 0, 1]
    assert there.take_back("B1").situation == "to_hold_shelf"


def test_a_copy_on_its_way_to_another_branch_is_lent_only_when_allowed(stocked, desk):
    stocked.copy("Ф9", branch="Ф1", title="Басқа")
    assert desk.take_back("Ф9").situation == "into_transit"  # it belongs elsewhere
    desk.scan("R1")
    with pytest.raises(LoanRefused) as refused:
        desk.scan("Ф9")
    assert [problem.code for problem in refused.value.problems] == ["in_transit"]
    stocked.wait(minutes=1)
    assert stocked.desk("Ф1").issue("R1", "Ф9").situation == "loan"  # it was on its way here


def test_boxes_of_a_branch_count_up_from_one(stocked, desk):
    numbers = []
    with db.transaction(stocked.sessions) as session:
        for code in ("ЦБ", "Ф1"):
            branch = session.merge(stocked.branches[code])
            point = branch_actions.add_service_point(
                session, None, branch, code="p", name_ru="Село", name_kk="Ауыл", type="outreach"
            )
            here = desk_work(stocked, session, code)
            numbers += [boxes.make_box(here, point).number for _ in range(2)]
    assert numbers == [1, 2, 1, 2]


def desk_work(library, session, code):
    from ils.circulation.context import Desk  # noqa: PLC0415 -- the tests' own Desk is another

    return Desk(session, library.origin(code), library.config)


def test_a_late_return_is_late_from_the_day_after(stocked, desk):
    desk.issue("R1", "B1")
    desk.issue("R1", "B2")
    stocked.wait(days=15)
    assert desk.take_back("B1").late is False
    stocked.now += timedelta(days=1)
    assert desk.take_back("B2").late is True


def test_a_block_is_of_its_reader_alone(stocked, desk):
    one, other = stocked.reader("R3"), stocked.reader("R4")
    with db.transaction(stocked.sessions) as session:
        patron = session.get_one(Patron, one)
        patron_actions.block_patron(session, stocked.origin(), patron, reason="долг", until=None)
    assert (standing(stocked, one).blocks, standing(stocked, other).blocks) == (1, 0)


def test_a_box_of_another_branch_is_not_found(stocked, desk):
    with db.transaction(stocked.sessions) as session:
        branch = session.merge(stocked.branches["ЦБ"])
        point = branch_actions.add_service_point(
            session, None, branch, code="p", name_ru="Село", name_kk="Ауыл", type="outreach"
        )
        box = boxes.make_box(desk_work(stocked, session, "ЦБ"), point)
        assert box_queries.box(session, box.id, branch.id).id == box.id
        with pytest.raises(box_queries.UnknownBox):
            box_queries.box(session, box.id, stocked.branches["Ф1"].id)


def test_what_is_ready_stands_before_what_is_waited_for(stocked, desk):
    desk.issue("R2", "B1")
    waiting = desk.wait_for("R1", "B1")
    stocked.copy("B3", title="Көшпенділер")
    desk.issue("R2", "B3")
    ready = desk.wait_for("R1", "B3")
    desk.take_back("B3")
    with db.reading(stocked.sessions) as session:
        holds = session.scalars(hold_queries.holds_of(waiting.patron_id)).all()
    assert [hold.id for hold in holds] == [ready.id, waiting.id]


def test_a_copy_that_is_released_gives_its_hold_the_place_back(stocked, desk):
    desk.issue("R2", "B1")
    hold = desk.wait_for("R1", "B1")
    desk.take_back("B1")
    with db.transaction(stocked.sessions) as session:
        kept = session.get_one(Hold, hold.id)
        assert kept.status == "on_shelf"
        hold_actions.release_hold(session, session.get_one(Item, kept.item_id), stocked.origin())
        assert (kept.status, kept.item_id, kept.shelf_until) == ("waiting", None, None)


def test_a_copy_whose_hold_was_cancelled_on_its_way_goes_onto_the_shelf(stocked, desk):
    desk.issue("R2", "B1")
    hold = desk.wait_for("R1", "B1", at="Ф1")
    assert desk.take_back("B1").situation == "into_transit"
    desk.do(lambda here: hold_actions.cancel_hold(here, here.session.get_one(Hold, hold.id)))
    with db.reading(stocked.sessions) as session:
        assert session.scalars(select(Transit)).one().hold_id is None
    far = stocked.desk("Ф1")
    answer = far.take_back("B1")
    assert (answer.situation, answer.hold) == ("into_transit", None)  # home again


def test_the_last_acts_of_a_page_have_their_undo_each(stocked, browser):
    stocked.account("desk")
    browser.sign_in("desk")
    reader = re.search(r'data-patron="(\d+)"', browser.scan("R1").text).group(1)
    requests = [uuid4(), uuid4()]
    for code, request in zip(("B1", "B2"), requests, strict=True):
        assert browser.scan(code, reader, request).status_code == 200
    shown = re.findall(r'name="act" value="([^"]+)"', browser.get("/desk").text)
    with db.reading(stocked.sessions) as session:
        kept = session.scalars(select(Act.request_id).order_by(Act.at.desc())).all()
    assert sorted(shown) == sorted(map(str, kept))
    assert len(set(shown)) == 2


def test_a_way_is_listed_where_it_leaves_and_where_it_comes(library):
    library.reader("R1")
    library.copy("B1")
    desk = library.desk("ЦБ")
    desk.wait_for("R1", "B1", at="Ф1")
    desk.scan("B1")
    here, there = library.branches["ЦБ"].id, library.branches["Ф1"].id

    def ways(**where):
        with db.reading(library.sessions) as session:
            return len(session.execute(hold_queries.transits(**where)).all())

    assert (ways(leaving=here), ways(leaving=there)) == (1, 0)
    assert (ways(coming=there), ways(coming=here)) == (1, 0)
    assert ways() == 1


def test_a_renewal_at_the_desk_is_no_unseen_one(library):
    library.rule(renewal_days=20, max_renewals=3, max_unseen_renewals=0)
    library.reader("R1")
    library.copy("B1")
    desk = library.desk()
    lent = desk.issue("R1", "B1")
    with pytest.raises(RenewalRefused):
        replace(desk, channel=Channel.PHONE).renew(lent)
    assert desk.renew(lent).loan.renewals == 1


def test_nothing_came_back_before_it_was_renewed(stocked, desk):
    lent = desk.issue("R1", "B1")
    stocked.wait(days=4)
    desk.renew(lent)
    stocked.wait(days=3)
    desk.returned_on = date(2026, 3, 6)
    with pytest.raises(answers.Invalid, match="renewed after that day"):
        desk.take_back("B1")
    desk.returned_on = date(2026, 3, 8)
    assert desk.take_back("B1").situation == "return"


def test_what_travels_is_named_by_its_branch_in_the_readers_language(stocked, desk):
    stocked.desk("Ф1").wait_for("R2", "B1")
    desk.take_back("B1")
    with pytest.raises(LoanRefused) as refused:
        desk.issue("R1", "B1")
    [problem] = [one for one in refused.value.problems if one.code == "in_transit"]
    assert problem.facts == (
        ("branch", {"ru": "Филиал Ф1", "kk": "Ф1 филиалы", "en": "Филиал Ф1"}),
    )
