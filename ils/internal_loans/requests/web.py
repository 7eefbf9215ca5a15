"""Requests of branches: the queue, one of them, what is to be picked for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.holds.models import Hold
from ils.errors import N_
from ils.holdings.items.models import Item
from ils.holdings.items.queries import record_named
from ils.internal_loans.pages import internal_loans
from ils.internal_loans.requests import actions, queries, rules
from ils.internal_loans.requests.actions import RefusalData, RequestData
from ils.internal_loans.requests.models import InternalRequest, RequestState
from ils.internal_loans.rules import has_a_say
from ils.labels import LABELS
from ils.organisation.branches.queries import branch_by_code, central, names_of, working
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction


def about(one: InternalRequest) -> str:
    """What is asked for, in a line."""
    if one.record is None:
        return one.topic
    return " — ".join(filter(None, (one.record.title, one.record.authors, one.topic)))


@internal_loans.get("/")
@web.page(Permission.LEND_INTERNALLY)
def request_queue(session: Session) -> ResponseReturnValue:
    """What branches ask for: those that wait first."""
    names = names_of(session, web.language())
    ids, picked = {code: number for number, (code, _) in names.items()}, dict[int, int]()

    def with_picked(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        picked.update(queries.sent_counts(session, [row.id for row in rows]))
        return rows

    definition = ListDefinition(
        queries.requests(request.args.get("state", ""), ids.get(request.args.get("branch", ""))),
        [
            Column("asked", N_("Asked"), lambda one: one.asked_at, InternalRequest.asked_at),
            Column("about", N_("What"), about, None,
                   lambda one: url_for("internal_loans.internal_request", request_id=one.id)),
            Column("purpose", N_("Purpose"), lambda one: web.code_name("loan_purpose", one.purpose),
                   InternalRequest.purpose),
            Column("branch", N_("For the branch"), lambda one: names[one.branch_id][1]),
            Column("copies", N_("Copies"), lambda one: one.copies, InternalRequest.copies),
            Column("sent", N_("Picked"), lambda one: picked.get(one.id, 0)),
            Column("until", N_("Until"), lambda one: one.until, InternalRequest.until),
            Column("state", N_("State"),
                   lambda one: web.ListCell(
                       web.code_name("internal_request", one.state),
                       note=web.code_name("refusal_reason", one.reason) if one.reason else "")),
        ],
        filters=[
            Filter("branch", N_("For the branch"), list(names.values())),
            Filter("state", N_("State"), [
                (code, gettext(name)) for code, name in LABELS["internal_request"].items()
            ]),
        ],
        empty=N_("No branch asks for anything."),
        enrich=with_picked,
    )  # fmt: skip
    new = PageAction(N_("New request"), url_for("internal_loans.new_request"), main=True)
    return web.list_page(session, definition, title=N_("Internal loans"), actions=[new])


@internal_loans.get("/pick")
@web.page(Permission.LEND_INTERNALLY)
def pick_list(session: Session) -> ResponseReturnValue:
    """Copies of this branch that others asked for, in the order of the shelves."""
    definition = ListDefinition(
        queries.to_pick(g.staff.branch.id),
        [
            Column("location", N_("Place"), lambda item: item.location, Item.location),
            Column("mark", N_("Shelf mark"), lambda item: item.shelf_mark, Item.shelf_mark),
            Column("title", N_("Title"), lambda item: item.record.title),
            Column("number", N_("Inventory number"), lambda item: item.number,
                   Item.inventory_number),
        ],
        empty=N_("Nobody asked for a copy of this branch."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("To pick for other branches"))


@internal_loans.get("/readers")
@web.page(Permission.LEND_INTERNALLY)
def readers_waiting(session: Session) -> ResponseReturnValue:
    """Readers who wait at a branch that has no copy: their holds travel by themselves."""
    names = names_of(session, web.language())
    definition = ListDefinition(
        queries.holds_elsewhere(),
        [
            Column("since", N_("Since"), lambda hold: hold.placed_at, Hold.placed_at),
            Column("title", N_("Title"), lambda hold: hold.record.title, None,
                   lambda hold: url_for("catalogue.record", record_id=hold.record_id)),
            Column("branch", N_("Where to"), lambda hold: names[hold.branch_id][1]),
            Column("reader", N_("Reader"), lambda hold: hold.patron.name if hold.patron else ""),
        ],
        empty=N_("The list is empty."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Readers waiting for other branches"))


@internal_loans.get("/new")
@web.page(Permission.LEND_INTERNALLY)
def new_request(session: Session) -> ResponseReturnValue:
    """The form of a request; of a record, where the address names one."""
    values = {"branch": g.staff.branch.code, "purpose": "request", "copies": 1,
              "record": request.args.get("record", "")}  # fmt: skip
    return _new_page(session, _form(session, values))


def _form(session: Session, values: Mapping[str, object] | None) -> Form[RequestData]:
    choices = {"branch": working(session, web.language())}
    return Form(RequestData, values, choices=choices)


def _new_page(session: Session, form: Form[RequestData]) -> ResponseReturnValue:
    title = N_("New request")
    return web.respond(session, "internal_loans/new.html", {}, title=title, form=form)


@internal_loans.post("/new")
@web.page(Permission.LEND_INTERNALLY, write=True)
def ask(session: Session) -> ResponseReturnValue:
    """A branch asks."""

    def work(data: RequestData) -> ResponseReturnValue:
        record = record_named(session, data.record) if data.record else None
        asking = branch_by_code(session, data.branch)
        made = actions.ask(session, web.origin(), data, asking.id, record)
        return redirect(url_for("internal_loans.internal_request", request_id=made.id))

    return web.handled(session, _form(session, None), work, lambda form: _new_page(session, form))


@internal_loans.get("/<id:request_id>")
@web.page(Permission.LEND_INTERNALLY)
def internal_request(session: Session, request_id: int) -> ResponseReturnValue:
    """A request: whom to ask first, what was picked for it."""
    one = queries.request_by_id(session, request_id)
    return _page(session, one, Form(RefusalData, {"reason": "absent"}, name="refusal"))


def _page(session: Session, one: InternalRequest, form: Form[RefusalData]) -> ResponseReturnValue:
    names, asked = names_of(session, web.language()), one.record_id is not None
    open_ = one.state == RequestState.REQUESTED
    offers = queries.offers(session, one, clock.now(), web.today()) if asked and open_ else []
    definition = ListDefinition(
        queries.sent_for(one),
        [
            Column("number", N_("Inventory number"), lambda loan: loan.item.number),
            Column("title", N_("Title"), lambda loan: loan.item.record.title),
            Column("from", N_("Where from"), lambda loan: names[loan.from_branch_id][1]),
            Column("state", N_("State"), lambda loan: web.code_name("internal_loan", loan.state)),
        ],
        empty=N_("Nothing was picked for it yet."),
    )  # fmt: skip
    return web.respond(
        session, "internal_loans/request.html", {"listing": definition}, title=N_("Request"),
        one=one, about=about(one), offers=rules.in_order(offers), branches=names, form=form,
        audience=web.listed(web.current().config.lists.categories, one.audience)
        if one.audience else "", open_=open_, foreign=one.branch_id != g.staff.branch.id,
        may_cancel=has_a_say(g.staff.branch.id, central(session).id, one.branch_id),
    )  # fmt: skip


@internal_loans.post("/<id:request_id>/refuse")
@web.page(Permission.LEND_INTERNALLY, write=True)
def refuse_request(session: Session, request_id: int) -> ResponseReturnValue:
    """Nobody can give it."""
    one = queries.request_by_id(session, request_id, lock=True)

    def work(data: RefusalData) -> ResponseReturnValue:
        actions.refuse(session, web.origin(), one, data)
        return redirect(url_for("internal_loans.internal_request", request_id=one.id))

    form = Form(RefusalData, name="refusal")
    return web.handled(session, form, work, lambda form: _page(session, one, form))


@internal_loans.post("/<id:request_id>/<any(cancel, fill):act>")
@web.page(Permission.LEND_INTERNALLY, write=True)
def end_request(session: Session, request_id: int, act: str) -> ResponseReturnValue:
    """It is needed no more, or everything was given."""
    one = queries.request_by_id(session, request_id, lock=True)
    (actions.cancel if act == "cancel" else actions.fill)(session, web.origin(), one)
    flash(gettext("Saved."))
    return redirect(url_for("internal_loans.internal_request", request_id=one.id))
