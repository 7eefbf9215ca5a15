"""Holds: placing, fetching, the hold shelf, copies on their way."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.circulation.holds import actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.keyboard import readings
from ils.circulation.pages import desk, required, the_desk
from ils.circulation.transit import queries as transit_queries
from ils.errors import N_, IlsError, Invalid
from ils.holdings.items.queries import item_by_code, item_by_id
from ils.organisation.branches.queries import names_of
from ils.organisation.staff.models import Role
from ils.patrons import queries as patron_queries

LISTS = ("fetch", "shelf", "late", "leaving", "coming", "waiting")


@desk.get("/holds")
@web.page(Role.DESK)
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
        "leaving": transit_queries.transits(leaving=here),
        "coming": transit_queries.transits(coming=here),
        "waiting": hold_queries.waiting(here),
    }
    page = web.paged(session, lists[shown])
    names = names_of(session, web.language())
    return render_template("circulation/holds.html", page=page, shown=shown, branches=names)


@desk.get("/hold/new")
@web.page(Role.DESK)
def new_hold(session: Session) -> ResponseReturnValue:
    """The form: who waits for what, and where the reader will come."""
    return _form(session, None)


@desk.post("/hold/new")
@web.page(Role.DESK, write=True)
def place_hold(session: Session) -> ResponseReturnValue:
    """Let a reader wait."""
    try:
        with session.begin_nested():
            hold = _placed(session)
    except IlsError as error:
        return _form(session, error)
    number, name = (
        hold_queries.place_in_queue(session, hold),
        hold.patron.name if hold.patron else "",
    )
    flash(gettext("%(name)s waits for it, number %(number)s.", name=name, number=number))
    return redirect(url_for("patrons.patron", patron_id=hold.patron_id))


def _placed(session: Session) -> Hold:
    form, here = request.form, the_desk(session)
    patron = patron_queries.patron_by_card(session, readings(form.get("card", "")))
    if patron is None:
        raise patron_queries.UnknownPatron
    branches = names_of(session, web.language())
    branch_id = next((n for n, (code, _) in branches.items() if code == form.get("branch")), None)
    if branch_id is None:
        raise Invalid(N_("Branch"), N_("Choose one from the list."))
    item = None
    if form.get("only") and form.get("code"):
        item = item_by_code(session, readings(form["code"]))
    record_id = item.record_id if item else _record_asked(session)
    record = catalog.record(session, record_id)
    return actions.place_hold(here, patron=patron, record=record, branch_id=branch_id, item=item)


def _record_asked(session: Session) -> int:
    """The record of the form, or of the copy whose number was scanned."""
    code = request.values.get("code", "")
    item = item_by_code(session, readings(code)) if code else None
    if item is not None:
        return item.record_id
    record_id = web.whole("record", request.values.get("record", ""))
    if code or record_id is None:
        raise Invalid(N_("Copy"), N_("There is no copy with this number."))
    return record_id


def _form(session: Session, error: IlsError | None) -> ResponseReturnValue:
    record_id = web.whole("record", request.values.get("record", ""))
    found = catalog.record(session, record_id) if record_id is not None else None
    page = render_template(
        "circulation/hold_form.html",
        record=found,
        v=request.values,
        branches=names_of(session, web.language()),
        error=web.translated(error) if error else "",
    )
    return page, error.status if error else 200


@desk.post("/hold/<id:hold_id>/cancel")
@web.page(Role.DESK, write=True)
def cancel_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """The reader needs it no longer."""
    hold = hold_queries.hold(session, hold_id)
    copy = actions.cancel_hold(the_desk(session), hold)
    if copy is not None:
        text = gettext("Take %(number)s off the hold shelf and scan it.", number=copy.number)
        flash(text)
    return redirect(url_for("patrons.patron", patron_id=hold.patron_id))


@desk.post("/holds/expire")
@web.page(Role.DESK, write=True)
def expire_holds(session: Session) -> ResponseReturnValue:
    """End the holds whose readers did not come."""
    copies = actions.expire_holds(the_desk(session))
    numbers = ", ".join(copy.number for copy in copies)
    flash(gettext("Take off the hold shelf and scan: %(numbers)s", numbers=numbers or "—"))
    return redirect(url_for("desk.holds", list="shelf"))


@desk.post("/holds/take")
@web.page(Role.DESK, write=True)
def trap_hold(session: Session) -> ResponseReturnValue:
    """The copy was fetched: set it aside or send it, as a scan without a reader does."""
    item = item_by_id(session, required("item"), lock=True)
    to = actions.route_item(the_desk(session), item)
    hold = to if isinstance(to, Hold) else getattr(to, "hold", None)
    if hold is None:
        flash(gettext("Nobody waits for this copy any more."))
        return redirect(url_for("desk.holds"))
    return redirect(url_for("desk.slip", hold_id=hold.id))


@desk.get("/hold/<id:hold_id>/slip")
@web.page(Role.DESK)
def slip(session: Session, hold_id: int) -> ResponseReturnValue:
    """The slip put into a copy: for whom, where, until when."""
    hold = session.get(Hold, hold_id)
    if hold is None or not HoldStatus(hold.status).open:
        raise hold_queries.UnknownHold
    branches = names_of(session, web.language())
    return render_template("circulation/slip.html", hold=hold, branches=branches)
