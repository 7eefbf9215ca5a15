"""The rules of the desk, without a database. The tables are the documentation."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ils.circulation.desk.rules import STATUS_TEXTS, ScanFacts, Situation, situation
from ils.circulation.loans import rules as loan_rules
from ils.circulation.loans.rules import (
    Borrower,
    LoanRefused,
    RenewalRefused,
    Renewing,
    Severity,
    Wanted,
)
from ils.circulation.policy import rules as policy_rules
from ils.circulation.policy.rules import PolicyRule, default_rule, policy_for
from ils.codes.keyboard import readings
from ils.config import load
from ils.errors import InLanguages, Invalid
from ils.holdings.items.models import ItemStatus
from ils.holdings.items.rules import TRANSITIONS, ItemMove, ItemUnavailable, next_status
from ils.ledger import Kind, ServicePlace
from ils.organisation.calendar.rules import Calendar
from ils.patrons import rules as patrons

SETTINGS = load(environ={}).circulation.changed(
    max_loans=3, max_renewals=2, max_unseen_renewals=1, max_overdue=3
)
GENERAL = policy_for((), SETTINGS, branch_id=1, categories=("student",), material=None)
NOW, LONG_AGO = timedelta(seconds=1), timedelta(days=1)
A, L = ItemStatus.AVAILABLE, ItemStatus.ON_LOAN
SHELF, WAY = ItemStatus.ON_HOLD_SHELF, ItemStatus.IN_TRANSIT

TREE = [
    # what is scanned, a reader is open → the branch of the tree
    (ScanFacts(A), True, Situation.LOAN),
    (ScanFacts(A, since_returned=NOW), True, Situation.LOAN),
    (ScanFacts(L, lent_to_open_patron=True, since_lent=LONG_AGO), True, Situation.ASK_RENEWAL),
    (ScanFacts(L, lent_to_open_patron=True, since_lent=NOW), True, Situation.ALREADY_DONE),
    (ScanFacts(L, lent_to_open_patron=False, since_lent=LONG_AGO), True, Situation.RETURN_AND_LOAN),
    (ScanFacts(L, lent_to_open_patron=False, since_lent=NOW), True, Situation.JUST_LENT),
    (ScanFacts(L, lent_to_open_patron=False, since_lent=LONG_AGO), False, Situation.RETURN),
    (ScanFacts(L, lent_to_open_patron=False, since_lent=NOW), False, Situation.RETURN),
    (ScanFacts(A), False, Situation.ON_SHELF),
    (ScanFacts(A, since_returned=LONG_AGO), False, Situation.ON_SHELF),
    (ScanFacts(A, since_returned=NOW), False, Situation.ALREADY_DONE),
    (ScanFacts(ItemStatus.WITHDRAWN), True, Situation.WITHDRAWN),
    (ScanFacts(ItemStatus.WITHDRAWN), False, Situation.WITHDRAWN),
    (ScanFacts(ItemStatus.IN_REPAIR), True, Situation.UNAVAILABLE),
    (ScanFacts(ItemStatus.IN_PROCESSING), False, Situation.UNAVAILABLE),
    (ScanFacts(SHELF, for_open_patron=True), True, Situation.HOLD_AND_LOAN),
    (ScanFacts(SHELF), True, Situation.HELD_FOR_ANOTHER),
    (ScanFacts(SHELF), False, Situation.TO_HOLD_SHELF),
    (ScanFacts(WAY, bound_here=True), False, Situation.RECEIVED),
    (ScanFacts(WAY), False, Situation.BOUND_ELSEWHERE),
    (ScanFacts(WAY, for_open_patron=True), True, Situation.HOLD_AND_LOAN),
    (ScanFacts(WAY, bound_here=True), True, Situation.LOAN),
    (ScanFacts(ItemStatus.LOST), False, Situation.FOUND),
    (ScanFacts(ItemStatus.MISSING), True, Situation.FOUND_AND_LOAN),
    (ScanFacts(A, is_bulk=True), True, Situation.GROUP),
    (ScanFacts(A, is_bulk=True), False, Situation.GROUP),
]


@pytest.mark.parametrize(("copy", "patron_open", "expected"), TREE)
def test_the_decision_tree(copy, patron_open, expected):
    assert situation(copy, patron_open=patron_open, repeat=timedelta(seconds=5)) is expected


def test_every_status_of_a_copy_has_words():
    assert set(STATUS_TEXTS) == set(ItemStatus)


@pytest.mark.parametrize("status", ItemStatus)
@pytest.mark.parametrize(
    "kind",
    [Kind.LOAN, Kind.RETURN, Kind.RENEWAL, Kind.IN_HOUSE_USE, Kind.LOST, Kind.FOUND, *ItemMove],
)
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
        ("2021 345", "2021345"),
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


GOOD = Borrower(registered_this_year=True, held=0, overdue=0)
HARD, MAY, NOTE = Severity.HARD, Severity.OVERRIDABLE, Severity.NOTE


@pytest.mark.parametrize(
    ("borrower", "wanted", "problems"),
    [
        (GOOD, Wanted(), []),
        (replace(GOOD, held=2, overdue=2), Wanted(), [("overdue", NOTE)]),
        (replace(GOOD, overdue=3), Wanted(), [("overdue", MAY)]),
        (replace(GOOD, registered_this_year=False), Wanted(), [("not_registered", HARD)]),
        (replace(GOOD, held=3), Wanted(), [("loan_limit", MAY)]),
        (replace(GOOD, held=1), Wanted(copies=3), [("loan_limit", MAY)]),
        (replace(GOOD, blocks=("долг",)), Wanted(), [("blocked", MAY)]),
        (GOOD, Wanted(holds_ahead=2), [("held_for_another", MAY)]),
        (GOOD, Wanted(leaving_for=InLanguages(ru="Ф1")), [("in_transit", MAY)]),
        (
            Borrower(registered_this_year=False, held=3, overdue=1),
            Wanted(holds_ahead=1),
            [
                ("not_registered", HARD),
                ("overdue", NOTE),
                ("loan_limit", MAY),
                ("held_for_another", MAY),
            ],
        ),
    ],
)
def test_all_problems_of_a_loan_are_collected(borrower, wanted, problems):
    found = loan_rules.problems(borrower, wanted, GENERAL, GENERAL)
    assert [(p.code, p.severity) for p in found] == problems


def test_a_limit_of_a_kind_counts_copies_of_that_kind():
    journals = PolicyRule(7, material="journal", values={"max_loans": 1})
    special = policy_for([journals], SETTINGS, branch_id=1, categories=("x",), material="journal")
    borrower = replace(GOOD, held=2, held_of_material=1)
    (found,) = loan_rules.problems(borrower, Wanted(), GENERAL, special)
    assert (found.code, dict(found.facts)) == ("material_limit", {"held": 1, "limit": 1})


@pytest.mark.parametrize(
    ("lending", "place", "codes"),
    [
        ("none", ServicePlace.READING_ROOM, ["not_for_loan"]),
        ("reading_room", ServicePlace.HOME, ["not_for_loan"]),
        ("reading_room", ServicePlace.READING_ROOM, []),
    ],
)
def test_what_may_leave_the_library(lending, place, codes):
    special = policy_for(
        [PolicyRule(1, values={"lending": lending})], SETTINGS, branch_id=1, categories=("x",),
        material="book",
    )  # fmt: skip
    found = loan_rules.problems(GOOD, Wanted(place), GENERAL, special)
    assert [p.code for p in found] == codes


def test_a_hard_problem_refuses_and_an_allowed_one_passes():
    note = loan_rules.problems(replace(GOOD, overdue=1), Wanted(), GENERAL, GENERAL)
    assert loan_rules.checked(note) == note
    full = loan_rules.problems(replace(GOOD, held=3, overdue=1), Wanted(), GENERAL, GENERAL)
    with pytest.raises(LoanRefused) as refused:
        loan_rules.checked(full, {"held_for_another"})
    assert [p.code for p in refused.value.problems] == ["loan_limit"]
    assert refused.value.overridable
    assert loan_rules.checked(full, {"loan_limit"}) == full
    hard = loan_rules.problems(
        replace(GOOD, registered_this_year=False, held=3), Wanted(), GENERAL, GENERAL
    )
    with pytest.raises(LoanRefused) as refused:
        loan_rules.checked(hard, {"not_registered", "loan_limit"})
    assert not refused.value.overridable


SCOPES = [
    # rules as (branch, category, material) → days; who asks → days
    ([], (1, ("pupil",), "book"), 15),
    ([((None, None, None), 20)], (1, ("pupil",), "book"), 20),
    ([((None, None, "cd"), 3), ((None, "pupil", None), 10)], (1, ("pupil",), "cd"), 10),
    ([((None, "pupil", None), 10), ((1, None, None), 7)], (1, ("pupil",), "cd"), 7),
    ([((1, None, None), 7)], (2, ("pupil",), "cd"), 15),
    ([((None, "worker", None), 10)], (1, ("driver", "worker"), "book"), 10),
    (
        [((None, "worker", None), 9), ((None, "driver", None), 5)],
        (1, ("driver", "worker"), "cd"),
        5,
    ),
    ([((1, None, None), 7), ((1, None, "cd"), 2)], (1, ("pupil",), "cd"), 2),
    ([((None, None, "cd"), 3)], (1, ("pupil",), None), 15),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "asked", "days"), SCOPES)
def test_the_narrowest_rule_decides(rules, asked, days):
    made = [PolicyRule(n, *scope, {"loan_days": d}) for n, (scope, d) in enumerate(rules, 1)]
    branch, categories, material = asked
    found = policy_for(made, SETTINGS, branch_id=branch, categories=categories, material=material)
    assert found.number("loan_days") == days
    assert found.rule("loan_days").values["loan_days"] == days
    assert found.rule("max_loans") == default_rule(SETTINGS)


def test_a_loan_is_due_on_a_day_the_branch_works():
    monday = date(2026, 3, 2)
    assert policy_rules.due_day(monday, 6, Calendar()) == date(2026, 3, 8)
    assert policy_rules.due_day(monday, 6, Calendar("7")) == date(2026, 3, 9)
    spring = {date(2026, 3, 8), date(2026, 3, 9)}
    assert policy_rules.due_day(monday, 6, Calendar("7", spring)) == date(2026, 3, 10)
    always = Calendar("123456", {monday + timedelta(days=n) for n in range(800)})
    assert policy_rules.due_day(monday, 6, always) == date(2026, 3, 8)


def test_a_renewal_never_shortens_a_loan():
    today, far = date(2026, 3, 2), date(2026, 6, 1)
    for due, place, renewed in (
        (DUE, HOME, date(2026, 3, 17)), (far, HOME, far), (today, ROOM, today), (DUE, ROOM, DUE),
    ):  # fmt: skip
        loan = Renewing(due, place, 0, 0, seen=True, holds_ahead=0)
        assert loan_rules.renewed_due(loan, today, GENERAL, Calendar()) == renewed


DUE = date(2026, 3, 5)
HOME, ROOM = ServicePlace.HOME, ServicePlace.READING_ROOM


@pytest.mark.parametrize(
    ("loan", "codes"),
    [
        (Renewing(DUE, HOME, 0, 0, seen=True, holds_ahead=0), []),
        (Renewing(DUE, HOME, 1, 1, seen=True, holds_ahead=0), []),
        (Renewing(DUE, HOME, 1, 1, seen=False, holds_ahead=0), ["unseen_renewals_used_up"]),
        (
            Renewing(DUE, HOME, 2, 0, seen=True, holds_ahead=1),
            ["renewals_used_up", "held_for_another"],
        ),
    ],
)
def test_what_speaks_against_a_renewal(loan, codes):
    found = loan_rules.renewal_problems(loan, GENERAL)
    assert [p.code for p in found] == codes
    if codes:
        with pytest.raises(RenewalRefused):
            loan_rules.checked(found, error=RenewalRefused)


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
        ({"card": "Жібек"}, "Card barcode"),
        ({"phone": "звоните"}, "Phone"),
        ({"email": "нет"}, "E-mail"),
        (
            {"consent": False},
            "The reader has read the rules and agrees to the processing of personal data",
        ),
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
