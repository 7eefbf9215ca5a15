"""Reading subscriptions and issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from ils.catalog.models import BibliographicRecord
from ils.holdings.acts.models import ActItem, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.holdings.periodicals.rules import (
    BY_ISSUE,
    LATE_AFTER,
    UnknownSubscription,
    kept_from,
    ranges,
)
from ils.ledger import Material


def subscription_by_id(session: Session, number: int) -> Subscription:
    """A subscription by its id.

    Raises:
        UnknownSubscription: there is none.
    """
    found = session.get(Subscription, number)
    if found is None:
        raise UnknownSubscription
    return found


def issue_by_id(session: Session, number: int) -> SerialIssue:
    """An issue by its id, held until the transaction ends.

    Raises:
        UnknownSubscription: there is none.
    """
    found = session.get(SerialIssue, number, with_for_update={"of": SerialIssue})
    if found is None:
        raise UnknownSubscription
    return found


def subscriptions() -> Select[Subscription]:
    """All subscriptions, newest half-year first, by title."""
    return (
        select(Subscription)
        .join(Subscription.record)
        .options(contains_eager(Subscription.record))
        .order_by(Subscription.year.desc(), Subscription.half.desc(), Subscription.id)
    )


def issues() -> Select[SerialIssue]:
    """All issues in the order they are expected."""
    return (
        select(SerialIssue)
        .join(SerialIssue.subscription)
        .join(Subscription.record)
        .options(contains_eager(SerialIssue.subscription).contains_eager(Subscription.record))
        .order_by(SerialIssue.expected_on, SerialIssue.id)
    )


def waited_for(day: date) -> Select[SerialIssue]:
    """Issues that should come until a day, and did not."""
    return issues().where(SerialIssue.arrived_on.is_(None), SerialIssue.expected_on <= day)


def late(today: date) -> Select[SerialIssue]:
    """Issues that are late."""
    return waited_for(today - LATE_AFTER)


@dataclass(frozen=True)
class SubscriptionTotals:
    """What subscriptions come to: titles, sets, those published in Kazakhstan, tiyn."""

    titles: int
    sets: int
    kazakhstani: int
    amount: int


def totals(session: Session, query: Select[Subscription]) -> SubscriptionTotals:
    """What the subscriptions of a query come to."""
    ids = query.with_only_columns(Subscription.id).order_by(None)
    one = Subscription
    row = session.execute(
        select(
            func.count(one.record_id.distinct()), func.coalesce(func.sum(one.sets), 0),
            func.coalesce(func.sum(case((one.kazakhstani, one.sets), else_=0)), 0),
            func.coalesce(func.sum(one.sets * one.price), 0),
        ).where(one.id.in_(ids))
    ).one()  # fmt: skip
    return SubscriptionTotals(*(int(value) for value in row))


@dataclass(frozen=True)
class SerialHoldings:
    """What a branch has of a periodical in a year: numbers that came, volumes and issues."""

    branch_id: int
    year: int
    numbers: str


def holdings_of(session: Session, record_id: int) -> list[SerialHoldings]:
    """What each branch has of a periodical, newest year first."""
    query = (
        select(Subscription.branch_id, Subscription.year, SerialIssue.number)
        .join(SerialIssue, SerialIssue.subscription_id == Subscription.id)
        .where(Subscription.record_id == record_id, SerialIssue.arrived_on.is_not(None))
        .order_by(SerialIssue.expected_on)
    )
    found: dict[tuple[int, int], list[str]] = {}
    for branch, year, number in session.execute(query):
        found.setdefault((branch, year), []).append(number)
    rows = [SerialHoldings(b, y, ranges(numbers)) for (b, y), numbers in found.items()]
    return sorted(rows, key=lambda row: (-row.year, row.branch_id))


def past_retention(today: date) -> Select[Item]:
    """Issues and yearly sets kept longer than they must be; none in an act.

    Foreign are those a subscription says to be; of others nobody said so, they are kept longer.
    Books carry their volume where periodicals carry a year: their material tells them apart.
    """
    said = exists().where(Subscription.record_id == Item.record_id)
    own = ~said | exists().where(
        Subscription.record_id == Item.record_id, Subscription.kazakhstani.is_(True)
    )
    in_act = exists().where(ActItem.item_id == Item.id, ActItem.is_open)
    year = func.substr(Item.part, 1, 4)
    kept, kept_abroad = (str(kept_from(at_home, today)) for at_home in (True, False))
    return (
        select(Item)
        .join(Item.record)
        .where(Item.status == ItemStatus.AVAILABLE, ~in_act)
        .where(BibliographicRecord.material.in_((Material.JOURNAL, Material.NEWSPAPER)))
        .where(year.between("1000", "9999"))
        .where(or_(and_(own, year < kept), and_(~own, year < kept_abroad)))
        .options(contains_eager(Item.record))
        .order_by(Item.part, Item.id)
    )


def to_account(session: Session, branch_id: int) -> Sequence[SerialIssue]:
    """Issues of a branch that came and are not on account.

    One that came after the set of its year was counted is in that set.
    """
    other, of = aliased(SerialIssue), aliased(Subscription)
    in_counted_set = BibliographicRecord.material.not_in(BY_ISSUE) & exists().where(
        other.subscription_id == of.id, of.record_id == Subscription.record_id,
        of.branch_id == Subscription.branch_id, of.year == Subscription.year,
        other.id.in_(_on_account()),
    )  # fmt: skip
    query = issues().where(
        Subscription.branch_id == branch_id, SerialIssue.arrived_on.is_not(None),
        SerialIssue.id.not_in(_on_account()), ~in_counted_set,
    )  # fmt: skip
    return session.scalars(query).all()


def _on_account() -> Select[int]:
    """Issues that an act put on account which nobody turned round."""
    turning = aliased(StockAct)
    return (
        select(SerialIssue.id)
        .join(StockAct, StockAct.id == SerialIssue.act_id)
        .where(~exists().where(turning.reverses_id == StockAct.id))
    )


def is_on_account(session: Session, issue: SerialIssue) -> bool:
    """Whether an issue is on account."""
    query = _on_account().where(SerialIssue.id == issue.id)
    return session.scalar(query) is not None
