"""Pages of lost, spoiled and claimed copies; who had a copy."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.circulation.losses import actions, queries, rules
from ils.circulation.losses.actions import LossData, SettlementData
from ils.circulation.losses.models import LoanLoss
from ils.circulation.losses.queries import LossFilter
from ils.circulation.pages import the_desk
from ils.errors import N_
from ils.holdings.items.rules import shown_sum
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition

losses = Blueprint("losses", __name__, url_prefix="/staff/losses")


@losses.get("/")
@web.page(Permission.VIEW_LOANS)
def all_losses(session: Session) -> ResponseReturnValue:
    """What readers lost, spoiled or say they brought back; those not settled at first."""
    names = names_of(session, web.language())
    ids = {code: number for number, (code, _) in names.items()}
    asked = request.args.get("branch", g.staff.branch.code)
    state = request.args.get("state", "open")
    definition = ListDefinition(
        queries.losses(LossFilter(ids.get(asked), "" if state == "all" else state)),
        [
            Column("title", N_("Title"), lambda row: row[0].item.record.title,
                   link=lambda row: url_for("losses.loss", loan_id=row[0].id)),
            Column("number", N_("Inventory number"), lambda row: row[0].item.number),
            Column("shelf", N_("Shelf"), lambda row: web.ListCell(
                row[0].item.shelf_mark, note=row[0].item.location)),
            Column("copies", N_("Copies"), lambda row: row[0].copies - row[0].quantity_returned),
            Column("reader", N_("Reader"), lambda row: row[2].name if row[2] else ""),
            Column("kind", N_("What happened"), _kind),
            Column("state", N_("State"), _state),
            Column("since", N_("Since"), _since),
            Column("branch", N_("Branch"), lambda row: names[row[0].branch_id][1]),
        ],
        filters=[
            Filter("state", N_("State"), [
                ("open", gettext("not settled")), ("all", gettext("all")),
                *web.code_names("loss_state"),
            ], value=state, always=True),
            Filter("branch", N_("Branch"), [("-", gettext("all")), *names.values()],
                   value=asked, always=True),
        ],
        empty=N_("Nothing is lost, damaged or looked for here."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Lost and claimed copies"))


def _kind(row: Any) -> web.ListCell:
    loss: LoanLoss | None = row[1]
    if loss is None:
        return web.ListCell(web.code_name("loss_kind", "lost"))
    told = web.code_name("declared_by", loss.declared_by)
    return web.ListCell(web.code_name("loss_kind", loss.kind), note=f"{told} {loss.note}".strip())


def _state(row: Any) -> web.ListCell:
    loan, loss = row[0], row[1]
    note = ""
    if loss is not None and loss.settlement is not None:
        note = " · ".join(filter(None, (
            loss.receipt, shown_sum(loss.amount) if loss.amount else ""
        )))  # fmt: skip
    settlement = loss.settlement if loss else None
    if rules.is_found_again(
        settlement, loan.item.status, is_group=loan.is_bulk, replaced=bool(row[4])
    ):
        found = gettext("the copy was found after that")
        note = " · ".join(filter(None, (note, found)))
    return web.ListCell(web.code_name("loss_state", row[3]), note=note)


def _since(row: Any) -> object:
    return row[1].at if row[1] is not None else row[0].ended_at


@losses.get("/<id:loan_id>")
@web.page(Permission.VIEW_LOANS)
def loss(session: Session, loan_id: int) -> ResponseReturnValue:
    """A loan: what the reader says of it, how it is settled."""
    return _page(session, loan_queries.loan(session, loan_id))


def _page(session: Session, loan: Loan, sent: Form[Any] | None = None) -> ResponseReturnValue:
    if loan.patron_id is not None:
        web.note("patron.open", str(loan.patron_id))
    said = queries.loss_of(session, loan.id)
    row = session.execute(queries.losses(LossFilter()).where(Loan.id == loan.id)).first()
    state = row[3] if row is not None else None
    forms: dict[str, Form[Any]] = {
        "declared": _declared_form({"kind": "damaged" if loan.ended_at else "claimed"}, loan),
        "settled": _settled_form({}),
    }
    if sent is not None:
        forms[sent.name] = sent
    return web.respond(
        session, "circulation/loss.html", {}, title=loan.item.record.title, loan=loan, said=said,
        state=state, state_cell=_state(row) if row is not None else None, forms=forms,
        may_declare=(state is None or state == rules.LossState.SEARCHED)
        and loan.ended_by in (None, "returned"),
        owed=state == rules.LossState.OWED,
        can_withdraw=said is not None and said.settlement is None and loan.ended_by != "lost",
        branches=names_of(session, web.language()), error=sent.error if sent else None,
    )  # fmt: skip


def _declared_form(values: dict[str, object] | None, loan: Loan) -> Form[LossData]:
    kinds = [
        pair for pair in web.code_names("loss_kind")
        if loan.ended_at is None or pair[0] == "damaged"
    ]  # fmt: skip
    choices = {"kind": kinds, "declared_by": web.code_names("declared_by")}
    return Form(LossData, values, name="declared", choices=choices)


def _settled_form(values: dict[str, object] | None) -> Form[SettlementData]:
    return Form(SettlementData, values, name="settled",
                choices={"settlement": web.code_names("settlement")})  # fmt: skip


@losses.post("/<id:loan_id>/declare")
@web.page(Permission.VIEW_LOANS, write=True)
def declare(session: Session, loan_id: int) -> ResponseReturnValue:
    """Write down what the reader says."""
    loan = loan_queries.loan(session, loan_id)

    def work(data: LossData) -> ResponseReturnValue:
        actions.declare(the_desk(session), loan, data)
        return _saved(loan)

    form = _declared_form(None, loan)
    return web.handled(session, form, work, lambda form: _page(session, loan, form))


@losses.post("/<id:loan_id>/settle")
@web.page(Permission.VIEW_LOANS, write=True)
def settle(session: Session, loan_id: int) -> ResponseReturnValue:
    """Write down how it was made good."""
    loan = loan_queries.loan(session, loan_id)

    def work(data: SettlementData) -> ResponseReturnValue:
        actions.settle(session, web.origin(), loan, data)
        return _saved(loan)

    return web.handled(session, _settled_form(None), work, lambda form: _page(session, loan, form))


@losses.post("/<id:loan_id>/withdraw")
@web.page(Permission.VIEW_LOANS, write=True)
def withdraw(session: Session, loan_id: int) -> ResponseReturnValue:
    """What was said was a mistake."""
    loan = loan_queries.loan(session, loan_id)
    actions.withdraw(session, web.origin(), loan)
    return _saved(loan)


@losses.post("/<id:loan_id>/reopen")
@web.page(Permission.VIEW_LOANS, write=True)
def reopen(session: Session, loan_id: int) -> ResponseReturnValue:
    """How it was settled was a mistake."""
    loan = loan_queries.loan(session, loan_id)
    actions.reopen(session, web.origin(), loan)
    return _saved(loan)


def _saved(loan: Loan) -> ResponseReturnValue:
    flash(gettext("Saved."))
    return redirect(url_for("losses.loss", loan_id=loan.id))
