"""The register of contracts."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.pages import digitisation
from ils.digitization.rights import actions, queries
from ils.digitization.rights.models import Contract
from ils.digitization.rights.rules import ContractData
from ils.errors import N_
from ils.organisation.audit.actions import audit
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, PageAction


def _state(contract: Contract) -> str:
    ended = contract.ended_at is not None
    if ended or (contract.until is not None and contract.until < web.today()):
        return str(gettext("ended"))
    near = contract.until is not None and contract.until <= web.today() + queries.REMINDER
    return str(gettext("ends soon") if near else gettext("in force"))


@digitisation.get("/contracts/")
@web.page(Permission.VIEW_DIGITISATION)
def contracts(session: Session) -> ResponseReturnValue:
    """Contracts with right holders, and which of them end soon."""
    definition = ListDefinition(
        queries.contracts(),
        [
            Column("number", N_("Number"), lambda one: one.number, Contract.number,
                   lambda one: url_for("digitisation.contract", contract_id=one.id)),
            Column("holder", N_("Right holder"), lambda one: one.holder, Contract.holder),
            Column("signed", N_("Signed on"), lambda one: one.signed_on, Contract.signed_on),
            Column("until", N_("Valid until"), lambda one: one.until, Contract.until),
            Column("scope", N_("Where it may be read"),
                   lambda one: web.code_name("rights_scope", one.scope)),
            Column("state", N_("State"), _state),
        ],
        empty=N_("No contract was written down yet."),
    )  # fmt: skip
    new = PageAction(N_("New contract"), url_for("digitisation.new_contract"), main=True)
    actions_ = [new] if web.may(Permission.MANAGE_RIGHTS) else []
    return web.list_page(session, definition, title=N_("Contracts"), actions=actions_)


def _page(
    session: Session, form: Form[ContractData], contract: Contract | None
) -> ResponseReturnValue:
    title = N_("Contract") if contract else N_("New contract")
    return web.respond(
        session, "digitization/contract.html", {}, title=title, form=form, contract=contract
    )


@digitisation.get("/contracts/new")
@web.page(Permission.MANAGE_RIGHTS)
def new_contract(session: Session) -> ResponseReturnValue:
    """The form of a contract."""
    return _page(session, Form(ContractData, {"scope": "internet"}), None)


@digitisation.post("/contracts/new")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def add_contract(session: Session) -> ResponseReturnValue:
    """Write a contract down."""

    def work(data: ContractData) -> ResponseReturnValue:
        made = actions.add_contract(session, web.origin(), data)
        audit(session, g.staff.id, "contract.added", str(made.id), number=data.number)
        flash(gettext("Saved."))
        return redirect(url_for("digitisation.contracts"))

    return web.handled(session, Form(ContractData), work, lambda form: _page(session, form, None))


@digitisation.get("/contracts/<id:contract_id>")
@web.page(Permission.VIEW_DIGITISATION)
def contract(session: Session, contract_id: int) -> ResponseReturnValue:
    """A contract."""
    one = queries.contract(session, contract_id)
    names = ("number", "holder", "signed_on", "until", "scope", "download", "note")
    return _page(session, Form(ContractData, {name: getattr(one, name) for name in names}), one)


@digitisation.post("/contracts/<id:contract_id>")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def change_contract(session: Session, contract_id: int) -> ResponseReturnValue:
    """Put it right; access follows at once."""
    one = queries.contract(session, contract_id)

    def work(data: ContractData) -> ResponseReturnValue:
        before = str(one.until or "")
        actions.change_contract(session, one, data)
        audit(session, g.staff.id, "contract.changed", str(one.id), until=[before, data.until])
        flash(gettext("Saved."))
        return redirect(url_for("digitisation.contracts"))

    return web.handled(session, Form(ContractData), work, lambda form: _page(session, form, one))


@digitisation.post("/contracts/<id:contract_id>/end")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def end_contract(session: Session, contract_id: int) -> ResponseReturnValue:
    """End it before its time."""
    one = queries.contract(session, contract_id)
    actions.end_contract(session, web.origin(), one)
    audit(session, g.staff.id, "contract.ended", str(one.id))
    flash(gettext("What the contract allowed has ended."))
    return redirect(url_for("digitisation.contracts"))
