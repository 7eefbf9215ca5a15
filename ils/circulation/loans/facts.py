"""What entries say of a loan."""

from __future__ import annotations

from ils import ledger
from ils.circulation.loans.models import Loan
from ils.holdings.items.actions import item_facts
from ils.ledger import Origin
from ils.patrons.actions import patron_facts


def loan_facts(loan: Loan, origin: Origin) -> ledger.Facts:
    """What an entry says of a loan: its copy and its reader as registered."""
    about_reader = patron_facts(loan.patron_year, origin, loan.patron)
    return {"loan_id": loan.id, **item_facts(loan.item), **about_reader}
