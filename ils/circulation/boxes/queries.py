"""Reading boxes."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.boxes.models import Box, BoxItem
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
