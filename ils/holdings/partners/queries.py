"""Reading the register of partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from ils import folding
from ils.holdings.acts.models import AcceptanceLine, ActState, StockAct
from ils.holdings.partners.models import Partner
from ils.holdings.partners.rules import UnknownPartner


@dataclass(frozen=True)
class PartnerTotals:
    """Executed acts that name a partner and stand, and what came by them: copies, tiyn."""

    acts: int = 0
    copies: int = 0
    amount: int = 0


def partners(text: str = "", kind: str = "") -> Select[Partner]:
    """The register by name."""
    query = select(Partner).order_by(Partner.name, Partner.id)
    if text:
        columns = (Partner.name, Partner.tax_number, Partner.contact)
        like = [folding.contains(column, text) for column in columns]
        query = query.where(like[0] | like[1] | like[2])
    return query.where(Partner.kind == kind) if kind else query


def partner(session: Session, number: int) -> Partner:
    """A partner.

    Raises:
        UnknownPartner: there is none of this number.
    """
    found = session.get(Partner, number)
    if found is None:
        raise UnknownPartner
    return found


def suggestions(session: Session) -> list[tuple[str, str]]:
    """Names forms suggest."""
    query = select(Partner.name).where(~Partner.closed).order_by(Partner.name)
    return [(name, "") for name in session.scalars(query)]


def acts_with(name: str) -> Select[StockAct]:
    """Acts that name a partner, the latest first."""
    query = select(StockAct).where(StockAct.partner == name)
    return query.order_by(StockAct.day.desc(), StockAct.id.desc())


def totals(session: Session, names: Sequence[str]) -> dict[str, PartnerTotals]:
    """Name → what executed acts that name it come to."""
    reversal = aliased(StockAct)
    undone = exists().where(reversal.reverses_id == StockAct.id)
    lines = AcceptanceLine
    query = (
        select(
            StockAct.partner, func.count(StockAct.id.distinct()),
            func.coalesce(func.sum(lines.copies), 0),
            func.coalesce(func.sum(lines.copies * lines.price), 0),
        )
        .outerjoin(lines, lines.act_id == StockAct.id)
        .where(
            StockAct.partner.in_(names), StockAct.state == ActState.EXECUTED,
            StockAct.reverses_id.is_(None), ~undone,
        )
        .group_by(StockAct.partner)
    )  # fmt: skip
    found = {row[0]: PartnerTotals(*map(int, row[1:])) for row in session.execute(query)}
    return {name: found.get(name, PartnerTotals()) for name in names}
