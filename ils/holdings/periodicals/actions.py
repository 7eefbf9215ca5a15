"""Subscriptions taken out, issues checked in and put on account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.acts.acceptance import accept
from ils.holdings.acts.actions import draw_up
from ils.holdings.acts.fields import ActData
from ils.holdings.acts.models import AcceptanceLine, ActItem, ActKind, StockAct
from ils.holdings.acts.rules import MOST_COPIES, EmptyAct
from ils.holdings.items.models import Item
from ils.holdings.items.rules import price_of
from ils.holdings.partners.actions import mention
from ils.holdings.partners.models import PartnerKind
from ils.holdings.periodicals import queries, rules
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.ledger import AccessionSource, Origin, WithdrawalReason


@dataclass(frozen=True)
class SubscriptionData:
    """The form of a subscription."""

    record: str = described(N_("Periodical"), scan=True, longest=40,
                            hint=N_("ISSN, or the number of the record"))  # fmt: skip
    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    year: int = described(N_("Year"), FieldKind.WHOLE, width="year", least=1900, most=2200)
    half: str = described(N_("Half-year"), FieldKind.CHOICE, default="1")
    pattern: str = described(N_("How often it appears"), FieldKind.CHOICE, default="monthly")
    first: int = described(N_("First number of the half-year"), FieldKind.WHOLE, default=1,
                           width="short", least=1)  # fmt: skip
    sets: int = described(N_("Sets"), FieldKind.WHOLE, default=1, width="short", least=1, most=999)
    price: str = described(N_("Price of a set, ₸"), default="", width="short", longest=30)
    supplier: str = described(N_("Supplier"), default="", longest=200)
    index: str = described(N_("Index in the catalogue of the post"), default="", width="short",
                           longest=40)  # fmt: skip
    kazakhstani: bool = described(N_("Published in Kazakhstan"), FieldKind.FLAG, default=True)


def subscribe(
    session: Session, config: Config, record: BibliographicRecord, branch_id: int,
    data: SubscriptionData,
) -> Subscription:  # fmt: skip
    """Take out a subscription, and list the issues that are expected.

    Raises:
        SubscribedAlready: the branch has it in this half-year.
        Invalid: a field cannot be used.
    """
    pattern = rules.patterns(config).get(data.pattern)
    if pattern is None or data.half not in {"1", "2"}:
        raise Invalid(N_("How often it appears"), N_("Choose one from the list."))
    half = int(data.half)
    there = select(Subscription.id).where(
        Subscription.record_id == record.id, Subscription.branch_id == branch_id,
        Subscription.year == data.year, Subscription.half == half,
    )  # fmt: skip
    if session.scalar(there) is not None:
        raise rules.SubscribedAlready
    one = Subscription(
        record=record, branch_id=branch_id, year=data.year, half=half, sets=data.sets,
        price=price_of(data.price, N_("Price of a set, ₸")), supplier=data.supplier,
        index=data.index, pattern=data.pattern, kazakhstani=data.kazakhstani,
    )  # fmt: skip
    session.add(one)
    session.flush()
    one.supplier = mention(session, data.supplier, PartnerKind.SUPPLIER)
    days = rules.expected_days(pattern, data.year, half)
    session.add_all(
        SerialIssue(subscription_id=one.id, number=str(number), expected_on=day)
        for number, day in enumerate(days, data.first)
    )
    session.flush()
    return one


def repeat(session: Session, config: Config, one: Subscription) -> Subscription:
    """Take out the same for the next half-year; in a new year numbers begin anew.

    Raises:
        SubscribedAlready: the branch has it.
    """
    year, half = (one.year, 2) if one.half == 1 else (one.year + 1, 1)
    numbers = session.scalars(
        select(SerialIssue.number).where(SerialIssue.subscription_id == one.id)
    )
    last = max((int(n) for n in numbers if n.isascii() and n.isdigit()), default=0)
    first = 1 if half == 1 else last + 1
    price = "" if one.price is None else f"{one.price / 100:.2f}"
    data = SubscriptionData(
        record=str(one.record_id), branch="", year=year, half=str(half), pattern=one.pattern,
        first=first, sets=one.sets, price=price, supplier=one.supplier, index=one.index,
        kazakhstani=one.kazakhstani,
    )  # fmt: skip
    return subscribe(session, config, one.record, one.branch_id, data)


def drop(session: Session, one: Subscription) -> None:
    """Take a subscription back that brought nothing yet.

    Raises:
        IssuesArrived: it did.
    """
    came = select(SerialIssue.id).where(
        SerialIssue.subscription_id == one.id, SerialIssue.arrived_on.is_not(None)
    )
    if session.scalar(came.limit(1)) is not None:
        raise rules.IssuesArrived
    session.execute(delete(SerialIssue).where(SerialIssue.subscription_id == one.id))
    session.delete(one)
    session.flush()


def check_in(session: Session, issue: SerialIssue, day: date, copies: int | None = None) -> None:
    """An issue came, in as many copies as there are sets unless said otherwise.

    Raises:
        Invalid: the number cannot be.
        IssuesArrived: it is on account.
    """
    if queries.is_on_account(session, issue):
        raise rules.IssuesArrived
    number = issue.subscription.sets if copies is None else copies
    if not 0 < number <= issue.subscription.sets:
        raise Invalid(N_("Copies"), N_("It must be a whole number within its bounds."))
    issue.arrived_on, issue.copies = day, number
    session.flush()


def undo_check_in(session: Session, issue: SerialIssue) -> None:
    """It did not come after all.

    Raises:
        IssuesArrived: it is on account.
    """
    if queries.is_on_account(session, issue):
        raise rules.IssuesArrived
    issue.arrived_on, issue.copies = None, 0
    session.flush()


def claim(session: Session, issue: SerialIssue, day: date) -> None:
    """The supplier was asked for an issue that is late."""
    issue.claimed_on = day
    session.flush()


def put_on_account(session: Session, origin: Origin, branch_id: int) -> StockAct:
    """Put what came to a branch into stock, by one act.

    Journals are counted by issues, newspapers by yearly sets, once the year is over
    (ГОСТ 7.20-2000: all issues of a year are one unit of the stock).

    Raises:
        NothingToAccount: everything is on account.
        ActTooLong: it is more than an act takes.
    """
    found = queries.to_account(session, branch_id)
    journals: list[SerialIssue] = []
    sets: dict[tuple[int, int], list[SerialIssue]] = defaultdict(list)
    for one in found:
        if one.subscription.record.material in rules.BY_ISSUE:
            journals.append(one)
        elif one.subscription.year < origin.day.year:
            sets[one.subscription.record_id, one.subscription.year].append(one)
    if not journals and not sets:
        raise rules.NothingToAccount
    data = ActData(source=AccessionSource.PERIODICALS.value)
    act = draw_up(session, origin, ActKind.ACCEPTANCE, data, branch_id)
    for one in journals:
        session.add(_issue_line(session, act, one))
    for (_, year), issues in sets.items():
        session.add(_set_line(act, year, issues))
    for one in (*journals, *(one for issues in sets.values() for one in issues)):
        one.act_id = act.id
    session.flush()
    accept(session, origin, act)
    return act


def _issue_line(session: Session, act: StockAct, one: SerialIssue) -> AcceptanceLine:
    """Copies of an issue of a journal: a group without numbers."""
    subscription = one.subscription
    number = session.scalar(
        select(func.count()).where(SerialIssue.subscription_id == subscription.id)
    )
    price = None if subscription.price is None else subscription.price // max(number or 1, 1)
    return AcceptanceLine(
        act_id=act.id, record=subscription.record, branch_id=subscription.branch_id,
        copies=one.copies, price=price, part=f"{subscription.year} № {one.number}",
        numbered=False,
    )  # fmt: skip


def _set_line(act: StockAct, year: int, issues: Sequence[SerialIssue]) -> AcceptanceLine:
    """Yearly sets of a newspaper, each a unit with a number of its own."""
    subscriptions = {one.subscription_id: one.subscription for one in issues}
    prices = [one.price for one in subscriptions.values()]
    known = [price for price in prices if price is not None]
    first = issues[0].subscription
    return AcceptanceLine(
        act_id=act.id, record=first.record, branch_id=first.branch_id,
        copies=max(one.copies for one in issues), price=sum(known) if known else None,
        part=str(year),
    )  # fmt: skip


def act_of_old(session: Session, origin: Origin, branch_id: int) -> StockAct:
    """Draw up an act of withdrawal of what is kept longer than it must be.

    Raises:
        EmptyAct: there is nothing.
    """
    query = queries.past_retention(origin.day)
    items = session.scalars(query.where(Item.owner_branch_id == branch_id).limit(MOST_COPIES)).all()
    if not items:
        raise EmptyAct
    data = ActData(reason=WithdrawalReason.OBSOLETE.value)
    act = draw_up(session, origin, ActKind.WITHDRAWAL, data, branch_id)
    session.add_all(
        ActItem(act_id=act.id, item_id=item.id, copies=item.copies, price=item.price)
        for item in items
    )
    session.flush()
    return act
