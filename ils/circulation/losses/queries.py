"""Cases of lost, spoiled and claimed copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, false, literal, or_, select, union
from sqlalchemy.orm import Session, contains_eager

from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.losses.models import LoanLoss, LossKind
from ils.circulation.losses.rules import OPEN, LossState
from ils.holdings.acts.models import AcceptanceLine, ActState, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.patrons.models import Patron


@dataclass(frozen=True)
class LossFilter:
    """Which cases.

    Attributes:
        state: one of `LossState`, ``open`` for those not settled, or empty for all.
    """

    branch_id: int | None = None
    state: str = ""


def losses(which: LossFilter) -> Select[Loan, LoanLoss | None, Patron | None, str, bool]:
    """Loans, what was said of them, readers, states, whether replaced; the latest first."""
    lost = select(Loan.id).where(Loan.ended_by == LoanEnd.LOST)
    concerned = union(lost, select(LoanLoss.loan_id)).subquery()
    state = _state()
    query = (
        select(Loan, LoanLoss, Patron, state.label("state"), _replaced().label("new"))
        .select_from(Loan)
        .join(Loan.item)
        .join(Item.record)
        .options(contains_eager(Loan.item).contains_eager(Item.record))
        .outerjoin(LoanLoss, LoanLoss.loan_id == Loan.id)
        .outerjoin(Patron, Patron.id == Loan.patron_id)
        .where(
            Loan.id.in_(select(concerned.c.id)),
            Loan.ended_by.is_distinct_from(LoanEnd.UNDONE),
            # A declaration that was undone at the desk left the loan open.
            Loan.ended_at.is_not(None) | (LoanLoss.kind != LossKind.LOST),
        )
        .order_by(Loan.issued_at.desc(), Loan.id.desc())
    )
    if which.branch_id is not None:
        query = query.where(Loan.branch_id == which.branch_id)
    if which.state == "open":
        query = query.where(state.in_(OPEN))
    elif which.state:
        query = query.where(state == which.state)
    return query


def loss_of(session: Session, loan_id: int, *, lock: bool = False) -> LoanLoss | None:
    """What was said of a loan."""
    query = select(LoanLoss).where(LoanLoss.loan_id == loan_id)
    return session.scalar(query.with_for_update() if lock else query)


def claimed() -> Select[int]:
    """Loans whose readers say that they brought the copies back."""
    return select(LoanLoss.loan_id).where(
        LoanLoss.kind == LossKind.CLAIMED, LoanLoss.settlement.is_(None)
    )


def claimed_among(loan_ids: Sequence[int]) -> Select[int]:
    """Of some loans, those whose readers say that they brought the copies back."""
    return claimed().where(LoanLoss.loan_id.in_(loan_ids))


def state_of(session: Session, loan_id: int) -> LossState | None:
    """Where the case of a loan stands; ``None``: nothing is wrong with it."""
    found = session.execute(losses(LossFilter()).where(Loan.id == loan_id)).first()
    return None if found is None else LossState(found[3])


def _replaced() -> ColumnElement[bool]:
    """Whether an equal copy was taken in for this one."""
    found = (
        select(AcceptanceLine.id)
        .join(StockAct, StockAct.id == AcceptanceLine.act_id)
        .where(StockAct.state == ActState.EXECUTED, AcceptanceLine.replaces_id == Item.id)
    )
    return case((Loan.is_bulk, false()), else_=found.correlate(Item).exists())


def _state() -> ColumnElement[str]:
    """Where a case stands, from what is known of the loan and of the copy now."""
    damaged = LoanLoss.kind == LossKind.DAMAGED
    return case(
        (LoanLoss.settlement.is_not(None), LoanLoss.settlement),
        (Loan.ended_by.is_(None) & damaged, literal(LossState.OWED.value)),
        (Loan.ended_by.is_(None), literal(LossState.SEARCHED.value)),
        (_replaced(), literal(LossState.REPLACED.value)),
        (damaged, literal(LossState.OWED.value)),
        (Loan.ended_by == LoanEnd.RETURNED, literal(LossState.RETURNED.value)),
        (or_(Loan.is_bulk, Item.status == ItemStatus.LOST), literal(LossState.OWED.value)),
        (Item.status == ItemStatus.WITHDRAWN, literal(LossState.WRITTEN_OFF.value)),
        else_=literal(LossState.FOUND.value),
    )
