"""Contracts written down, changed, ended."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ils import files
from ils.digitization.rights.models import Contract
from ils.digitization.rights.rules import ContractData
from ils.errors import N_, Invalid, Refused
from ils.files import Purpose, ReceivedFile
from ils.ledger import Origin


class ContractEnded(Refused):
    """Nothing is left to be ended."""

    code = "contract_ended"
    message = N_("The contract has ended already.")


def add_contract(session: Session, origin: Origin, data: ContractData) -> Contract:
    """Write a contract down.

    Raises:
        Invalid: it ends before it begins.
    """
    contract = Contract(created_by=origin.staff_id, ended_at=None)
    _fill(contract, data)
    session.add(contract)
    session.flush()
    return contract


def change_contract(session: Session, contract: Contract, data: ContractData) -> None:
    """Put a contract right; access follows at once.

    Raises:
        Invalid: it ends before it begins.
    """
    _fill(contract, data)
    session.flush()


def keep_paper(
    session: Session, contract: Contract, received: ReceivedFile, *, name: str, kind: str, by: int
) -> None:
    """Keep the scan of the paper of a contract, in place of the one before."""
    before = contract.paper_id
    kept = files.keep(
        session, received, Purpose.ENCLOSURE, name=name[-100:], type=kind, created_by=by
    )
    contract.paper_id = kept.id
    session.flush()
    if before is not None:
        files.drop(session, files.stored_file(session, before, Purpose.ENCLOSURE))


def _fill(contract: Contract, data: ContractData) -> None:
    if data.until is not None and data.until < data.signed_on:
        raise Invalid(N_("Valid until"), N_("It ends before it begins."))
    for name in ("number", "holder", "signed_on", "until", "scope", "download", "note"):
        setattr(contract, name, getattr(data, name))


def end_contract(session: Session, origin: Origin, contract: Contract) -> None:
    """End a contract before its time: what it allows ends in this moment.

    Raises:
        ContractEnded: it was ended before.
    """
    if contract.ended_at is not None:
        raise ContractEnded
    contract.ended_at = origin.at
    session.flush()
