"""The register of contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import files, web
from ils.digitization.pages import digitisation
from ils.digitization.rights import actions, queries
from ils.digitization.rights.models import Contract
from ils.digitization.rights.rules import ContractData
from ils.digitization.scans.pictures import pages_of, type_of
from ils.errors import N_, IlsError
from ils.fields import FieldKind, described
from ils.files import Purpose, ReceivedFile
from ils.organisation.audit.actions import audit
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, PageAction

MAX_PAPER_BYTES = 30_000_000


def _state(contract: Contract) -> str:
    ended = contract.ended_at is not None
    if ended or (contract.until is not None and contract.until < web.today()):
        return str(gettext("ended"))
    reminder = timedelta(days=web.current().config.digitization.reminder_days)
    near = contract.until is not None and contract.until <= web.today() + reminder
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


@dataclass(frozen=True)
class PaperData:
    """The scan of the paper of a contract."""

    file: None = described(
        N_("Scan of the contract"), FieldKind.FILE, default=None,
        accept=".pdf,.jpg,.jpeg,.png,.tif,.tiff",
    )  # fmt: skip


def _page(
    session: Session,
    form: Form[ContractData],
    contract: Contract | None,
    paper: Form[PaperData] | None = None,
) -> ResponseReturnValue:
    title = N_("Contract") if contract else N_("New contract")
    return web.respond(
        session, "digitization/contract.html", {}, title=title, form=form, contract=contract,
        paper=paper or Form(PaperData, {}, name="paper"),
    )  # fmt: skip


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
    return _page(session, _form_of(one), one)


def _form_of(contract: Contract) -> Form[ContractData]:
    names = ("number", "holder", "signed_on", "until", "scope", "download", "note")
    return Form(ContractData, {name: getattr(contract, name) for name in names})


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


def _received() -> tuple[ReceivedFile, str]:
    """What was sent as the paper, and what it is by its content."""
    config = web.current().config
    received = web.sent_file(MAX_PAPER_BYTES)()
    path = files.content_of(config.folder, received.token)
    kind = type_of(path)
    pages_of(path, kind, config.digitization)  # whole, without a password, with pages
    return received, kind


@digitisation.post("/contracts/<id:contract_id>/paper")
@web.page(Permission.MANAGE_RIGHTS, write=True, prepare=_received)
@web.uploads(MAX_PAPER_BYTES)
def save_paper(session: Session, contract_id: int, prepared: object) -> ResponseReturnValue:
    """Keep the scan of its paper with it."""
    one = queries.contract(session, contract_id)

    def work(_: PaperData) -> ResponseReturnValue:
        if isinstance(prepared, IlsError):
            raise prepared
        received, kind = cast("tuple[ReceivedFile, str]", prepared)
        name = request.files["file"].filename or ""
        actions.keep_paper(session, one, received, name=name, kind=kind, by=g.staff.id)
        audit(session, g.staff.id, "contract.paper", str(one.id))
        flash(gettext("Saved."))
        return redirect(url_for("digitisation.contract", contract_id=one.id))

    form = Form(PaperData, name="paper")
    return web.handled(session, form, work, lambda form: _page(session, _form_of(one), one, form))


@digitisation.get("/contracts/<id:contract_id>/paper")
@web.page(Permission.MANAGE_RIGHTS)
def paper(session: Session, contract_id: int) -> ResponseReturnValue:
    """The scan of its paper."""
    one = queries.contract(session, contract_id)
    file = files.stored_file(session, one.paper_id or 0, Purpose.ENCLOSURE)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


@digitisation.post("/contracts/<id:contract_id>/end")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def end_contract(session: Session, contract_id: int) -> ResponseReturnValue:
    """End it before its time."""
    one = queries.contract(session, contract_id)
    actions.end_contract(session, web.origin(), one)
    audit(session, g.staff.id, "contract.ended", str(one.id))
    flash(gettext("What the contract allowed has ended."))
    return redirect(url_for("digitisation.contracts"))
