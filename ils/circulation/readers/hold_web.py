"""The page where a reader is put on the list for a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.circulation.holds import actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.pages import desk, the_desk
from ils.codes.keyboard import readings
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.items.queries import item_by_code
from ils.organisation.branches.queries import names_of, working
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.web.filled import Form


@dataclass(frozen=True)
class HoldData:
    """The form of a hold; of a known record without the number of a copy."""

    card: str = described(N_("Reader’s card"), width="phone", scan=True)
    code: str = described(N_("Number of any copy"), default="", width="phone", scan=True)
    only: bool = described(N_("only this copy"), FieldKind.FLAG, default=False)
    branch: str = described(N_("Pickup branch"), FieldKind.CHOICE)


@desk.get("/hold/new")
@web.page(Permission.OPERATE_DESK)
def new_hold(session: Session) -> ResponseReturnValue:
    """The form: who waits for what, and where the reader will come."""
    values = {name: request.args.get(name, "") for name in ("card", "code")}
    values["branch"] = g.staff.branch.code
    return _page(session, _form(session, values))


@desk.post("/hold/new")
@web.page(Permission.OPERATE_DESK, write=True)
def place_hold(session: Session) -> ResponseReturnValue:
    """Let a reader wait."""

    def work(data: HoldData) -> ResponseReturnValue:
        hold = _placed(session, data)
        number = hold_queries.place_in_queue(session, hold)
        name = hold.patron.name if hold.patron else ""
        flash(gettext("%(name)s waits for it, number %(number)s.", name=name, number=number))
        return redirect(url_for("patrons.patron", patron_id=hold.patron_id))

    return web.handled(session, _form(session, None), work, lambda form: _page(session, form))


def _placed(session: Session, data: HoldData) -> Hold:
    patron = patron_queries.patron_by_card(session, readings(data.card))
    if patron is None:
        raise Invalid(N_("Reader’s card"), N_("No reader has this card."))
    branches = names_of(session, web.language())
    branch_id = next(n for n, (code, _) in branches.items() if code == data.branch)
    item = item_by_code(session, readings(data.code)) if data.code else None
    record_id = item.record_id if item else _record_id()
    if record_id is None or (data.code and item is None):
        raise Invalid(N_("Number of any copy"), N_("There is no copy with this number."))
    record = catalog.record(session, record_id)
    return actions.place_hold(
        the_desk(session),
        patron=patron,
        record=record,
        branch_id=branch_id,
        item=item if data.only else None,
        own_due=loan_queries.own_due(session, patron.id, record.id),
        although_blocked="although_blocked" in request.form,
    )


def _record_id() -> int | None:
    """The record the page was opened for."""
    return web.whole("record", request.values.get("record", ""))


def _form(session: Session, values: Mapping[str, object] | None) -> Form[HoldData]:
    branches = working(session, web.language())
    without = ("code", "only") if _record_id() is not None else ()
    return Form(HoldData, values, choices={"branch": branches}, without=without)


def _page(session: Session, form: Form[HoldData]) -> str:
    record_id = _record_id()
    record = catalog.record(session, record_id) if record_id is not None else None
    return render_template("circulation/hold_form.html", record=record, form=form)
