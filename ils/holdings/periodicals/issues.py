"""Issues that come otherwise than they were expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.periodicals import queries, rules
from ils.holdings.periodicals.models import SerialIssue, Subscription


@dataclass(frozen=True)
class IssueData:
    """The form of an issue."""

    number: str = described(N_("№"), width="short", longest=40, hint=N_("45, or 45–46 in one"))
    expected_on: date = described(N_("Expected on"), FieldKind.DAY, width="date")
    arrived_on: date | None = described(N_("Arrived"), FieldKind.DAY, default=None, width="date")
    copies: int | None = described(
        N_("Copies"), FieldKind.WHOLE, default=None, width="short", least=1,
        hint=N_("left empty, as many as there are sets"),
    )  # fmt: skip


def change(session: Session, issue: SerialIssue, data: IssueData) -> None:
    """Give an issue another number or day, or say how many copies of it came.

    Raises:
        IssuesArrived: it is on account.
        Invalid: the number is another's, or the copies are too many.
    """
    if queries.is_on_account(session, issue):
        raise rules.IssuesArrived
    _check_number(session, issue.subscription, data.number, issue)
    issue.number, issue.expected_on = data.number, data.expected_on
    issue.arrived_on, issue.copies = data.arrived_on, _copies(issue.subscription, data)
    session.flush()


def add(session: Session, of: Subscription, data: IssueData) -> SerialIssue:
    """An issue more than was expected.

    Raises:
        Invalid: the number is another's, or the copies are too many.
    """
    _check_number(session, of, data.number, None)
    issue = SerialIssue(
        subscription=of, number=data.number, expected_on=data.expected_on,
        arrived_on=data.arrived_on, copies=_copies(of, data),
    )  # fmt: skip
    session.add(issue)
    session.flush()
    return issue


def remove(session: Session, issue: SerialIssue) -> None:
    """An issue never appeared.

    Raises:
        IssuesArrived: it came.
    """
    if issue.arrived_on is not None:
        raise rules.IssuesArrived
    session.delete(issue)
    session.flush()


def _check_number(session: Session, of: Subscription, number: str, own: SerialIssue | None) -> None:
    same = select(SerialIssue.id).where(
        SerialIssue.subscription_id == of.id, SerialIssue.number == number
    )
    if session.scalar(same) not in {None, own.id if own else None}:
        raise Invalid(N_("№"), N_("The subscription has this number already."))


def _copies(of: Subscription, data: IssueData) -> int:
    """Copies that came: none while it is expected."""
    if data.arrived_on is None:
        return 0
    number = of.sets if data.copies is None else data.copies
    if number > of.sets:
        raise Invalid(N_("Copies"), N_("It must be a whole number within its bounds."))
    return number
