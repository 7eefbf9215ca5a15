"""The page where a reader is put on the list for a document."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.circulation.holds import actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.keyboard import readings
from ils.circulation.loans import queries as loan_queries
from ils.circulation.pages import desk, the_desk
from ils.errors import N_, IlsError, Invalid
from ils.holdings.items.queries import item_by_code
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries


@desk.get("/hold/new")
@web.page(Permission.OPERATE_DESK)
def new_hold(session: Session) -> ResponseReturnValue:
    """The form: who waits for what, and where the reader will come."""
    return _form(session, None)


@desk.post("/hold/new")
@web.page(Permission.OPERATE_DESK, write=True)
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
    return actions.place_hold(
        here,
        patron=patron,
        record=record,
        branch_id=branch_id,
        item=item,
        own_due=loan_queries.own_due(session, patron.id, record.id),
    )


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
