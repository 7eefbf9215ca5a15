"""Reading boxes, and readers who are visited at home."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.models import Box, BoxItem, Loan, Patron
from ils.errors import N_, NotFound


class UnknownBox(NotFound):
    """No box of this branch has this number."""

    code = "unknown_box"
    message = N_("There is no such box.")


def box(session: Session, box_id: int, branch_id: int) -> Box:
    """A box of a branch, held until the transaction ends.

    Raises:
        UnknownBox: there is none.
    """
    found = session.get(Box, box_id, with_for_update=True)
    if found is None or found.branch_id != branch_id:
        raise UnknownBox
    return found


def boxes(branch_id: int) -> Select[Box]:
    """The boxes of a branch: those under way first, then the latest."""
    query = select(Box).where(Box.branch_id == branch_id).options(joinedload(Box.point))
    return query.order_by(Box.closed_at.is_not(None), Box.id.desc())


def contents(box_id: int) -> Select[BoxItem]:
    """What was packed into a box, in its order."""
    query = select(BoxItem).where(BoxItem.box_id == box_id).order_by(BoxItem.id)
    return query.options(joinedload(BoxItem.item))


def counts(session: Session, box_id: int) -> tuple[int, int]:
    """Copies packed, and of them back."""
    query = select(func.count(), func.count().filter(BoxItem.back)).where(BoxItem.box_id == box_id)
    packed, back = session.execute(query).one()
    return packed, back


def inside(session: Session, item_id: int) -> BoxItem | None:
    """The box a copy is in."""
    query = select(BoxItem).where(BoxItem.item_id == item_id, BoxItem.out_at.is_(None))
    return session.scalar(query)


def was_in(session: Session, box_id: int, item_id: int) -> BoxItem | None:
    """A copy that was in a box and is back."""
    query = select(BoxItem).where(BoxItem.box_id == box_id, BoxItem.item_id == item_id)
    return session.scalars(query).first()


def visited_at_home(branch_id: int) -> Select[Patron, int]:
    """Readers of a branch who are brought books, with how many they have, by address."""
    held = (
        select(func.coalesce(func.sum(Loan.copies - Loan.back), 0))
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
