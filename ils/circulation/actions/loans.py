"""Lending, taking back, renewing: each changes the state and writes its entry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation import queries
from ils.circulation.actions.patrons import patron_facts
from ils.circulation.actions.visits import count_visit
from ils.circulation.models import Loan, LoanEnd, Patron, PatronYear
from ils.circulation.rules import loans as rules
from ils.circulation.rules.loans import Borrower, Problem
from ils.config import Circulation
from ils.holdings.models import Item
from ils.holdings.rules import next_status
from ils.ledger import Kind, Origin
from ils.organisation.queries import calendar


@dataclass(frozen=True)
class Issued:
    """A loan just made, what is to be said with it, and what the reader has now."""

    loan: Loan
    notes: list[Problem]
    held: int
    overdue: int


def issue_item(
    session: Session, origin: Origin, *, patron: Patron, item: Item, rules_: Circulation
) -> Issued:
    """Lend a copy.

    Raises:
        LoanRefused: the rules say no; it carries all the problems.
        ItemUnavailable: the copy's state does not allow it.
    """
    year, held, overdue = queries.borrower(session, patron.id, origin.day)
    notes = rules.checked(rules.problems(Borrower(year is not None, held, overdue), rules_))
    assert year is not None  # noqa: S101 -- `checked` refused otherwise; tells the type checker
    item.status = next_status(item.status, Kind.LOAN)
    item.branch_id = origin.branch_id
    loan = Loan(
        item=item,
        patron=patron,
        patron_year=year,
        branch_id=origin.branch_id,
        staff_id=origin.staff_id,
        issued_at=origin.at,
        due=rules.due_day(
            origin.day, rules_.loan_days, calendar(session, origin.branch_id, origin.day)
        ),
    )
    session.add(loan)
    session.flush()
    facts = loan_facts(loan, origin)
    ledger.record(session, Kind.LOAN, origin, facts, place="home")
    count_visit(session, origin, patron.id, facts)
    return Issued(loan, notes, held + 1, overdue)


def return_item(session: Session, origin: Origin, *, loan: Loan, by_another: bool = False) -> None:
    """Take a copy back.

    Args:
        by_another: another reader brought it (S3); then it is no visit of the first.

    Raises:
        ItemUnavailable: the copy's state does not allow it.
    """
    loan.item.status = next_status(loan.item.status, Kind.RETURN)
    loan.item.branch_id = origin.branch_id
    loan.ended_at = origin.at
    loan.ended_by = LoanEnd.RETURNED
    facts = loan_facts(loan, origin)
    detail = queries.BY_ANOTHER if by_another else None
    ledger.record(session, Kind.RETURN, origin, facts, detail=detail)
    if not by_another and loan.patron_id is not None:
        count_visit(session, origin, loan.patron_id, facts)


def renew_loan(session: Session, origin: Origin, *, loan: Loan, rules_: Circulation) -> None:
    """Give a loan more days, at the desk, as the reader asked.

    Raises:
        ItemUnavailable: the loan is no longer open.
        RenewalsUsedUp: the limit is reached.
    """
    next_status(loan.item.status, Kind.RENEWAL)
    working = calendar(session, origin.branch_id, origin.day)
    due = rules.renewed_due(loan.due, loan.renewals, origin.day, rules_, working)
    loan.due_before, loan.due = loan.due, due
    loan.renewals += 1
    facts = loan_facts(loan, origin)
    ledger.record(session, Kind.RENEWAL, origin, facts, detail="reader")
    if loan.patron_id is not None:
        count_visit(session, origin, loan.patron_id, facts)


def use_in_house(session: Session, origin: Origin, *, item: Item) -> None:
    """Count a copy that was read in the library without a loan.

    Raises:
        ItemUnavailable: the copy is not on the shelf.
    """
    next_status(item.status, Kind.IN_HOUSE_USE)
    place = "reading_room"
    ledger.record(session, Kind.IN_HOUSE_USE, origin, item_facts(item), place=place)


def item_facts(item: Item) -> ledger.Facts:
    """What an entry says of a copy."""
    return {
        "item_id": item.id,
        "record_id": item.record_id,
        "catalogue": item.record.catalogue,
        "material": item.record.material,
        "language": item.record.language,
        "division": item.record.division,
        "owner_branch_id": item.owner_branch_id,
    }


def loan_facts(loan: Loan, origin: Origin) -> ledger.Facts:
    """What an entry says of a loan: its copy and its reader as registered."""
    year: PatronYear = loan.patron_year
    return {"loan_id": loan.id, **item_facts(loan.item), **patron_facts(year, origin)}
