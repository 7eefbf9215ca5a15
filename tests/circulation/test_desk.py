"""The desk on a real database, by the numbers of the decision tree."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.desk import answers
from ils.circulation.desk.rules import CopyUnavailable, CopyWithdrawn, JustLent, UnknownCode
from ils.circulation.loans.rules import LoanRefused, RenewalRefused
from ils.codes.rules import CodeTaken
from ils.holdings.items.models import ItemStatus
from ils.idempotency import RequestReused
from ils.ledger import Entry
from ils.patrons.models import Patron


def test_s1_an_available_copy_is_lent(stocked, desk):
    answer = desk.issue("R1", "B1")

    assert (answer.situation, answer.level, answer.loan.due) == (
        "loan",
        "success",
        date(2026, 3, 19),
    )
    assert stocked.kinds() == ["loan"]
    assert stocked.status("B1") == "on_loan"
    assert answer.held == 1


def test_s2_a_copy_the_reader_has_is_asked_about_and_renewed_only_on_yes(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=3)

    question = desk.scan("B1")
    assert (question.situation, stocked.kinds()) == ("ask_renewal", ["loan"])

    answer = desk.renew(question)
    assert (answer.situation, answer.loan.due) == ("renewal", date(2026, 3, 22))
    assert stocked.kinds() == ["loan", "renewal"]


def test_a_loan_is_renewed_as_often_as_the_rules_allow(stocked, desk):
    loan = desk.issue("R1", "B1")
    for _ in range(2):
        stocked.wait(days=1)
        desk.renew(loan)
    stocked.wait(days=1)

    with pytest.raises(RenewalRefused):
        desk.renew(loan)
    assert stocked.kinds() == ["loan", "renewal", "renewal"]


def test_s3_a_copy_of_another_reader_is_returned_and_lent_in_one_act(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(minutes=5)

    answer = desk.issue("R2", "B1")

    assert (answer.situation, answer.former.card, answer.patron.card) == (
        "return_and_loan",
        "R1",
        "R2",
    )
    assert stocked.kinds() == ["loan", "return", "loan"]


def test_s6_a_copy_on_loan_is_taken_back(stocked, desk):
    desk.issue("R1", "B1")

    answer = desk.take_back("B1")

    assert (answer.situation, answer.former.card, answer.late) == ("return", "R1", False)
    assert stocked.kinds() == ["loan", "return"]
    assert stocked.status("B1") == "available"


def test_s6_a_late_copy_is_called_late(stocked, desk):
    desk.issue("R1", "B1")
    stocked.wait(days=40)

    assert desk.take_back("B1").late is True


def test_s7_a_copy_on_its_shelf_asks_for_nothing_and_may_be_read_here(stocked, desk):
    answer = desk.take_back("B1")
    assert (answer.situation, stocked.kinds()) == ("on_shelf", [])

    desk.do(answers.in_house, item_id=answer.item.id)
    assert stocked.kinds() == ["in_house_use"]


def test_s10_a_withdrawn_copy_is_refused(stocked, desk):
    stocked.copy("B9", status=ItemStatus.WITHDRAWN)

    with pytest.raises(CopyWithdrawn):
        desk.issue("R1", "B9")
    with pytest.raises(CopyWithdrawn):
        desk.take_back("B9")
    assert stocked.kinds() == []


def test_a_copy_in_another_state_is_refused_in_words(stocked, desk):
    stocked.copy("B9", status=ItemStatus.IN_REPAIR)

    with pytest.raises(CopyUnavailable) as refused:
        desk.issue("R1", "B9")
    assert refused.value.facts["status"] == "it is in repair"


def test_s11_an_unknown_book_is_described_and_lent(stocked, desk):
    desk.scan("R1")
    question = desk.scan("777")
    assert (question.situation, question.code) == ("unknown", "777")

    answer = desk.do(
        answers.fast_add,
        patron_id=desk.patron,
        number="777",
        title=" Көшпенділер ",
        author="І. Есенберлин",
        subject_area="literature",
        language="kk",
    )

    assert (answer.situation, answer.item.record.title) == ("loan", "Көшпенділер")
    assert answer.item.record.provisional is True
    assert stocked.count("loan") == 1
    assert stocked.count("accession") == 0  # it stood in stock all along
    stocked.wait(minutes=1)
    assert desk.take_back("777").situation == "return"


@pytest.mark.parametrize("number", ["B1", "R2"])
def test_s11_refuses_a_number_in_use_and_adds_nothing(stocked, desk, number):
    desk.scan("R1")

    with pytest.raises(CodeTaken):
        desk.do(
            answers.fast_add,
            patron_id=desk.patron,
            number=number,
            title="x",
            author="",
            subject_area=None,
            language=None,
        )
    assert stocked.count("record_added") == 2


def test_s11_adds_nothing_when_the_loan_is_refused(stocked, desk):
    desk.scan("R1")
    stocked.wait(days=365)

    with pytest.raises(LoanRefused):
        desk.do(
            answers.fast_add,
            patron_id=desk.patron,
            number="777",
            title="x",
            author="",
            subject_area=None,
            language=None,
        )
    assert stocked.count("record_added") == 2


def test_s12_the_same_scan_within_seconds_is_one_act(stocked, desk):
    desk.issue("R1", "B1")
    assert desk.scan("B1").situation == "already_done"

    desk.take_back("B1")
    assert desk.take_back("B1").situation == "already_done"
    assert stocked.kinds() == ["loan", "return"]


def test_a_copy_lent_a_moment_ago_elsewhere_is_refused(stocked, desk):
    desk.issue("R1", "B1")

    with pytest.raises(JustLent):
        stocked.desk("Ф1").issue("R2", "B1")
    assert stocked.kinds() == ["loan"]


@pytest.mark.parametrize(
    ("setup", "act", "situation"),
    [
        ([], ("R1", "B1"), "loan"),
        ([("R2", "B1")], ("R1", "B1"), "return_and_loan"),
        ([("R1", "B1")], (None, "B1"), "return"),
    ],
)
def test_a_repeated_request_gets_the_first_answer_and_counts_nothing(
    stocked, desk, setup, act, situation
):
    for card, number in setup:
        desk.issue(card, number)
    stocked.wait(minutes=1)
    card, number = act
    request = uuid4()

    def do():
        return desk.issue(card, number, request) if card else desk.take_back(number, request)

    first = do()
    kinds = stocked.kinds()
    stocked.wait(minutes=1)
    again = do()

    assert (first.situation, again.situation) == (situation, situation)
    assert again.loan.id == first.loan.id
    assert stocked.kinds() == kinds


def test_a_request_used_for_another_copy_or_reader_is_refused(stocked, desk):
    request = uuid4()
    desk.issue("R1", "B1", request)

    with pytest.raises(RequestReused):
        desk.issue("R1", "B2", request)
    with pytest.raises(RequestReused):
        desk.issue("R2", "B1", request)
    assert stocked.kinds() == ["loan"]


def test_codes_are_asked_in_order_card_barcode_number_name(stocked, desk):
    assert desk.scan("R1").situation == "card"
    desk.close()
    assert desk.scan("оқырман r2").patron.card == "R2"
    desk.close()
    assert [p.card for p in desk.scan("оқырман").names] == ["R1", "R2"]
    with pytest.raises(UnknownCode):
        desk.scan("нет такого")


def test_a_scan_on_the_kazakh_layout_is_mended(stocked, desk):
    stocked.copy("2021345")

    assert desk.issue("R1", 'әқә"іңғ').situation == "loan"


def test_an_unregistered_reader_borrows_after_reregistration(stocked, desk):
    stocked.wait(days=365)
    opened = desk.scan("R1")
    assert opened.standing.year is None
    with pytest.raises(LoanRefused):
        desk.scan("B1")

    desk.do(answers.reregister, patron_id=desk.patron)

    assert desk.scan("B1").situation == "loan"
    assert stocked.count("registration") == 3


def test_the_limit_of_loans_refuses_and_changes_nothing(stocked, desk):
    for number in range(10):
        stocked.copy(f"C{number}")
        desk.issue("R1", f"C{number}")

    with pytest.raises(LoanRefused):
        desk.issue("R1", "B1")
    assert stocked.count("loan") == 10


def test_an_entry_remembers_the_reader_as_registered(stocked, desk):
    with db.transaction(stocked.sessions) as session:
        patron = session.scalars(select(Patron).where(Patron.card == "R1")).one()
        patron.category = "pensioner"
    desk.issue("R1", "B1")

    with db.reading(stocked.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.kind == "loan")).one()
        facts = (
            entry.patron_category,
            entry.age,
            entry.language,
            entry.subject_area,
            entry.material,
        )
    assert facts == ("student", 35, "kk", "literature", "book")


def test_a_code_is_taken_as_scanned_before_it_is_mended(stocked, desk):
    stocked.reader("R0000001")
    stocked.copy("К0000001")  # a Cyrillic letter on the same key

    assert desk.scan("К0000001").situation == "on_shelf"
    assert desk.scan("R0000001").situation == "card"


def test_a_copy_lent_a_moment_ago_at_another_desk_is_not_taken_back_here(stocked, desk):
    desk.issue("R1", "B1")

    with pytest.raises(JustLent):
        stocked.desk("Ф1").take_back("B1")
    stocked.wait(minutes=1)
    assert stocked.desk("Ф1").take_back("B1").situation == "into_transit"  # and it is sent home
