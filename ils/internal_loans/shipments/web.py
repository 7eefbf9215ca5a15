"""Boxes between branches: packed and received by scans."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.pages import required, the_desk
from ils.circulation.transit.models import Shipment, Transit
from ils.codes.keyboard import readings
from ils.errors import N_, IlsError
from ils.holdings.items.models import Item
from ils.holdings.printing import sent
from ils.internal_loans.pages import internal_loans
from ils.internal_loans.requests import queries as request_queries
from ils.internal_loans.requests.models import InternalRequest
from ils.internal_loans.requests.rules import next_van
from ils.internal_loans.requests.web import about
from ils.internal_loans.shipments import actions, papers, queries, rules
from ils.internal_loans.shipments.actions import ScannedAtBox
from ils.internal_loans.shipments.rules import BoxOutcome, ShipmentCounts
from ils.organisation.branches.queries import branch_by_code, names_of, working
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition, RowAction

#: How a scan is shown and sounds where it is not as it should be.
LEVELS = {
    BoxOutcome.ALREADY: "info", BoxOutcome.EXTRA: "warning", BoxOutcome.SENT_ON: "warning",
    BoxOutcome.ON_HOLD_SHELF: "warning",
}  # fmt: skip
#: Requests offered at a box.
MOST_REQUESTS = 100


@internal_loans.get("/boxes")
@web.page(Permission.LEND_INTERNALLY)
def shipments(session: Session) -> ResponseReturnValue:
    """The boxes this branch packs, sent, or is to receive."""
    names, counts = names_of(session, web.language()), dict[int, ShipmentCounts]()

    def with_counts(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        counts.update(queries.counts(session, [row.id for row in rows]))
        return rows

    definition = ListDefinition(
        queries.shipments(g.staff.branch.id),
        [
            Column("number", N_("Box"), lambda one: f"№ {one.number}", Shipment.number,
                   lambda one: url_for("internal_loans.shipment", shipment_id=one.id)),
            Column("from", N_("Where from"), lambda one: names[one.from_branch_id][1]),
            Column("to", N_("Where to"), lambda one: names[one.to_branch_id][1]),
            Column("copies", N_("Copies"), lambda one: counts[one.id].packed),
            Column("missing", N_("Not arrived"), lambda one: counts[one.id].missing),
            Column("sent", N_("Sent"), lambda one: one.sent_at, Shipment.sent_at),
            Column("received", N_("Received"), lambda one: one.received_at,
                   Shipment.received_at),
        ],
        empty=N_("No boxes yet."),
        enrich=with_counts,
    )  # fmt: skip
    here = g.staff.branch.code
    vans = branch_by_code(session, here).van_days()
    return web.list_page(
        session, definition, title=N_("Boxes between branches"),
        template="internal_loans/boxes.html",
        others=[one for one in working(session, web.language()) if one[0] != here],
        ready=[(names[to], count, next_van(vans, web.today()))
               for to, count in queries.to_be_packed(session, g.staff.branch.id)],
    )  # fmt: skip


@internal_loans.post("/boxes")
@web.page(Permission.LEND_INTERNALLY, write=True)
def make_shipment(session: Session) -> ResponseReturnValue:
    """Begin a box to a branch, for a request where one is named."""
    to = branch_by_code(session, request.form.get("branch", ""))
    made = actions.make_shipment(the_desk(session), to.id)
    asked = web.form_int("asked")
    return redirect(url_for("internal_loans.shipment", shipment_id=made.id, asked=asked))


@internal_loans.post("/boxes/find")
@web.page(Permission.LEND_INTERNALLY, write=True)
def find_shipment(session: Session) -> ResponseReturnValue:
    """Open the box whose code was scanned.

    Raises:
        UnknownShipment: there is none.
    """
    scanned = readings(request.form.get("code", ""))
    said = next(filter(None, map(rules.BOX_CODE.fullmatch, scanned)), None)
    if said is None:
        raise rules.UnknownShipment
    found = queries.shipment_by_id(session, web.whole("code", said[1]) or 0)
    return redirect(url_for("internal_loans.shipment", shipment_id=found.id))


@internal_loans.get("/boxes/<id:shipment_id>")
@web.page(Permission.LEND_INTERNALLY)
def shipment(session: Session, shipment_id: int) -> ResponseReturnValue:
    """One box: its scan field and its list."""
    asked = web.argument_int("asked")
    return _page(session, queries.shipment_by_id(session, shipment_id), asked)


def _page(
    session: Session, one: Shipment, asked: int | None, done: ScannedAtBox | None = None,
    error: IlsError | None = None,
) -> ResponseReturnValue:  # fmt: skip
    packs = one.from_branch_id == g.staff.branch.id and one.sent_at is None
    extra = [session.get(Item, number) for number in one.extra]
    take_out = RowAction(
        N_("Take out"),
        lambda _: url_for("internal_loans.do_with_shipment", shipment_id=one.id, act="out"),
        lambda line: line.item.number, sends=lambda line: {"item": line.item_id},
        shown=lambda _: packs,
    )  # fmt: skip
    definition = ListDefinition(
        queries.contents(one),
        [
            Column("number", N_("Inventory number"), lambda line: line.item.number),
            Column("title", N_("Title"), lambda line: line.item.record.title),
            Column("state", N_("State"), _state, Transit.ended_at),
        ],
        row_actions=[take_out], size=100, empty=N_("The box is empty."),
    )  # fmt: skip
    open_requests = session.scalars(
        request_queries.open_requests_of(one.to_branch_id).limit(MOST_REQUESTS)
    ).all() if packs else []  # fmt: skip
    return web.respond(
        session, "internal_loans/box.html", {"listing": definition}, error=error,
        title=f"{gettext('Box')} № {one.number}", box=one, asked=asked,
        requests=[(found.id, about(found)) for found in open_requests],
        extra=[f"{item.record.title} ({item.number})" for item in extra if item],
        **_answer(session, one, done, error),
    )  # fmt: skip


def _answer(
    session: Session, one: Shipment, done: ScannedAtBox | None, error: IlsError | None
) -> dict[str, Any]:
    """What the answer to a scan shows."""
    here = g.staff.branch.id
    return {
        "done": done, "level": LEVELS.get(done.did, "success") if done else "",
        "error_text": web.translated(error) if error else "",
        "branches": names_of(session, web.language()),
        "packs": one.from_branch_id == here and one.sent_at is None,
        "receives": one.to_branch_id == here and one.sent_at is not None,
        "counts": queries.counts(session, [one.id])[one.id],
    }  # fmt: skip


def _state(line: Transit) -> str:
    said = rules.line_state(ended=line.ended_at is not None, lost=line.lost)
    return gettext(said) if said else ""


@internal_loans.post("/boxes/<id:shipment_id>")
@web.page(Permission.LEND_INTERNALLY, write=True)
def scan_shipment(session: Session, shipment_id: int) -> ResponseReturnValue:
    """Pack a copy, or take it out at the other end."""
    one = queries.shipment_by_id(session, shipment_id, lock=True)
    asked, code = web.form_int("asked"), request.form.get("code", "")
    try:
        with session.begin_nested():
            if one.sent_at is None:
                done = actions.pack(the_desk(session), one, code, _asked(session, asked))
            else:
                done = actions.unpack(the_desk(session), one, code)
    except IlsError as error:
        return _scanned(session, one, asked, None, error)
    return _scanned(session, one, asked, done, None)


def _scanned(
    session: Session, one: Shipment, asked: int | None, done: ScannedAtBox | None,
    error: IlsError | None,
) -> ResponseReturnValue:  # fmt: skip
    """The answer to a scan: a line for a script that asked, or the whole page."""
    if not web.by_script():
        return _page(session, one, asked, done, error)
    answer = render_template("internal_loans/_scanned.html", **_answer(session, one, done, error))
    return answer, HTTPStatus.OK if error is None else error.status


def _asked(session: Session, asked: int | None) -> InternalRequest | None:
    return None if asked is None else request_queries.request_by_id(session, asked)


@internal_loans.post("/boxes/<id:shipment_id>/<any(send, all, close, out):act>")
@web.page(Permission.LEND_INTERNALLY, write=True)
def do_with_shipment(session: Session, shipment_id: int, act: str) -> ResponseReturnValue:
    """Send a box, receive all of it, end its comparison, or take a copy out."""
    one, here = queries.shipment_by_id(session, shipment_id, lock=True), the_desk(session)
    if act == "send":
        actions.send_shipment(here, one)
        flash(gettext("The box is on its way."))
    elif act == "out":
        actions.take_out(here, one, required("item"))
    elif act == "all":
        received = actions.unpack_all(here, one)
        flash(gettext("Copies received: %(number)s.", number=len(received)))
    else:
        missing = actions.close_shipment(here, one)
        flash(gettext("The list is compared. Not in the box: %(number)s.", number=missing))
    return redirect(url_for("internal_loans.shipment", shipment_id=shipment_id))


@internal_loans.get("/boxes/<id:shipment_id>/list.<any(pdf,docx):form>")
@web.page(Permission.LEND_INTERNALLY)
def packing_list(session: Session, shipment_id: int, form: str) -> ResponseReturnValue:
    """The list that goes with the box."""
    one = queries.shipment_by_id(session, shipment_id)
    language = request.args.get("language", web.language())
    language = language if language in {"kk", "ru"} else "ru"
    return sent(papers.packing_list(session, web.current().config, one, language), form, language)
