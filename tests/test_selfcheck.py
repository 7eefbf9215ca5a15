"""Each self-check notices the fault it is for, and nothing else calls out in a sound library."""

from datetime import timedelta
from uuid import uuid4

import pytest
from library import Library
from sqlalchemy import delete, insert, select, text, update

from ils import clock, db, selfcheck
from ils.catalog.models import BibliographicRecord
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.codes.models import Code
from ils.db import new_id
from ils.digitization.documents import actions as documents
from ils.digitization.documents import counting
from ils.digitization.documents.models import DigitalDocument
from ils.holdings.acts.models import ActItem, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.internal_loans.requests.models import InternalRequest
from ils.ledger import Channel, ClosingFrontier, Entry, Kind
from ils.organisation.branches.models import Branch


@pytest.fixture
def library(sessions, config):
    """A library with something of everything; it will be broken, so nobody checks it after."""
    library = Library(sessions, config)
    library.open_branch("ЦБ", type="central")
    library.open_branch("Ф1")
    desk = library.desk("ЦБ")
    for card in ("R1", "R2", "R3"):
        library.reader(card)
    for number in ("B1", "B2", "B3", "B4"):
        library.copy(number, title=f"Кітап {number}")
    library.rule(renewal_days=20)
    lent = desk.issue("R1", "B1")
    library.wait(days=1)
    desk.renew(lent)
    desk.channel = Channel.PHONE
    library.wait(days=1)
    desk.renew(lent)
    desk.channel = Channel.DESK
    desk.issue("R1", "B2")
    desk.wait_for("R2", "B2")
    desk.take_back("B2")  # onto the hold shelf
    desk.issue("R1", "B3")
    desk.wait_for("R3", "B3", at="Ф1")
    desk.take_back("B3")  # on its way
    undone = desk.issue("R2", "B4")
    desk.undo(undone.act)
    with db.transaction(sessions) as session:
        record = library.record(session, "B1")
        one = documents.new_document(
            session, library.origin(), kind="book", title="Кітап", record=record
        )
        one.state = "recognised"
        counting.count_digitised(session, library.origin(), one)
    with db.reading(sessions) as session:
        assert selfcheck.findings(session) == []
    return library


def first(session, model, *conditions):
    return session.scalars(select(model).where(*conditions).order_by(model.id)).first()


def entry(session, like_kind, /, **values):
    """An entry more, like one there is."""
    like = first(session, Entry, Entry.kind == like_kind, Entry.count > 0)
    row = {column.name: getattr(like, column.name) for column in Entry.__table__.columns}
    row |= {"id": new_id(), "request_id": uuid4(), "reverses_id": None, **values}
    session.execute(insert(Entry), [row])


def status_of(session, status, becomes):
    item = first(session, Item, Item.status == status)
    session.execute(update(Item).where(Item.id == item.id).values(status=becomes))


def lend_a_copy_twice(session):
    entry(session, Kind.LOAN)


def renew_without_an_entry(session):
    session.execute(update(Loan).values(renewals=Loan.renewals + 1))


def put_a_lent_copy_on_the_shelf(session):
    status_of(session, ItemStatus.ON_LOAN, ItemStatus.AVAILABLE)


def take_a_copy_off_the_hold_shelf(session):
    status_of(session, ItemStatus.ON_HOLD_SHELF, ItemStatus.AVAILABLE)


def end_a_way_without_the_copy(session):
    session.execute(update(Transit).values(ended_at=Transit.sent_at))


def fill_a_hold_without_an_entry(session):
    hold = first(session, Hold, Hold.status == HoldStatus.IN_TRANSIT)
    values = {"status": HoldStatus.FILLED, "ended_at": hold.placed_at}
    session.execute(update(Hold).where(Hold.id == hold.id).values(**values))


def lend_more_of_a_group_than_there_is(session):
    loan = first(session, Loan, Loan.ended_at.is_(None))
    group = {"copies": 3, "is_bulk": True}
    session.execute(update(Loan).where(Loan.id == loan.id).values(**group))
    session.execute(
        update(Item).where(Item.id == loan.item_id).values(copies=2, status=ItemStatus.AVAILABLE)
    )


def call_a_loan_undone_that_stands(session):
    loan = first(session, Loan, Loan.ended_by == LoanEnd.RETURNED)
    session.execute(update(Loan).where(Loan.id == loan.id).values(ended_by=LoanEnd.UNDONE))


def reverse_by_half(session):
    renewal = first(session, Entry, Entry.kind == Kind.REGISTRATION)
    entry(session, Kind.REGISTRATION, count=-2, reverses_id=renewal.id)


def post_before_the_day(session):
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
    else:
        session.execute(text("ALTER TABLE ledger DROP CONSTRAINT ck_ledger_posted_not_before_day"))
    like = first(session, Entry, Entry.kind == Kind.VISIT)
    entry(session, Kind.VISIT, posted=like.day - timedelta(days=1), patron_year_id=None)


def visit_twice_a_day(session):
    entry(session, Kind.VISIT)


def visit_from_afar_twice_a_day(session):
    entry(session, Kind.REMOTE_VISIT)


def register_twice(session):
    entry(session, Kind.REGISTRATION)


def bring_a_copy_in_twice(session):
    item = first(session, Item, Item.status == ItemStatus.AVAILABLE)
    entry(session, Kind.LOAN, kind=Kind.ACCESSION, item_id=item.id, count=2, loan_id=None,
          patron_year_id=None)  # fmt: skip


def hide_a_record_without_an_entry(session):
    record = first(session, BibliographicRecord)
    statement = update(BibliographicRecord).where(BibliographicRecord.id == record.id)
    session.execute(statement.values(state="deleted"))


def lose_the_code_of_a_card(session):
    session.execute(delete(Code).where(Code.patron_id.is_not(None)))


def lose_the_frontier(session):
    session.execute(delete(ClosingFrontier))


def take_a_copy_out_by_an_act_without_an_entry(session):
    item = first(session, Item)
    at = item.created_at
    act = StockAct(kind="withdrawal", state="executed", number=1, year=2026, day=at.date(),
                   branch_id=item.branch_id, created_at=at, executed_at=at)  # fmt: skip
    session.add(act)
    session.flush()
    session.add(ActItem(act_id=act.id, item_id=item.id, is_open=False))
    session.flush()


def bring_a_lent_copy_back_without_an_entry(session):
    item = first(session, Item)
    session.add(InternalLoan(
        item=item, from_branch_id=item.branch_id, to_branch_id=item.branch_id,
        purpose="request", state="received", began_at=item.created_at,
    ))  # fmt: skip
    session.flush()


def keep_a_copy_for_a_branch_that_did_not_ask(session):
    item = first(session, Item)
    item.assigned_branch_id = item.owner_branch_id
    session.flush()


def put_a_copy_into_a_box_that_goes_elsewhere(session):
    way = first(session, Transit)
    box = Shipment(
        number=1, from_branch_id=way.from_branch_id, to_branch_id=way.from_branch_id,
        made_at=way.sent_at, extra=[],
    )  # fmt: skip
    session.add(box)
    session.flush()
    way.shipment_id = box.id
    session.flush()


def ask_without_an_entry(session):
    branch = first(session, Branch)
    asked = {"purpose": "selection", "branch_id": branch.id, "topic": "Абай", "state": "requested"}
    session.add(InternalRequest(asked_at=clock.now(), **asked))
    session.flush()


def count_a_document_no_more(session):
    session.execute(update(DigitalDocument).values(counted_by=None))


def publish_what_nobody_described(session):
    session.execute(update(DigitalDocument).values(state="published", record_id=None))


FAULTS = {
    "loans": lend_a_copy_twice,
    "renewals": renew_without_an_entry,
    "shelves": put_a_lent_copy_on_the_shelf,
    "hold_shelf": take_a_copy_off_the_hold_shelf,
    "transits": end_a_way_without_the_copy,
    "internal_loans": bring_a_lent_copy_back_without_an_entry,
    "assigned": keep_a_copy_for_a_branch_that_did_not_ask,
    "boxes": put_a_copy_into_a_box_that_goes_elsewhere,
    "requests": ask_without_an_entry,
    "holds": fill_a_hold_without_an_entry,
    "groups": lend_more_of_a_group_than_there_is,
    "undone": call_a_loan_undone_that_stands,
    "reversals": reverse_by_half,
    "posted": post_before_the_day,
    "visits": visit_twice_a_day,
    "remote_visits": visit_from_afar_twice_a_day,
    "registrations": register_twice,
    "stock": bring_a_copy_in_twice,
    "records": hide_a_record_without_an_entry,
    "codes": lose_the_code_of_a_card,
    "acts": take_a_copy_out_by_an_act_without_an_entry,
    "documents": count_a_document_no_more,
    "published": publish_what_nobody_described,
    "books": lose_the_frontier,
}


def test_each_check_has_a_fault_of_its_own():
    assert FAULTS.keys() == selfcheck.CHECKS.keys()


@pytest.fixture
def broken(library):
    """A transaction to break things in; nothing of it stands afterwards."""
    with library.sessions() as session:
        yield session
        session.rollback()
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA ignore_check_constraints = OFF"))


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_noticed_and_named(broken, check):
    FAULTS[check](broken)
    found = {finding.check: finding for finding in selfcheck.findings(broken)}
    assert found[check].count >= 1
    assert len(found[check].examples) == min(found[check].count, selfcheck.PREVIEW_ROWS)


def test_examples_are_the_rows_that_are_wrong(broken):
    put_a_lent_copy_on_the_shelf(broken)
    (finding,) = selfcheck.findings(broken)
    lent = select(Loan.item_id).where(Loan.ended_at.is_(None))
    assert (finding.check, finding.count) == ("shelves", 1)
    assert list(finding.examples) == list(broken.scalars(lent))
