"""Holds: placed, filled, ended; where a copy goes next."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts as record_facts
from ils.circulation.context import Desk
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.policy import rules
from ils.circulation.transit import actions as transit_actions
from ils.circulation.transit import queries as transit_queries
from ils.circulation.transit.models import Transit
from ils.errors import N_, Invalid, Refused
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import ItemMove, next_status
from ils.ledger import Kind, Origin
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.queries import calendar
from ils.patrons import queries as patron_queries
from ils.patrons.actions import patron_facts
from ils.patrons.models import Patron, PatronYear
from ils.patrons.visits import count_visit


def requeue(hold: Hold) -> None:
    """Put a hold back among those that have no copy yet; its place stays."""
    hold.status, hold.item_id, hold.shelf_until = HoldStatus.WAITING, None, None


def release_hold(session: Session, item: Item, origin: Origin) -> None:
    """Free a copy from the hold shelf or its way: it stands on a shelf where it is."""
    transit = transit_queries.transit_of(session, item.id)
    if transit is not None:
        transit.ended_at = origin.at
    hold = hold_queries.hold_of_copy(session, item.id)
    if hold is not None:
        requeue(hold)
    item.status = ItemStatus.AVAILABLE
    session.flush()


class AlreadyHeld(Refused):
    """The reader waits for it already."""

    code = "already_held"
    message = N_("The reader waits for this document already.")


class HasIt(Refused):
    """The reader has a copy at home."""

    code = "has_it"
    message = N_("The reader has this document, until %(due)s.")


class TooManyHolds(Refused):
    """The reader waits for as many documents as the rules allow."""

    code = "too_many_holds"
    message = N_("The reader waits for %(held)s documents already; %(limit)s are allowed.")


class NothingToWaitFor(Refused):
    """There is no copy that could come back."""

    code = "nothing_to_wait_for"
    message = N_("There is no copy that could be kept for the reader.")


class NotRegistered(Refused):
    """Only readers of this year are served."""

    code = "not_registered"
    message = N_("The reader is not registered this year.")


class HoldBlocked(Refused):
    """Nothing is lent to the reader at present; staff may let them wait all the same."""

    code = "hold_blocked"
    message = N_("Borrowing is blocked for this patron: %(reason)s.")


class HoldEnded(Refused):
    """The hold was filled, cancelled or has expired."""

    code = "hold_ended"
    message = N_("This hold has ended already.")


def place_hold(
    desk: Desk,
    *,
    patron: Patron,
    record: BibliographicRecord,
    branch_id: int,
    item: Item | None = None,
    own_due: date | None,
    although_blocked: bool = False,
) -> Hold:
    """Let a reader wait for a document.

    Args:
        branch_id: where the reader will come.
        item: the one copy that is wanted; any if not given.
        own_due: when the reader's own copy of it is due, see `loans.queries.own_due`.
        although_blocked: staff let a blocked reader wait.

    Raises:
        AlreadyHeld, HasIt, TooManyHolds, NothingToWaitFor, NotRegistered: it cannot be.
        HoldBlocked: staff are asked first.
    """
    session, origin = desk.session, desk.origin
    patron_queries.patron(session, patron.id, lock=True)
    waits = session.scalars(hold_queries.holds_of(patron.id)).all()
    if any(hold.record_id == record.id for hold in waits):
        raise AlreadyHeld
    blocks = patron_queries.reasons_of_blocks(session, patron.id, origin.day)
    if blocks and not although_blocked:
        raise HoldBlocked(reason="; ".join(blocks))
    year = _may_wait(desk, patron, record, len(waits), own_due)
    hold = Hold(
        patron=patron,
        record=record,
        wanted_item_id=item.id if item else None,
        branch_id=branch_id,
        status=HoldStatus.WAITING,
        placed_at=origin.at,
    )
    session.add(hold)
    session.flush()
    facts = record_facts(record) | patron_facts(year, origin, patron)
    ledger.record(session, Kind.HOLD_PLACED, origin, facts)
    if origin.channel in patron_queries.REMOTE:
        count_visit(session, origin, patron.id, facts)
    return hold


def _may_wait(
    desk: Desk, patron: Patron, record: BibliographicRecord, held: int, own_due: date | None
) -> PatronYear:
    """The registration a hold is counted by.

    Raises:
        HasIt, TooManyHolds, NothingToWaitFor, NotRegistered: the reader may not wait.
    """
    session = desk.session
    year = patron_queries.patron_year(session, patron.id, desk.origin.day.year)
    if year is None:
        raise NotRegistered
    (terms,) = desk.terms(patron.category, None)
    limit = terms.number("max_holds")
    if held >= limit:
        raise TooManyHolds(held=held, limit=limit)
    if own_due is not None:
        raise HasIt(due=own_due)
    if not hold_queries.copies_to_wait_for(session, record.id):
        raise NothingToWaitFor
    return year


def cancel_hold(desk: Desk, hold: Hold) -> Item | None:
    """End a hold; returns the copy that must be taken off the hold shelf, if any.

    Raises:
        HoldEnded: it has ended.
    """
    return _end(desk, hold, HoldStatus.CANCELLED, Kind.HOLD_CANCELLED, desk.origin)


class OnItsWay(Refused):
    """The copy travels to the branch that was named before."""

    code = "hold_on_its_way"
    message = N_("The copy is on its way to %(branch)s; change the branch when it is there.")


def move_hold(desk: Desk, hold: Hold, branch_id: int) -> Transit | None:
    """Have a reader pick it up at another branch; the place in the queue stays.

    Returns:
        The way of a copy that stood on the hold shelf and is sent there now.

    Raises:
        HoldEnded: it has ended.
        OnItsWay: its copy travels.
    """
    session = desk.session
    if not HoldStatus(hold.status).open:
        raise HoldEnded
    if hold.status == HoldStatus.IN_TRANSIT:
        raise OnItsWay(branch=session.get_one(Branch, hold.branch_id).names)
    hold.branch_id = branch_id
    if hold.status != HoldStatus.ON_SHELF or hold.item_id is None:
        return None
    item = session.get_one(Item, hold.item_id, with_for_update={"of": Item})
    if item.branch_id == branch_id:
        return None
    there = replace(desk.origin, branch_id=item.branch_id)  # it leaves from where it stands
    return reroute(replace(desk, origin=there), item, hold)


class PauseTooLong(Invalid):
    """Nobody keeps a place for so long."""

    code = "pause_too_long"
    message = N_("A hold can be paused until %(last)s at most.")


def give_up(desk: Desk, hold: Hold) -> None:
    """The reader wants it no more; a copy on the hold shelf stands there until staff take it off.

    Raises:
        HoldEnded: it has ended.
    """
    if hold.status == HoldStatus.ON_SHELF:
        hold.shelf_until = desk.origin.day - timedelta(days=1)  # it is among the expired ones
        desk.session.flush()
        return
    cancel_hold(desk, hold)


#: Days a reader may be away and keep the place.
LONGEST_PAUSE = 180


def pause_hold(desk: Desk, hold: Hold, until: date | None) -> None:
    """Keep the reader's place and set nothing aside until a day; ``None``: go on.

    Raises:
        HoldEnded: it has ended, or a copy is set aside already.
        PauseTooLong: it is too far away.
    """
    if hold.status != HoldStatus.WAITING:
        raise HoldEnded
    last = desk.origin.day + timedelta(days=LONGEST_PAUSE)
    if until is not None and until > last:
        raise PauseTooLong(last=last)
    hold.paused_until = until
    desk.session.flush()


def expire_holds(desk: Desk) -> list[Item]:
    """End the holds of this branch whose readers did not come; returns their copies."""
    overdue = hold_queries.on_shelf(desk.origin.branch_id).where(
        hold_queries.pickup_expired(desk.origin.day)
    )
    freed = []
    for hold in desk.session.scalars(overdue).all():
        part = desk.origin.derive(f"expired:{hold.id}")
        with suppress(HoldEnded):  # another desk lent or cancelled it meanwhile
            item = _end(desk, hold, HoldStatus.EXPIRED, Kind.HOLD_EXPIRED, part)
            freed += [item] if item else []
    return freed


def _end(desk: Desk, hold: Hold, status: HoldStatus, kind: Kind, origin: Origin) -> Item | None:
    session, copy = desk.session, None
    if hold.item_id is not None:
        copy = session.get_one(Item, hold.item_id, with_for_update={"of": Item})
    session.refresh(hold, with_for_update={"of": Hold})
    if not HoldStatus(hold.status).open:
        raise HoldEnded
    if hold.status == HoldStatus.IN_TRANSIT and copy is not None:
        _go_on_for_nobody(session, copy)
        copy = None
    elif hold.status == HoldStatus.ON_SHELF and copy is not None:
        release_hold(session, copy, desk.origin)
    else:
        copy = None
    hold.status, hold.ended_at, hold.item_id = status, origin.at, None
    session.flush()
    facts = record_facts(hold.record)
    if hold.patron_id is not None:
        year = patron_queries.patron_year(session, hold.patron_id, origin.day.year)
        facts |= patron_facts(year, origin, hold.patron) if year else {}
    ledger.record(session, kind, origin, facts)
    return copy


def _go_on_for_nobody(session: Session, item: Item) -> None:
    """The copy is in a van: it arrives, and only then it is decided where it belongs."""
    transit = transit_queries.transit_of(session, item.id)
    if transit is not None:
        transit.hold_id = None
    session.flush()


def route_item(desk: Desk, item: Item, *, wanted: bool = True) -> Hold | Transit | None:
    """Where a copy that is free here goes: to a reader who waits, home, or onto the shelf.

    Args:
        wanted: somebody may wait for it; if it is known that nobody does, nobody is looked for.

    Returns:
        The hold it is set aside for here, or the way it is sent on.
    """
    session, here = desk.session, desk.origin.branch_id
    if item.branch_id != here:
        item.branch_id = here
        if item.owner_branch_id == here == item.home(desk.origin.day):  # a reader brought it
            transit_actions.arrive(session, desk.origin, item)
    waiting = hold_queries.holds_on(session, item.record_id) if wanted else []
    hold = hold_queries.next_reader(waiting, item, desk.origin.day)
    if hold is not None:
        hold.item_id = item.id
        if hold.branch_id == here:
            _set_aside(desk, item, hold)
            return hold
        hold.status = HoldStatus.IN_TRANSIT
        return _send(desk, item, hold.branch_id, hold)
    home = item.home(desk.origin.day)
    stays = desk.rules.floating and item.assigned_branch_id is None
    if home != here and not stays and item.copies == 1:
        return _send(desk, item, home, None)
    return None


def receive(desk: Desk, item: Item) -> Hold | Transit | None:
    """A copy on its way has come here; what becomes of it, as `route_item` says."""
    transit = transit_queries.transit_of(desk.session, item.id)
    item.status = next_status(item.status, ItemMove.RECEIVE)
    item.branch_id = desk.origin.branch_id
    hold = None
    if transit is not None:
        transit.ended_at = desk.origin.at
        hold = hold_queries.hold_of_transit(desk.session, transit)
    desk.session.flush()
    transit_actions.arrive(desk.session, desk.origin, item)
    if hold is not None and HoldStatus(hold.status).open and hold.branch_id == item.branch_id:
        _set_aside(desk, item, hold)
        return hold
    return route_item(desk, item)


def reroute(desk: Desk, item: Item, hold: Hold) -> Transit:
    """A copy stands on the hold shelf of the wrong branch."""
    item.status = next_status(item.status, ItemMove.RELEASE)
    hold.status, hold.shelf_until = HoldStatus.IN_TRANSIT, None
    return _send(desk, item, hold.branch_id, hold)


def _set_aside(desk: Desk, item: Item, hold: Hold) -> None:
    day, branch_id = desk.origin.day, hold.branch_id
    category = hold.patron.category if hold.patron else ""
    (terms,) = desk.terms(category, item.record.material, branch_id=branch_id)
    item.status = next_status(item.status, ItemMove.SET_ASIDE)
    hold.status = HoldStatus.ON_SHELF
    hold.shelf_until = rules.due_day(
        day, terms.number("hold_days"), calendar(desk.session, branch_id, day)
    )
    desk.session.flush()


def _send(desk: Desk, item: Item, to: int, hold: Hold | None) -> Transit:
    item.status = next_status(item.status, ItemMove.SEND)
    transit = Transit(
        item=item,
        from_branch_id=desk.origin.branch_id,
        to_branch_id=to,
        hold_id=hold.id if hold else None,
        sent_at=desk.origin.at,
        sent_by=desk.origin.staff_id,
    )
    desk.session.add(transit)
    desk.session.flush()
    transit_actions.leave(desk.session, desk.origin, transit)
    return transit


def cancel_all(desk: Desk, patron_id: int) -> Sequence[Item]:
    """End everything a reader waits for, as when the reader leaves."""
    freed = []
    for hold in desk.session.scalars(select(Hold).where(Hold.patron_id == patron_id)).all():
        if HoldStatus(hold.status).open:
            part = desk.origin.derive(f"cancelled:{hold.id}")
            item = _end(desk, hold, HoldStatus.CANCELLED, Kind.HOLD_CANCELLED, part)
            freed += [item] if item else []
    return freed
