"""Reading holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ils.circulation.holds.models import IS_OPEN, ORDER, Hold, HoldStatus
from ils.circulation.transit import queries as transit_queries
from ils.circulation.transit.models import Transit
from ils.errors import N_, InLanguages, NotFound
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import GONE
from ils.organisation.branches.models import Branch
from ils.patrons.models import Patron

#: One branch is asked for a copy so long; then all that have one.
ASKED_ALONE = timedelta(days=2)


def fits(hold: Hold, item: Item) -> bool:
    """Whether a copy is what a hold waits for."""
    return hold.wanted_item_id in {None, item.id} and item.copies == 1


def next_reader(holds: Sequence[Hold], item: Item, day: date) -> Hold | None:
    """Whom a copy that is free goes to: who waits longest and is not away."""
    return next(
        (h for h in holds
         if h.status == HoldStatus.WAITING and fits(h, item) and not h.paused(day)),
        None,
    )  # fmt: skip


def holds_ahead(
    session: Session, item: Item, holds: list[Hold], own: Hold | None, day: date
) -> int:
    """Readers who came first and would get no copy if this one went; not those who are away."""
    if any(h.item_id == item.id and h is not own for h in holds):
        return 1
    first = [
        h
        for h in holds
        if h.status == HoldStatus.WAITING
        and fits(h, item)
        and not h.paused(day)
        and (own is None or h.order < own.order)
    ]
    if not first:
        return 0
    here = item.copies if item.status == ItemStatus.AVAILABLE else 0
    return max(0, len(first) - (free_copies(session, item.record_id) - here))


def _travels_for(transit: Transit, hold: Hold | None) -> bool:
    return hold is not None and transit.hold_id == hold.id


def hold_of_transit(session: Session, transit: Transit) -> Hold | None:
    """The hold a copy travels for, with its reader."""
    query = select(Hold).where(Hold.id == transit.hold_id).options(joinedload(Hold.patron))
    return session.scalar(query) if transit.hold_id is not None else None


def transits(
    *, leaving: int | None = None, coming: int | None = None
) -> Select[Transit, Hold | None]:
    """Copies on their way from a branch or to one with whom they are for, by destination."""
    query = select(Transit, Hold).outerjoin(Hold, Hold.id == Transit.hold_id)
    query = query.where(Transit.ended_at.is_(None))
    if leaving is not None:
        query = query.where(Transit.from_branch_id == leaving)
    if coming is not None:
        query = query.where(Transit.to_branch_id == coming)
    return query.order_by(Transit.to_branch_id, Transit.id).options(
        joinedload(Transit.item), joinedload(Hold.patron)
    )


def in_transit_to(session: Session, item: Item, here: int, own: Hold | None) -> InLanguages:
    """The branch a copy is on its way to, by name, unless it is this one or the reader's."""
    if item.status != ItemStatus.IN_TRANSIT:
        return InLanguages()
    transit = transit_queries.transit_of(session, item.id)
    if transit is None or transit.to_branch_id == here or _travels_for(transit, own):
        return InLanguages()
    return session.get_one(Branch, transit.to_branch_id).names


# A statement of every scan, built once: building one costs more than running it.
_OF_RECORD = (
    select(Hold)
    .where(Hold.record_id == bindparam("record"), IS_OPEN)
    .order_by(ORDER, Hold.id)
    .options(joinedload(Hold.patron))
    .with_for_update(of=Hold)
    .execution_options(populate_existing=True)
)


class UnknownHold(NotFound):
    """No hold has this number."""

    code = "unknown_hold"
    message = N_("There is no such hold.")


def hold(session: Session, hold_id: int) -> Hold:
    """A hold by number, held until the transaction ends.

    Raises:
        UnknownHold: there is none.
    """
    found = session.get(Hold, hold_id, with_for_update=True)
    if found is None:
        raise UnknownHold
    return found


def holds_on(session: Session, record_id: int) -> list[Hold]:
    """Open holds on a record in their order, held until the transaction ends."""
    return list(session.scalars(_OF_RECORD, {"record": record_id}))


def place_in_queue(session: Session, one: Hold) -> int:
    """How many readers come before this one, and one."""
    before = select(func.count()).where(
        Hold.record_id == one.record_id, IS_OPEN, one.order >= ORDER
    )
    return session.scalar(before) or 0


def holds_of(patron_id: int) -> Select[Hold]:
    """What a reader waits for, ready ones first."""
    return (
        select(Hold)
        .where(Hold.patron_id == patron_id, IS_OPEN)
        .order_by(Hold.status != HoldStatus.ON_SHELF, Hold.id)
        .options(joinedload(Hold.record), joinedload(Hold.item))
    )


_READY = (
    select(Hold)
    .where(Hold.patron_id == bindparam("patron"), Hold.status == HoldStatus.ON_SHELF)
    .order_by(Hold.id)
    .options(joinedload(Hold.record))
)


def ready_for(session: Session, patron_id: int) -> Sequence[Hold]:
    """What stands on a hold shelf for a reader."""
    return session.scalars(_READY, {"patron": patron_id}).all()


def hold_of_copy(session: Session, item_id: int) -> Hold | None:
    """The hold this copy was set aside for."""
    query = select(Hold).where(
        Hold.item_id == item_id, Hold.status.in_((HoldStatus.ON_SHELF, HoldStatus.IN_TRANSIT))
    )
    return session.scalar(query.options(joinedload(Hold.patron)))


def filled_hold(session: Session, patron_id: int, record_id: int) -> Hold | None:
    """The last hold of a reader on a record that a loan filled."""
    query = select(Hold).where(
        Hold.patron_id == patron_id,
        Hold.record_id == record_id,
        Hold.status == HoldStatus.FILLED,
    )
    return session.scalars(query.order_by(Hold.id.desc())).first()


def to_fetch(branch_id: int, today: date) -> Select[Hold, Item]:
    """Holds nobody works on yet, with a free copy that stands in this branch.

    Of several branches with a copy one is asked at first: that of the reader, else the one that
    has most; whoever does not send it within `ASKED_ALONE` is no longer the only one.
    """
    standing = (
        Item.record_id == Hold.record_id, Item.status == ItemStatus.AVAILABLE, Item.copies == 1,
        or_(Hold.wanted_item_id.is_(None), Hold.wanted_item_id == Item.id),
    )  # fmt: skip
    free = select(func.min(Item.id)).where(*standing, Item.branch_id == branch_id)
    at_home = select(Item.id).where(*standing, Item.branch_id == Hold.branch_id)
    has_own = at_home.correlate(Hold).exists()
    most = (
        select(Item.branch_id)
        .where(*standing)
        .group_by(Item.branch_id)
        .order_by(func.count().desc(), Item.branch_id)
        .limit(1)
    )
    waited = Hold.placed_at < datetime.combine(today - ASKED_ALONE, time(), UTC)
    return (
        select(Hold, Item)
        .join(Item, Item.id == free.correlate(Hold).scalar_subquery())
        .where(IS_OPEN, Hold.status == HoldStatus.WAITING)
        .where(or_(Hold.paused_until.is_(None), Hold.paused_until < today))
        .where(
            or_(
                waited,
                and_(has_own, Hold.branch_id == branch_id),
                and_(~has_own, most.correlate(Hold).scalar_subquery() == branch_id),
            )
        )
        .order_by(Item.shelf_mark, ORDER, Hold.id)
        .options(joinedload(Hold.patron), joinedload(Hold.record))
    )


def on_shelf(branch_id: int) -> Select[Hold]:
    """What stands on the hold shelf of a branch, by the readers' names."""
    return (
        select(Hold)
        .join(Patron, Patron.id == Hold.patron_id)
        .where(IS_OPEN, Hold.branch_id == branch_id, Hold.status == HoldStatus.ON_SHELF)
        .order_by(Patron.surname, Patron.given_name, Hold.id)
        .options(joinedload(Hold.patron), joinedload(Hold.item))
    )


def pickup_expired(today: date) -> ColumnElement[bool]:
    """Holds whose reader did not come in time."""
    return and_(IS_OPEN, Hold.status == HoldStatus.ON_SHELF, Hold.shelf_until < today)


def waiting(branch_id: int) -> Select[Hold]:
    """Holds to be picked up at a branch for which there is no copy yet."""
    return (
        select(Hold)
        .where(Hold.branch_id == branch_id, Hold.status != HoldStatus.ON_SHELF)
        .where(IS_OPEN)
        .order_by(ORDER, Hold.id)
        .options(joinedload(Hold.patron), joinedload(Hold.record), joinedload(Hold.item))
    )


def free_copies(session: Session, record_id: int) -> int:
    """Copies of a record that stand on shelves."""
    query = select(func.coalesce(func.sum(Item.copies), 0))
    free = and_(Item.record_id == record_id, Item.status == ItemStatus.AVAILABLE)
    return int(session.scalar(query.where(free)) or 0)


def waiting_for(session: Session, record_id: int) -> int:
    """How many readers wait for a record."""
    query = select(func.count()).where(Hold.record_id == record_id, IS_OPEN)
    return session.scalar(query) or 0


def waiting_by_record(session: Session, record_ids: Sequence[int]) -> dict[int, int]:
    """Record → how many readers wait for it."""
    query = (
        select(Hold.record_id, func.count())
        .where(Hold.record_id.in_(record_ids), IS_OPEN)
        .group_by(Hold.record_id)
    )
    return {record: number for record, number in session.execute(query)}  # noqa: C416 -- rows


def copies_to_wait_for(session: Session, record_id: int) -> int:
    """Copies of a record that may come back or be sent."""
    query = select(func.count()).where(
        Item.record_id == record_id, Item.status.not_in(GONE), Item.copies == 1
    )
    return session.scalar(query) or 0
