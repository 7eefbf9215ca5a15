"""What is made of settings is made once, and anew by every process when a setting changes."""

from datetime import date

import pytest
from sqlalchemy import event

from ils import db, kept
from ils.circulation.policy.actions import save_rule
from ils.circulation.policy.queries import lending_rules
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.actions import close_on
from ils.organisation.calendar.queries import calendar
from ils.organisation.staff.queries import signed_in

MARCH = date(2026, 3, 4)


@pytest.fixture
def other(config):
    """Another process over the same database."""
    engine = db.connect(config)
    yield db.sessions_of(engine)
    engine.dispose()


@pytest.fixture
def account(library):
    return library.account("кафедра")


def asked(sessions, account, what):
    """What a signed-in process is told, and how many statements that took besides the sign-in."""
    seen = []
    engine = sessions.kw["bind"]
    with db.reading(sessions) as session:
        assert signed_in(session, account, 1, "") is not None
        event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        return what(session), len(seen)


def days_of_loan(session):
    return [rule.values["loan_days"] for rule in lending_rules(session)]


def rule(library, days):
    with db.transaction(library.sessions) as session:
        save_rule(
            session, None, None, branch=None, category=None, material=None,
            values={"loan_days": days}, categories=library.config.lists.categories,
        )  # fmt: skip


def test_rules_are_read_once_until_one_changes(library, sessions, account, other):
    assert asked(sessions, account, days_of_loan) == ([], 1)
    rule(library, 21)
    assert asked(other, account, days_of_loan) == ([21], 1)
    assert asked(sessions, account, days_of_loan)[0] == [21]


def test_a_second_asking_costs_no_statement(library, sessions, account):
    rule(library, 21)
    asked(sessions, account, days_of_loan)
    assert asked(sessions, account, days_of_loan) == ([21], 0)


def works(library, day):
    return lambda session: calendar(session, library.branches["ЦБ"].id, MARCH).works_on(day)


def test_a_day_closed_by_another_process_is_closed_here(library, sessions, account, other):
    day = date(2026, 3, 5)
    assert asked(sessions, account, works(library, day))[0] is True
    with db.transaction(other) as session:
        close_on(
            session, None, session.get_one(Branch, library.branches["ЦБ"].id), day=day, reason=""
        )
    assert asked(sessions, account, works(library, day))[0] is False


def test_whoever_changes_a_setting_sees_it_and_keeps_nothing_of_it(library, sessions, account):
    day = date(2026, 3, 6)
    with sessions() as session:  # rolled back
        signed_in(session, account, 1, "")
        assert works(library, day)(session) is True
        branch = session.get_one(Branch, library.branches["ЦБ"].id)
        close_on(session, None, branch, day=day, reason="")
        assert works(library, day)(session) is False
    assert asked(sessions, account, works(library, day))[0] is True


def test_a_transaction_that_began_before_a_change_leaves_the_newer_kept(sessions, account, library):
    with db.reading(sessions) as session:
        signed_in(session, account, 1, "")
        late = session.info["settings"]
    rule(library, 30)
    asked(sessions, account, days_of_loan)
    with db.reading(sessions) as session:
        kept.note(session, late)
        assert days_of_loan(session) == [30]
    assert asked(sessions, account, days_of_loan) == ([30], 0)
