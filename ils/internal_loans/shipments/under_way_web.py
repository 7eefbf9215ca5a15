"""What is under way between branches, what is lent to them, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.pages import the_desk
from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.errors import N_
from ils.holdings.items.models import ItemStatus
from ils.internal_loans.pages import internal_loans
from ils.internal_loans.rules import has_a_say
from ils.internal_loans.shipments import actions, queries, rules
from ils.ledger import UnknownAct
from ils.organisation.branches.queries import central, names_of
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition, RowAction

#: States in which a copy lent to a branch does not come back by itself.
GONE = (ItemStatus.LOST, ItemStatus.MISSING, ItemStatus.WITHDRAWN)


@internal_loans.get("/under-way")
@web.page(Permission.LEND_INTERNALLY)
def under_way(session: Session) -> ResponseReturnValue:
    """Copies between branches, longest under way first; late ones are looked for."""
    names, now, centre = names_of(session, web.language()), clock.now(), central(session).id
    ids = {code: number for number, (code, _) in names.items()}
    late = request.args.get("late") == "yes"
    query = queries.under_way(
        ids.get(request.args.get("from", "")), ids.get(request.args.get("to", "")),
        now - rules.LATE_AFTER if late else None,
    )  # fmt: skip
    definition = ListDefinition(
        query,
        [
            Column("number", N_("Inventory number"), lambda row: row.Transit.item.number, None,
                   lambda row: url_for("holdings.copy", item_id=row.Transit.item_id)),
            Column("title", N_("Title"), lambda row: row.Transit.item.record.title),
            Column("from", N_("Where from"), lambda row: names[row.Transit.from_branch_id][1]),
            Column("to", N_("Where to"), lambda row: names[row.Transit.to_branch_id][1]),
            Column("box", N_("Box"), lambda row: _box(row.Shipment), Shipment.number),
            Column("sent", N_("Sent"), lambda row: row.Transit.sent_at, Transit.sent_at),
            Column("days", N_("Days under way"), lambda row: (now - row.Transit.sent_at).days),
        ],
        filters=[
            Filter("from", N_("Where from"), list(names.values())),
            Filter("to", N_("Where to"), list(names.values())),
            Filter("late", N_("Late"), [("yes", gettext("more than a week"))]),
        ],
        row_actions=[
            _settles(N_("It stayed here"), "stayed", centre),
            _settles(N_("Not found"), "lost", centre),
        ],
        empty=N_("Nothing is under way."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Under way between branches"))


def _box(shipment: Shipment | None) -> str:
    return "" if shipment is None else f"№ {shipment.number}"


def _settles(label: str, act: str, centre: int) -> RowAction:
    return RowAction(
        label,
        lambda row: url_for("internal_loans.settle_way", transit_id=row.Transit.id, act=act),
        lambda row: row.Transit.item.number, sends=lambda _: {},
        shown=lambda row: has_a_say(
            g.staff.branch.id, centre, row.Transit.from_branch_id, row.Transit.to_branch_id
        ),
    )  # fmt: skip


@internal_loans.post("/under-way/<id:transit_id>/<any(stayed, lost):act>")
@web.page(Permission.LEND_INTERNALLY, write=True)
def settle_way(session: Session, transit_id: int, act: str) -> ResponseReturnValue:
    """A copy never left, or nobody finds it.

    Raises:
        UnknownAct: it is not under way any more.
    """
    transit = queries.way_by_id(session, transit_id)
    if transit is None:
        raise UnknownAct
    if act == "stayed":
        actions.never_left(the_desk(session), transit)
        said = gettext("“%(number)s” stands where it was sent from.", number=transit.item.number)
    else:
        actions.lost_on_the_way(the_desk(session), transit)
        said = gettext("“%(number)s” is missing now.", number=transit.item.number)
    flash(said)
    return redirect(url_for("internal_loans.under_way"))


@internal_loans.get("/away")
@web.page(Permission.LEND_INTERNALLY)
def lent_out(session: Session) -> ResponseReturnValue:
    """Copies lent to branches, those that should be back first."""
    names, today, centre = names_of(session, web.language()), web.today(), central(session).id
    ids = {code: number for number, (code, _) in names.items()}

    def overdue(loan: Any) -> int | str:
        late = loan.until is not None and loan.until < today
        return (today - loan.until).days if late else ""

    end = RowAction(
        N_("It will not come back"),
        lambda loan: url_for("internal_loans.end_loan", loan_id=loan.id),
        lambda loan: loan.item.number, sends=lambda _: {},
        shown=lambda loan: loan.item.status in GONE and has_a_say(
            g.staff.branch.id, centre, loan.from_branch_id, loan.to_branch_id
        ),
    )  # fmt: skip
    back = RowAction(
        N_("Call back"),
        lambda loan: url_for("internal_loans.call_back", loan_id=loan.id),
        lambda loan: loan.item.number, sends=lambda _: {},
        shown=lambda loan: _may_be_called(loan, today) and has_a_say(
            g.staff.branch.id, centre, loan.from_branch_id, loan.to_branch_id
        ),
    )  # fmt: skip
    definition = ListDefinition(
        queries.lent_out(ids.get(request.args.get("branch", ""))),
        [
            Column("number", N_("Inventory number"), lambda loan: loan.item.number, None,
                   lambda loan: url_for("holdings.copy", item_id=loan.item_id)),
            Column("title", N_("Title"), lambda loan: loan.item.record.title),
            Column("from", N_("Where from"), lambda loan: names[loan.from_branch_id][1]),
            Column("to", N_("Where to"), lambda loan: names[loan.to_branch_id][1]),
            Column("purpose", N_("Purpose"),
                   lambda loan: web.code_name("loan_purpose", loan.purpose)),
            Column("state", N_("State"), lambda loan: web.code_name("internal_loan", loan.state),
                   InternalLoan.state),
            Column("copy", N_("Copy"), lambda loan: web.code_name("status", loan.item.status)),
            Column("until", N_("Until"), lambda loan: loan.until, InternalLoan.until),
            Column("overdue", N_("Days overdue"), overdue),
        ],
        filters=[Filter("branch", N_("Where to"), list(names.values()))],
        row_actions=[back, end],
        empty=N_("No copy is lent to another branch."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Lent to branches"))


def _may_be_called(loan: InternalLoan, today: date) -> bool:
    """Whether a branch keeps a copy for longer than until today."""
    ended = loan.until is not None and loan.until < today
    return loan.item.status not in GONE and not ended


@internal_loans.post("/away/<id:loan_id>/back")
@web.page(Permission.LEND_INTERNALLY, write=True)
def call_back(session: Session, loan_id: int) -> ResponseReturnValue:
    """A copy lent to a branch is to come home: every scan of it says so.

    Raises:
        UnknownAct: it is not lent any more.
    """
    loan = session.get(InternalLoan, loan_id, with_for_update={"of": InternalLoan})
    if loan is None or loan.ended_at is not None:
        raise UnknownAct
    actions.call_back(the_desk(session), loan)
    flash(gettext("“%(number)s” is called back.", number=loan.item.number))
    return redirect(url_for("internal_loans.lent_out"))


@internal_loans.post("/away/<id:loan_id>/end")
@web.page(Permission.LEND_INTERNALLY, write=True)
def end_loan(session: Session, loan_id: int) -> ResponseReturnValue:
    """A copy lent to a branch was lost or withdrawn there.

    Raises:
        UnknownAct: it is not lent any more, or not gone.
    """
    loan = session.get(InternalLoan, loan_id, with_for_update={"of": InternalLoan})
    if loan is None or loan.ended_at is not None or loan.item.status not in GONE:
        raise UnknownAct
    actions.end_loan(the_desk(session), loan)
    return redirect(url_for("internal_loans.lent_out"))
