"""What readers say of copies they lost, spoiled or brought back; how it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.context import Desk
from ils.circulation.loans import actions as loans
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.losses import queries, rules
from ils.circulation.losses.models import DeclaredBy, LoanLoss, LossKind, Settlement
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.items.rules import price_of
from ils.ledger import Origin
from ils.organisation.audit.actions import audit


@dataclass(frozen=True)
class LossData:
    """The form of what a reader says."""

    kind: str = described(N_("What happened"), FieldKind.CHOICE, default="claimed")
    declared_by: str = described(N_("How it was told"), FieldKind.CHOICE, default="desk")
    note: str = described(N_("Note"), default="", longest=500)


@dataclass(frozen=True)
class SettlementData:
    """The form of how it was made good."""

    settlement: str = described(N_("How it was settled"), FieldKind.CHOICE, default="paid")
    receipt: str = described(N_("Receipt №"), default="", longest=40, width="short")
    amount: str = described(N_("Amount, tenge"), default="", longest=20, width="short")
    note: str = described(N_("Note"), default="", longest=500)


def declare(desk: Desk, loan: Loan, data: LossData) -> LoanLoss:
    """Write down what a reader says of a loan; a copy that is lost is marked so.

    What was said of a loan before is replaced: a copy that was looked for in vain is lost.

    Raises:
        Invalid: a field cannot be used.
        LoanOver: the copy is back; then it can only be spoiled.
        AlreadySettled: it is made good already.
    """
    session, origin = desk.session, desk.origin
    if data.kind not in set(LossKind):
        raise Invalid(N_("What happened"), N_("Choose one from the list."))
    if data.declared_by not in set(DeclaredBy):
        raise Invalid(N_("How it was told"), N_("Choose one from the list."))
    if loan.ended_at is not None and (data.kind != LossKind.DAMAGED or _is_undone(loan)):
        raise rules.LoanOver
    loss = queries.loss_of(session, loan.id, lock=True)
    if loss is not None and loss.settlement is not None:
        raise rules.AlreadySettled
    if data.kind == LossKind.LOST:
        with ledger.act(session, origin.request_id, origin.at):
            if loan.is_bulk:
                loans.mark_group_lost(desk, loan=loan)
            else:
                loans.mark_lost(desk, item=loan.item, loan=loan)
    if loss is None:
        loss = LoanLoss(loan_id=loan.id, patron_id=loan.patron_id)
        session.add(loss)
    loss.kind, loss.declared_by, loss.note = data.kind, data.declared_by, data.note
    loss.at, loss.branch_id, loss.staff_id = origin.at, origin.branch_id, origin.staff_id
    session.flush()
    audit(session, origin.staff_id, "loss.declare", str(loan.id), kind=data.kind)
    return loss


def _is_undone(loan: Loan) -> bool:
    return loan.ended_by != LoanEnd.RETURNED


def withdraw(session: Session, origin: Origin, loan: Loan) -> None:
    """Take back what was said of a loan: it was a mistake, or the reader has the copy after all.

    Raises:
        NoLoss: nothing was said.
        Invalid: the copy is marked as lost; it is undone at the desk, or the copy is found.
        AlreadySettled: it is made good already.
    """
    loss = queries.loss_of(session, loan.id, lock=True)
    if loss is None:
        raise rules.NoLoss
    if loss.settlement is not None:
        raise rules.AlreadySettled
    if loan.ended_by == LoanEnd.LOST:
        raise Invalid(N_("What happened"), N_("The copy is marked as lost. Scan it when found."))
    session.delete(loss)
    session.flush()
    audit(session, origin.staff_id, "loss.withdraw", str(loan.id), kind=loss.kind)


def settle(session: Session, origin: Origin, loan: Loan, data: SettlementData) -> LoanLoss:
    """Write down how a lost or spoiled copy was made good.

    Raises:
        NoLoss: the reader owes nothing for this loan.
        AlreadySettled: it was settled before, or an equal copy was taken in for it.
        Invalid: a field cannot be used; a payment without the number of its receipt.
    """
    if data.settlement not in set(Settlement):
        raise Invalid(N_("How it was settled"), N_("Choose one from the list."))
    loss = queries.loss_of(session, loan.id, lock=True)
    state = queries.state_of(session, loan.id)
    if state != rules.LossState.OWED:
        raise rules.NoLoss if state in {None, rules.LossState.SEARCHED} else rules.AlreadySettled
    receipt, amount = data.receipt.strip(), price_of(data.amount, N_("Amount, tenge"))
    if data.settlement == Settlement.PAID and not receipt:
        raise Invalid(N_("Receipt №"), N_("This must be filled in."))
    if loss is None:
        loss = LoanLoss(
            loan_id=loan.id, patron_id=loan.patron_id, kind=LossKind.LOST,
            declared_by=DeclaredBy.DESK, at=loan.ended_at or origin.at, branch_id=loan.branch_id,
            staff_id=None,
        )  # fmt: skip
        session.add(loss)
    loss.settlement, loss.receipt, loss.amount = data.settlement, receipt, amount
    loss.settled_at, loss.settled_by_id = origin.at, origin.staff_id
    loss.note = "; ".join(filter(None, (loss.note, data.note)))
    session.flush()
    audit(session, origin.staff_id, "loss.settle", str(loan.id), settlement=data.settlement,
          receipt=receipt)  # fmt: skip
    return loss


def reopen(session: Session, origin: Origin, loan: Loan) -> None:
    """Take back how a case was settled.

    Raises:
        NoLoss: it is not settled.
    """
    loss = queries.loss_of(session, loan.id, lock=True)
    if loss is None or loss.settlement is None:
        raise rules.NoLoss
    was, loss.settlement, loss.settled_at, loss.settled_by_id = loss.settlement, None, None, None
    loss.receipt, loss.amount = "", None
    session.flush()
    audit(session, origin.staff_id, "loss.reopen", str(loan.id), settlement=was)
