"""A server whose clock was wrong for a while: its entries set right, its closed months opened."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from reports import cells, history, line, report
from sqlalchemy import select

from ils import db, ledger
from ils.circulation.loans.models import Loan
from ils.clock import Period
from ils.ledger import Entry, Kind
from ils.ledger.guards import missing
from ils.operations.wrong_clock import queries
from ils.operations.wrong_clock.actions import NothingWrong
from ils.operations.wrong_clock.queries import months_not_over, wrong_entries
from ils.organisation.audit.models import AuditEntry
from ils.organisation.staff.models import Role
from ils.stats.closing import verification

PAGE = "/staff/tasks/clock"
A_YEAR = timedelta(days=365)
RIGHT, WRONG = date(2026, 3, 4), date(2027, 3, 4)


@pytest.fixture(autouse=True)
def built_before(monkeypatch):
    """The program was made before the days of these tests."""
    monkeypatch.setattr(queries, "BEGAN", date(2026, 1, 1))


@pytest.fixture
def ahead(library_clock, library, browser):
    """A day's work under a clock that is a year ahead; then the clock is right again."""
    library.account("админ", Role.ADMINISTRATOR)
    library.reader("R1")
    for number in ("B1", "B2", "B3"):
        library.copy(number)
    library.desk().issue("R1", "B1")  # right, before
    library.now += A_YEAR
    library.reregister("R1")
    library.desk().issue("R1", "B2")
    library.desk().issue("R1", "B3")
    library.desk().take_back("B3")
    library.now -= A_YEAR
    library.now += timedelta(minutes=10)
    browser.sign_in("админ")
    return browser


def set_right(browser, real_day="04.03.2026", reason="батарейка"):
    return browser.post(PAGE, request_id=str(uuid4()), real_day=real_day, reason=reason)


def figures(library, year):
    """Loans, visits and registrations of a year."""
    said = cells(report(library, "annual", Period(date(year, 1, 1), date(year + 1, 1, 1))))
    work = [said["activity_by_branch", "total", one] for one in ("loans", "visits")]
    return (*work, said["reader_groups", "total", "readers"])


def loan_of(library, number):
    with library.sessions() as session:
        own = select(Loan).join(Loan.item).where(Loan.item.has(inventory_number=number))
        return session.scalars(own.order_by(Loan.id.desc())).first()


def test_a_day_a_year_ahead_is_dated_anew(ahead, library):
    before = loan_of(library, "B2").due
    assert figures(library, 2026)[0] == 1
    page = ahead.get(PAGE).text
    assert "04.03.2027" in page
    assert set_right(ahead).status_code == 302
    assert figures(library, 2026) == (3, 1, 1)  # one visit a day, one registration a year
    assert figures(library, 2027)[:2] == (0, 0)
    loan, back = loan_of(library, "B2"), loan_of(library, "B3")
    assert (loan.issued_at.date(), loan.due) == (RIGHT, before - A_YEAR)
    assert back.ended_at.date() == RIGHT
    assert "Ни одной записи" in ahead.get(PAGE).text
    library.desk().take_back("B2")  # and work goes on
    with library.sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.set_right"))
        assert entry.one().changes["reason"] == "батарейка"


def test_a_month_closed_by_a_wrong_clock_is_opened_again(ahead, library):
    library.close_until(date(2027, 4, 1))
    library.wait(minutes=5)
    library.desk().take_back("B1")  # right, but it counts in 2027: the frontier is there
    with library.sessions() as session:
        assert len(months_not_over(session, RIGHT)) == 13
        assert [(one.day, one.misdated) for one in wrong_entries(session, RIGHT)] == [
            (RIGHT, False), (WRONG, True),
        ]  # fmt: skip
    assert "03.2027" in ahead.get(PAGE).text
    assert set_right(ahead).status_code == 302
    with library.sessions() as session:
        assert months_not_over(session, RIGHT) == []
        assert ledger.first_open_day(session) == date.min
        assert missing(session) == []  # the guards stand again
        assert session.scalars(select(Entry).where(Entry.posted > RIGHT).where(
            Entry.reverses_id.is_(None),
            Entry.id.not_in(select(Entry.reverses_id).where(Entry.reverses_id.is_not(None))),
        )).all() == []  # fmt: skip
        assert verification.verify(session)[1] == []
    assert figures(library, 2026) == (3, 1, 1)


def test_months_that_are_over_stay_closed(ahead, library):
    history(library, line("loan", "2026-02-05", 4))
    library.close_until(date(2026, 3, 1))
    set_right(ahead)
    with library.sessions() as session:
        assert ledger.first_open_day(session) == date(2026, 3, 1)


@pytest.mark.parametrize(("day", "reason", "said"), [
    ("", "батарейка", "Какой день был на самом деле"),
    ("04.03.2026", " ", "Причина"),
    ("05.03.2026", "батарейка", "после сегодняшнего дня"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(ahead, library, day, reason, said):
    answer = set_right(ahead, day, reason)
    assert (answer.status_code, said in answer.text) == (422, True)
    with library.sessions() as session:
        assert len(wrong_entries(session, RIGHT)) == 1


def test_nothing_is_wrong_with_a_right_clock(library_clock, library, browser):
    library.account("админ", Role.ADMINISTRATOR)
    library.reader("R1")
    library.copy("B1")
    library.desk().issue("R1", "B1")
    browser.sign_in("админ")
    answer = set_right(browser)
    assert answer.status_code == NothingWrong.status
    with db.reading(library.sessions) as session:
        kinds = session.scalars(select(Entry.kind).where(Entry.reverses_id.is_not(None)))
        assert Kind.LOAN not in set(kinds)


def test_a_dead_battery_wrote_the_year_two_thousand(library_clock, library, browser):
    library.account("админ", Role.ADMINISTRATOR)
    library.reader("R1")
    library.copy("B1")
    right = library.now
    library.now = right.replace(year=2000)
    library.reregister("R1")
    library.desk().issue("R1", "B1")
    library.now = right + timedelta(minutes=5)
    browser.sign_in("админ")
    assert set_right(browser).status_code == 302
    assert loan_of(library, "B1").issued_at == right
    assert figures(library, 2026) == (1, 1, 1)


def test_a_later_version_does_not_call_older_entries_wrong(ahead, library, monkeypatch):
    """`BUILT` moves with each version; what was written before it was written by a right clock."""
    set_right(ahead)
    monkeypatch.setattr("ils.BUILT", date(2030, 1, 1))
    library.now = library.now.replace(year=2030)
    with library.sessions() as session:
        assert wrong_entries(session, date(2030, 3, 4)) == []
