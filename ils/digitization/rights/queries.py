"""Reading contracts."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from ils.digitization.rights.models import Contract
from ils.errors import N_, NotFound


class UnknownContract(NotFound):
    """There is no such contract."""

    code = "unknown_contract"
    message = N_("There is no such contract.")


def contracts() -> Select[Contract]:
    """All contracts, the latest first."""
    return select(Contract).order_by(Contract.signed_on.desc(), Contract.id.desc())


def valid(today: date) -> Select[Contract]:
    """Contracts a document may get."""
    lasts = or_(Contract.until.is_(None), Contract.until >= today)
    return contracts().where(lasts, Contract.ended_at.is_(None))


def ending(today: date, days: int) -> Select[Contract]:
    """Contracts that end within so many days, the next to end first."""
    near = valid(today).where(Contract.until <= today + timedelta(days=days))
    return near.order_by(None).order_by(Contract.until, Contract.id)


def contract(session: Session, contract_id: int) -> Contract:
    """A contract.

    Raises:
        UnknownContract: there is none of this number.
    """
    found = session.get(Contract, contract_id)
    if found is None:
        raise UnknownContract
    return found
