"""May this reader borrow, renew; until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ils.config import Circulation
from ils.errors import N_, Refused
from ils.organisation.rules import Calendar


class Severity(StrEnum):
    """Whether a problem stops the act or is only said."""

    HARD = "hard"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """One thing to know before a loan; all are collected, not only the first."""

    code: str
    severity: Severity
    message: str
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Borrower:
    """What is known of the reader when the rules are asked."""

    registered_this_year: bool
    held: int
    overdue: int


class LoanRefused(Refused):
    """At least one hard problem; ``problems`` has them all."""

    code = "loan_refused"
    message = N_("Not lent.")

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems for the page."""
        super().__init__()
        self.problems = problems


class RenewalsUsedUp(Refused):
    """The loan was renewed as often as the rules allow."""

    code = "renewals_used_up"
    message = N_("Not renewed: it was renewed %(renewals)s times already.")


def problems(borrower: Borrower, rules: Circulation) -> list[Problem]:
    """Everything that speaks against a loan, or should be said with it."""
    found = []
    if not borrower.registered_this_year:
        message = N_("The reader is not registered this year.")
        found.append(Problem("not_registered", Severity.HARD, message))
    if borrower.held >= rules.max_loans:
        message = N_("The reader has %(held)s copies already; %(limit)s are allowed.")
        facts = (("held", borrower.held), ("limit", rules.max_loans))
        found.append(Problem("loan_limit", Severity.HARD, message, facts))
    if borrower.overdue:
        message = N_("Overdue copies: %(overdue)s.")
        found.append(Problem("overdue", Severity.NOTE, message, (("overdue", borrower.overdue),)))
    return found


def checked(found: list[Problem]) -> list[Problem]:
    """The problems that are only said.

    Raises:
        LoanRefused: one of them is hard.
    """
    if any(p.severity is Severity.HARD for p in found):
        raise LoanRefused(found)
    return found


def due_day(today: date, days: int, calendar: Calendar) -> date:
    """The day a loan of so many days is due: a day the branch works."""
    return calendar.next_open_day(today + timedelta(days=days))


def renewed_due(
    due: date, renewals: int, today: date, rules: Circulation, calendar: Calendar
) -> date:
    """The due day after a renewal; never earlier than before.

    Raises:
        RenewalsUsedUp: the limit is reached.
    """
    if renewals >= rules.max_renewals:
        raise RenewalsUsedUp(renewals=renewals)
    return max(due, due_day(today, rules.renewal_days, calendar))
