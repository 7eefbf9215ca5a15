"""Holds: fetching, the hold shelf, copies on their way."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.holds import actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.pages import desk, required, the_desk
from ils.circulation.transit.models import Transit
from ils.holdings.items.queries import item_by_id
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission

LISTS = ("fetch", "shelf", "late", "leaving", "coming", "waiting")


@desk.get("/holds")
@web.page(Permission.OPERATE_DESK)
def holds(session: Session) -> ResponseReturnValue:
    """Work with holds at this branch, a list at a time."""
    here = g.staff.branch.id
    shown = request.args.get("list", "fetch")
    shown = shown if shown in LISTS else "fetch"
    late = hold_queries.pickup_expired(web.today())
    lists = {
        "fetch": hold_queries.to_fetch(here),
        "shelf": hold_queries.on_shelf(here),
        "late": hold_queries.on_shelf(here).where(late),
        "leaving": hold_queries.transits(leaving=here),
        "coming": hold_queries.transits(coming=here),
        "waiting": hold_queries.waiting(here),
    }
    page = web.paged(session, lists[shown])
    names = names_of(session, web.language())
    return render_template("circulation/holds.html", page=page, shown=shown, branches=names)


@desk.post("/hold/<id:hold_id>/cancel")
@web.page(Permission.OPERATE_DESK, write=True)
def cancel_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """The reader needs it no longer."""
    hold = hold_queries.hold(session, hold_id)
    copy = actions.cancel_hold(the_desk(session), hold)
    if copy is not None:
        text = gettext("Take %(number)s off the hold shelf and scan it.", number=copy.number)
        flash(text)
    return redirect(url_for("patrons.patron", patron_id=hold.patron_id))


@desk.post("/holds/expire")
@web.page(Permission.OPERATE_DESK, write=True)
def expire_holds(session: Session) -> ResponseReturnValue:
    """End the holds whose readers did not come."""
    copies = actions.expire_holds(the_desk(session))
    numbers = ", ".join(copy.number for copy in copies)
    flash(gettext("Take off the hold shelf and scan: %(numbers)s", numbers=numbers or "—"))
    return redirect(url_for("desk.holds", list="shelf"))


@desk.post("/holds/take")
@web.page(Permission.OPERATE_DESK, write=True)
def trap_hold(session: Session) -> ResponseReturnValue:
    """The copy was fetched: set it aside or send it, as a scan without a reader does."""
    item = item_by_id(session, required("item"), lock=True)
    to = actions.route_item(the_desk(session), item)
    hold = hold_queries.hold_of_transit(session, to) if isinstance(to, Transit) else to
    if hold is None:
        flash(gettext("Nobody waits for this copy any more."))
        return redirect(url_for("desk.holds"))
    return redirect(url_for("desk.slip", hold_id=hold.id))


@desk.get("/hold/<id:hold_id>/slip")
@web.page(Permission.OPERATE_DESK)
def slip(session: Session, hold_id: int) -> ResponseReturnValue:
    """The slip put into a copy: for whom, where, until when."""
    hold = session.get(Hold, hold_id)
    if hold is None or not HoldStatus(hold.status).open:
        raise hold_queries.UnknownHold
    branches = names_of(session, web.language())
    return render_template("circulation/slip.html", hold=hold, branches=branches)
