"""The rules of the desk, without a database. The tables are the documentation."""

from datetime import date, timedelta

import pytest

from ils.circulation.rules import loans, patrons
from ils.circulation.rules.desk import STATUS_TEXTS, Scanned, Situation, situation
from ils.circulation.rules.keyboard import readings
from ils.circulation.rules.loans import Borrower, LoanRefused, RenewalsUsedUp
from ils.config import Circulation
from ils.errors import Invalid
from ils.holdings.models import ItemStatus
from ils.holdings.rules import TRANSITIONS, ItemUnavailable, next_status
from ils.ledger import Kind
from ils.organisation.rules import Calendar

RULES = Circulation(loan_days=15, renewal_days=15, max_renewals=2, max_loans=3, repeat_seconds=5)
NOW, LONG_AGO = timedelta(seconds=1), timedelta(days=1)
A, L = ItemStatus.AVAILABLE, ItemStatus.ON_LOAN

TREE = [
    # what is scanned, a reader is open → the branch of the tree
    (Scanned(A), True, Situation.LOAN),
    (Scanned(A, since_returned=NOW), True, Situation.LOAN),
    (Scanned(L, lent_to_open_patron=True, since_lent=LONG_AGO), True, Situation.ASK_RENEWAL),
    (Scanned(L, lent_to_open_patron=True, since_lent=NOW), True, Situation.ALREADY_DONE),
    (Scanned(L, lent_to_open_patron=False, since_lent=LONG_AGO), True, Situation.RETURN_AND_LOAN),
    (Scanned(L, lent_to_open_patron=False, since_lent=NOW), True, Situation.JUST_LENT),
    (Scanned(L, lent_to_open_patron=False, since_lent=LONG_AGO), False, Situation.RETURN),
    (Scanned(L, lent_to_open_patron=False, since_lent=NOW), False, Situation.RETURN),
    (Scanned(A), False, Situation.ON_SHELF),
    (Scanned(A, since_returned=LONG_AGO), False, Situation.ON_SHELF),
    (Scanned(A, since_returned=NOW), False, Situation.ALREADY_DONE),
    (Scanned(ItemStatus.WITHDRAWN), True, Situation.WITHDRAWN),
    (Scanned(ItemStatus.WITHDRAWN), False, Situation.WITHDRAWN),
    (Scanned(ItemStatus.IN_REPAIR), True, Situation.UNAVAILABLE),
    (Scanned(ItemStatus.LOST), False, Situation.UNAVAILABLE),
    (Scanned(ItemStatus.IN_TRANSIT), False, Situation.UNAVAILABLE),
]


@pytest.mark.parametrize(("copy", "patron_open", "expected"), TREE)
def test_the_decision_tree(copy, patron_open, expected):
    assert situation(copy, patron_open=patron_open, repeat=timedelta(seconds=5)) is expected


def test_every_status_of_a_copy_has_words():
    assert set(STATUS_TEXTS) == set(ItemStatus)


@pytest.mark.parametrize("status", ItemStatus)
@pytest.mark.parametrize("kind", [Kind.LOAN, Kind.RETURN, Kind.RENEWAL, Kind.IN_HOUSE_USE])
def test_a_move_that_is_not_in_the_table_is_refused(status, kind):
    if (status, kind) in TRANSITIONS:
        assert next_status(status, kind) is TRANSITIONS[status, kind]
    else:
        with pytest.raises(ItemUnavailable):
            next_status(status, kind)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('әқә"іңғ', "2021345"),  # digits on the Kazakh layout
        ('"әіңғ,.үұқөһ', "1234567890-="),
        ("К000123", "R000123"),  # Latin letters on the Russian layout
        ("к000123", "R000123"),
        ('Кққққ"әі', "R0000123"),  # both at once
        ("WU<-12", "ЦГБ-12"),  # Cyrillic letters on the Latin layout
        ("\ufeff2021345\r\n", "2021345"),
        (" 2021345 ", "2021345"),
        ("２０２１３４５", "2021345"),
        ("r0000001", "R0000001"),
    ],
)
def test_what_a_scanner_meant_is_among_the_readings(typed, meant):
    assert meant in readings(typed)


def test_a_code_is_read_as_it_is_first():
    assert readings("2021345") == ("2021345",)
    assert readings("ЦГБ-12")[0] == "ЦГБ-12"
    assert readings(" \n ") == ()


@pytest.mark.parametrize(
    ("borrower", "codes"),
    [
        (Borrower(registered_this_year=True, held=0, overdue=0), []),
        (Borrower(registered_this_year=True, held=2, overdue=2), ["overdue"]),
        (Borrower(registered_this_year=False, held=0, overdue=0), ["not_registered"]),
        (Borrower(registered_this_year=True, held=3, overdue=0), ["loan_limit"]),
        (
            Borrower(registered_this_year=False, held=3, overdue=1),
            ["not_registered", "loan_limit", "overdue"],
        ),
    ],
)
def test_all_problems_of_a_loan_are_collected(borrower, codes):
    assert [p.code for p in loans.problems(borrower, RULES)] == codes


def test_only_hard_problems_refuse():
    note = loans.problems(Borrower(registered_this_year=True, held=1, overdue=1), RULES)
    assert loans.checked(note) == note
    hard = loans.problems(Borrower(registered_this_year=False, held=3, overdue=1), RULES)
    with pytest.raises(LoanRefused) as refused:
        loans.checked(hard)
    assert len(refused.value.problems) == 3


def test_a_loan_is_due_on_a_day_the_branch_works():
    monday = date(2026, 3, 2)
    assert loans.due_day(monday, 6, Calendar()) == date(2026, 3, 8)
    assert loans.due_day(monday, 6, Calendar("7")) == date(2026, 3, 9)
    spring = {date(2026, 3, 8), date(2026, 3, 9)}
    assert loans.due_day(monday, 6, Calendar("7", spring)) == date(2026, 3, 10)
    always = Calendar("123456", {monday + timedelta(days=n) for n in range(800)})
    assert loans.due_day(monday, 6, always) == date(2026, 3, 8)


def test_a_renewal_never_shortens_a_loan_and_ends_at_the_limit():
    today = date(2026, 3, 2)
    far = date(2026, 6, 1)
    assert loans.renewed_due(date(2026, 3, 5), 0, today, RULES, Calendar()) == date(2026, 3, 17)
    assert loans.renewed_due(far, 1, today, RULES, Calendar()) == far
    with pytest.raises(RenewalsUsedUp):
        loans.renewed_due(far, 2, today, RULES, Calendar())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surname": "  "}, "Surname"),
        ({"given_name": ""}, "Given name"),
        ({"birth_date": date(1880, 1, 1)}, "Birth date"),
        ({"birth_date": date(2030, 1, 1)}, "Birth date"),
        ({"category": "king"}, "Category"),
        ({"sex": "x"}, "Sex"),
        ({"language": "de"}, "Language"),
        ({"card": "К-1"}, "Card barcode"),
        ({"phone": "звоните"}, "Phone"),
        ({"email": "нет"}, "E-mail"),
        ({"consent": False}, "Consent"),
    ],
)
def test_a_registration_names_the_field_that_is_wrong(change, field):
    good = {
        "surname": "Оқырман",
        "given_name": "№ 1",
        "birth_date": date(1990, 1, 1),
        "category": "student",
        "consent": True,
    }
    patrons.checked(patrons.PatronData(**good), {"student"}, date(2026, 3, 4))
    with pytest.raises(Invalid) as wrong:
        patrons.checked(patrons.PatronData(**good | change), {"student"}, date(2026, 3, 4))
    assert wrong.value.facts["field"] == field
