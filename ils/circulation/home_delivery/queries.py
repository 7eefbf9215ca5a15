"""Reading whom books are brought to."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.loans.models import Loan
from ils.patrons.models import Patron


def visited_at_home(branch_id: int) -> Select[Patron, int]:
    """Readers of a branch who are brought books, with how many they have, by address."""
    held = (
        select(func.coalesce(func.sum(Loan.copies - Loan.quantity_returned), 0))
        .where(Loan.patron_id == Patron.id, Loan.ended_at.is_(None))
        .scalar_subquery()
    )
    query = select(Patron, held).where(Patron.branch_id == branch_id, Patron.home_delivery)
    return query.order_by(Patron.address, Patron.surname, Patron.id)


def loans_of_all(session: Session, patron_ids: list[int]) -> dict[int, list[Loan]]:
    """Reader → open loans, for the readers of a page."""
    query = (
        select(Loan)
        .where(Loan.patron_id.in_(patron_ids), Loan.ended_at.is_(None))
        .order_by(Loan.due, Loan.id)
        .options(joinedload(Loan.item))
    )
    found: dict[int, list[Loan]] = {n: [] for n in patron_ids}
    for loan in session.scalars(query):
        found[loan.patron_id or 0].append(loan)
    return found
