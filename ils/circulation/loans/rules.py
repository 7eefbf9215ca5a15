"""May this reader borrow, renew. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ils.circulation.policy.rules import Lending, LoanPolicy, due_day
from ils.errors import N_, InLanguages, Refused
from ils.ledger import ServicePlace
from ils.organisation.calendar.rules import Calendar


class Severity(StrEnum):
    """Whether a problem stops the act for everybody, for most, or is only said."""

    HARD = "hard"
    OVERRIDABLE = "overridable"
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
    """What is known of the reader when the rules are asked.

    Attributes:
        held: copies on hand, outside the reading room.
        overdue: of them, past their day and the days of grace.
        held_of_material: of the same material as the one asked for.
        blocks: reasons why nothing is lent.
    """

    registered_this_year: bool
    held: int
    overdue: int
    held_of_material: int = 0
    blocks: Sequence[str] = ()


@dataclass(frozen=True)
class Wanted:
    """What is known of the copy, and where it is to be read.

    Attributes:
        holds_ahead: how many other readers wait for a copy like this and came first.
        leaving_for: the branch the copy is on its way to, by name.
    """

    place: ServicePlace = ServicePlace.HOME
    copies: int = 1
    holds_ahead: int = 0
    leaving_for: InLanguages = field(default_factory=InLanguages)


class LoanRefused(Refused):
    """Problems that nobody allowed; ``problems`` has all of them."""

    code = "loan_refused"
    message = N_("Not checked out.")

    def __init__(self, problems: list[Problem], about: str = "") -> None:
        """Keep the problems, and which copy they are about, for the page."""
        super().__init__()
        self.problems = problems
        self.about = about

    @property
    def overridable(self) -> bool:
        """Whether a right and a reason would do."""
        return all(p.severity is not Severity.HARD for p in self.problems)


class RenewalRefused(LoanRefused):
    """The same of a renewal."""

    code = "renewal_refused"
    message = N_("Not renewed.")


def problems(
    borrower: Borrower, wanted: Wanted, general: LoanPolicy, special: LoanPolicy
) -> list[Problem]:
    """Everything that speaks against a loan, or should be said with it.

    Args:
        general: what holds for all kinds of documents together.
        special: what holds for this kind.
    """
    return [
        *_of_the_reader(borrower, general),
        *_of_the_limits(borrower, wanted, general, special),
        *_of_the_copy(wanted, special),
    ]


def _overridable(code: str, message: str, **facts: object) -> Problem:
    return Problem(code, Severity.OVERRIDABLE, message, tuple(facts.items()))


def standing_problems(borrower: Borrower) -> list[Problem]:
    """What speaks against lending or renewing anything to a reader."""
    found = []
    if not borrower.registered_this_year:
        message = N_("The reader is not registered this year.")
        found.append(Problem("not_registered", Severity.HARD, message))
    for reason in borrower.blocks:
        message = N_("Borrowing is blocked for this patron: %(reason)s.")
        found.append(_overridable("blocked", message, reason=reason))
    return found


def _of_the_reader(borrower: Borrower, general: LoanPolicy) -> list[Problem]:
    found = standing_problems(borrower)
    if borrower.overdue:
        most = general.number("max_overdue")
        stops = 0 < most <= borrower.overdue
        severity = Severity.OVERRIDABLE if stops else Severity.NOTE
        message = N_("Overdue copies: %(overdue)s.")
        found.append(Problem("overdue", severity, message, (("overdue", borrower.overdue),)))
    return found


def _of_the_limits(
    borrower: Borrower, wanted: Wanted, general: LoanPolicy, special: LoanPolicy
) -> list[Problem]:
    found: list[Problem] = []
    if wanted.place is ServicePlace.READING_ROOM:  # limits are of what leaves the library
        return found
    limits = [("loan_limit", borrower.held, general)]
    if special.rule("max_loans").material is not None:
        limits.append(("material_limit", borrower.held_of_material, special))
    messages = {
        "loan_limit": N_("The reader has %(held)s copies already; %(limit)s are allowed."),
        "material_limit": N_("The reader has %(held)s copies of this kind; %(limit)s are allowed."),
    }
    for code, held, terms in limits:
        limit = terms.number("max_loans")
        if held + wanted.copies > limit:
            found.append(_overridable(code, messages[code], held=held, limit=limit))
    return found


def _of_the_copy(wanted: Wanted, special: LoanPolicy) -> list[Problem]:
    found = _of_the_kind(wanted.place, special)
    if wanted.holds_ahead:
        message = N_("Other readers wait for it: %(count)s.")
        found.append(_overridable("held_for_another", message, count=wanted.holds_ahead))
    if wanted.leaving_for:
        message = N_("It is on its way to %(branch)s.")
        found.append(_overridable("in_transit", message, branch=wanted.leaving_for))
    return found


def _of_the_kind(place: ServicePlace, special: LoanPolicy) -> list[Problem]:
    lending = special.lending
    if lending is Lending.NONE:
        message = N_("Documents of this kind are not lent.")
    elif lending is Lending.READING_ROOM and place is not ServicePlace.READING_ROOM:
        message = N_("Documents of this kind are read in the reading room only.")
    else:
        return []
    return [_overridable("not_for_loan", message)]


def checked(
    found: list[Problem],
    allowed: Collection[str] = (),
    error: type[LoanRefused] = LoanRefused,
    *,
    about: str = "",
) -> list[Problem]:
    """The problems that are only said, or were allowed.

    Args:
        allowed: codes that somebody with the right lets pass.
        about: the copy, for the words of a refusal.

    Raises:
        LoanRefused: one is hard, or overridable and not allowed.
    """
    for problem in found:
        let_pass = problem.severity is Severity.OVERRIDABLE and problem.code in allowed
        if problem.severity is not Severity.NOTE and not let_pass:
            raise error([p for p in found if p.severity is not Severity.NOTE], about)
    return found


@dataclass(frozen=True)
class Renewing:
    """A loan that is to be renewed.

    Attributes:
        seen: the reader is at the desk.
        place: where the copies are.
        weeks: full weeks since it was lent.
    """

    due: date
    place: ServicePlace
    renewals: int
    unseen_renewals: int
    seen: bool
    holds_ahead: int
    weeks: int = 0


def renewal_problems(loan: Renewing, terms: LoanPolicy) -> list[Problem]:
    """What speaks against a renewal, besides how the reader stands."""
    found = _of_the_kind(loan.place, terms)
    limits = [("renewals_used_up", loan.renewals, terms.number("max_renewals"))]
    if not loan.seen:
        unseen = (loan.unseen_renewals, terms.number("max_unseen_renewals"))
        limits.append(("unseen_renewals_used_up", *unseen))
    messages = {
        "renewals_used_up": N_("It was renewed %(renewals)s times already; %(limit)s are allowed."),
        "unseen_renewals_used_up": N_(
            "It was renewed %(renewals)s times without the reader; %(limit)s are allowed."
        ),
    }
    for code, renewals, limit in limits:
        if renewals >= limit:
            found.append(_overridable(code, messages[code], renewals=renewals, limit=limit))
    most = terms.number("max_weeks")
    if most and loan.weeks >= most:
        message = N_(
            "Weeks since it was lent: %(weeks)s; it is renewed for %(limit)s weeks at most."
        )
        found.append(_overridable("out_too_long", message, weeks=loan.weeks, limit=most))
    if loan.holds_ahead:
        message = N_("Other readers wait for it: %(count)s.")
        found.append(_overridable("held_for_another", message, count=loan.holds_ahead))
    return found


def nothing_gained(due: date) -> Problem:
    """A renewal today would give the reader no day more."""
    message = N_("It is lent until %(due)s already; a renewal today adds nothing.")
    return Problem("nothing_gained", Severity.HARD, message, (("due", due.strftime("%d.%m.%Y")),))


def renewed_due(loan: Renewing, today: date, terms: LoanPolicy, calendar: Calendar) -> date:
    """The due day after a renewal; never earlier than before. A reading room ends with its day."""
    if loan.place is ServicePlace.READING_ROOM:
        return max(loan.due, today)
    return max(loan.due, due_day(today, terms.number("renewal_days"), calendar))
