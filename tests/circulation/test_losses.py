"""Copies readers lost, spoiled or say they brought back: said, looked for, made good."""

import re
from uuid import uuid4

import acting
import pytest
from sqlalchemy import select
from telling import ask, at, plan, run, states, until_due

from ils import db
from ils.circulation.desk import answers
from ils.circulation.losses.models import LoanLoss
from ils.circulation.losses.queries import LossFilter, losses
from ils.circulation.readers.actions import erase_patron
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron

PATH = "/staff/losses/"


@pytest.fixture
def lent(library_clock, library, browser):
    """A reader with two books and five of a group, and whoever is at the desk."""
    library.account("кафедра", Role.DESK)
    library.reader("R1", surname="Абаева")
    for number, title in (("B1", "Абай жолы"), ("B2", "Белый пароход")):
        library.copy(number, title=title)
        library.desk().issue("R1", number)
    browser.sign_in("кафедра")
    return browser


def loan_id(library, number):
    with library.sessions() as session:
        return answers.loan_queries.last_loan(
            session, session.scalars(select(Item.id).where(Item.inventory_number == number)).one()
        ).id


def said(lent, loan, kind="claimed", **form):
    about = {"kind": kind, "declared_by": "desk", "note": ""} | form
    return lent.post(f"{PATH}{loan}/declare", request_id=str(uuid4()), **about)


def settled(lent, loan, settlement="paid", **form):
    about = {"settlement": settlement, "receipt": "", "amount": "", "note": ""} | form
    return lent.post(f"{PATH}{loan}/settle", request_id=str(uuid4()), **about)


def cases(library):
    """(number of the copy, state) of all cases."""
    with library.sessions() as session:
        rows = session.execute(losses(LossFilter())).all()
        return sorted((row[0].item.number, row[3]) for row in rows)


def test_a_copy_said_to_be_back_is_looked_for_and_its_loan_stays(lent, library):
    loan = loan_id(library, "B1")
    assert said(lent, loan, declared_by="phone", note="положила на стол").status_code == 302
    assert cases(library) == [("B1", "searched")]
    assert library.status("B1") == ItemStatus.ON_LOAN
    page = lent.get(PATH).text
    assert "Абай жолы" in page
    assert "по телефону положила на стол" in page
    library.desk().take_back("B1")
    assert cases(library) == [("B1", "returned")]
    assert "Абай жолы" not in lent.get(PATH).text
    assert "Абай жолы" in lent.get(f"{PATH}?state=all").text


def test_a_claim_that_was_a_mistake_is_taken_back(lent, library):
    loan = loan_id(library, "B1")
    said(lent, loan)
    lent.post(f"{PATH}{loan}/withdraw", request_id=str(uuid4()))
    assert cases(library) == []
    again = lent.post(f"{PATH}{loan}/withdraw", request_id=str(uuid4()))
    assert again.status_code == 404


def test_what_is_looked_for_in_vain_is_lost_and_paid_with_a_receipt(lent, library):
    loan = loan_id(library, "B1")
    said(lent, loan)
    said(lent, loan, "lost", declared_by="letter")
    assert (library.status("B1"), library.count(Kind.LOST)) == (ItemStatus.LOST, 1)
    assert cases(library) == [("B1", "owed")]
    refused = settled(lent, loan)
    assert (refused.status_code, "Квитанция №" in refused.text) == (422, True)
    assert settled(lent, loan, receipt="А 0123", amount="1 500,50").status_code == 302
    assert cases(library) == [("B1", "paid")]
    with library.sessions() as session:
        loss = session.scalars(select(LoanLoss)).one()
        assert (loss.receipt, loss.amount, loss.declared_by) == ("А 0123", 150_050, "letter")
    assert settled(lent, loan, "forgiven").status_code == 409
    library.desk().take_back("B1")  # it turned up after all
    page = lent.get(f"{PATH}?state=paid").text
    assert "экземпляр нашёлся после этого" in page
    assert library.count(Kind.FOUND) == 1


def test_a_settlement_by_mistake_is_opened_again(lent, library):
    loan = loan_id(library, "B1")
    library.desk().do(answers.declare_lost, item_id=item_of(library, "B1"))
    settled(lent, loan, "forgiven", note="пожар")
    assert cases(library) == [("B1", "forgiven")]
    lent.post(f"{PATH}{loan}/reopen", request_id=str(uuid4()))
    assert cases(library) == [("B1", "owed")]


def item_of(library, number):
    with library.sessions() as session:
        return session.scalars(select(Item.id).where(Item.inventory_number == number)).one()


def test_a_loss_undone_at_the_desk_is_no_case(lent, library):
    loan = loan_id(library, "B1")
    said(lent, loan, "lost")
    assert lent.by_script("undo", act=lost_entry(library)).status_code == 200
    assert (cases(library), library.status("B1")) == ([], ItemStatus.ON_LOAN)
    said(lent, loan)
    assert cases(library) == [("B1", "searched")]


def lost_entry(library):
    with library.sessions() as session:
        return session.scalars(select(Entry.request_id).where(Entry.kind == Kind.LOST)).one()


def test_an_equal_copy_taken_in_settles_it(lent, library):
    library.desk().do(answers.declare_lost, item_id=item_of(library, "B1"))
    assert cases(library) == [("B1", "owed")]
    library.account("склад", Role.STOCK)
    lent.sign_in("склад")
    act = acting.act(lent, "acceptance", source="replacement")
    assert acting.line(lent, act, "B1", "ЦБ 1", replaces="B1", number="Н-1").status_code == 302
    assert cases(library) == [("B1", "owed")]  # not before the act is executed
    assert acting.send(lent, f"{act}/execute").status_code == 302
    lent.sign_in("кафедра")
    assert cases(library) == [("B1", "replaced")]
    assert settled(lent, loan_id_lost(library, "B1"), receipt="1").status_code == 409


def loan_id_lost(library, number):
    with library.sessions() as session:
        rows = session.execute(losses(LossFilter())).all()
        return next(row[0].id for row in rows if row[0].item.number == number)


def test_a_copy_that_came_back_spoiled_is_owed(lent, library):
    loan = loan_id(library, "B1")
    library.desk().take_back("B1")
    refused = said(lent, loan, "lost")
    assert refused.status_code == 422  # only spoiled can be what is back
    assert said(lent, loan, "damaged", note="залита").status_code == 302
    assert cases(library) == [("B1", "owed")]
    settled(lent, loan, "replaced")
    assert cases(library) == [("B1", "replaced")]


def test_copies_of_a_group_are_lost_together(lent, library):
    item, desk = library.group("Г-1", 9), library.desk()
    reader = desk.scan("R1").patron.id
    loan = desk.do(answers.lend_group, patron_id=reader, item_id=item, copies=5).loan
    said(lent, loan.id, "lost")
    assert cases(library) == [("Г-1", "owed")]
    assert library.count(Kind.LOST) == 5
    settled(lent, loan.id, receipt="7", amount="300")
    assert cases(library) == [("Г-1", "paid")]


def test_nobody_owes_for_what_is_at_home_or_back(lent, library):
    loan = loan_id(library, "B1")
    assert settled(lent, loan, receipt="1").status_code == 404
    library.desk().take_back("B1")
    assert settled(lent, loan, receipt="1").status_code == 404
    assert lent.get(f"{PATH}123456789").status_code == 404


def test_the_readers_page_leads_there_and_knows_what_was_read(lent, library):
    library.desk().take_back("B2")
    with library.sessions() as session:
        reader = session.scalars(select(Patron.id).where(Patron.card == "R1")).one()
    page = lent.get(f"/staff/patrons/{reader}").text
    assert f'href="{PATH}{loan_id(library, "B1")}"' in page
    past = page.partition("Что читатель брал раньше")[2]
    assert re.search(r"Белый пароход.*?возвращено", past.partition("</table>")[0], re.DOTALL)


def test_an_erased_reader_leaves_no_words(lent, library):
    loan = loan_id(library, "B1")
    said(lent, loan, "lost", note="Абаева клянётся")
    library.desk().take_back("B2")

    def forget(desk):
        erase_patron(desk, desk.session.scalars(select(Patron).where(Patron.card == "R1")).one())

    library.desk().do(forget)
    with library.sessions() as session:
        loss = session.scalars(select(LoanLoss)).one()
        assert (loss.patron_id, loss.note) == (None, "")
    assert "Абай жолы" in lent.get(PATH).text


def test_no_notice_tells_of_a_copy_that_is_looked_for(told, mail):
    told.reader("R1", email="a@example.kz")
    told.copy("B1")
    until_due(told, "R1", "B1", days=6)
    plan(told)
    assert [one[2:] for one in states(told)] == [("planned", None)]
    with db.transaction(told.sessions) as session:
        loan = answers.loan_queries.last_loan(session, item_of(told, "B1"))
        session.add(LoanLoss(
            loan_id=loan.id, patron_id=loan.patron_id, kind="claimed", declared_by="desk",
            at=told.now, branch_id=loan.branch_id,
        ))  # fmt: skip
    at(told, 3, 12)
    ask(told, "send_notices")
    run(told)
    assert [one[2:] for one in states(told)] == [("cancelled", "claimed")]
    assert mail.taken == []
