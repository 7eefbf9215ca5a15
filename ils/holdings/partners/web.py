"""The register of suppliers, donors and institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.acts.models import StockAct
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import holdings
from ils.holdings.partners import actions, queries
from ils.holdings.partners.models import Partner
from ils.holdings.partners.queries import PartnerTotals
from ils.holdings.partners.rules import NewPartner, PartnerData
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction

_FIELDS = ("kind", "tax_number", "address", "contact", "phone", "email", "note", "closed")


@holdings.get("/partners")
@web.page(Permission.VIEW_CATALOGUE)
def partners(session: Session) -> ResponseReturnValue:
    """All of them, with what came from each."""
    sums: dict[str, PartnerTotals] = {}

    def with_sums(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        sums.update(queries.totals(session, [row.name for row in rows]))
        return rows

    args = request.args
    definition = ListDefinition(
        queries.partners(args.get("q", "").strip(), args.get("kind", "")),
        [
            Column("name", N_("Name"), lambda one: one.name, Partner.name,
                   lambda one: url_for("holdings.partner", partner_id=one.id)),
            Column("kind", N_("Kind"), lambda one: web.code_name("partner_kind", one.kind),
                   Partner.kind),
            Column("bin", N_("BIN or IIN"), lambda one: one.tax_number, Partner.tax_number),
            Column("phone", N_("Phone"), lambda one: one.phone),
            Column("acts", N_("Acts"), lambda one: sums[one.name].acts),
            Column("copies", N_("Copies"), lambda one: sums[one.name].copies),
            Column("sum", N_("Sum, ₸"), lambda one: shown_sum(sums[one.name].amount)),
        ],
        filters=[
            Filter("q", N_("Search")),
            Filter("kind", N_("Kind"), web.code_names("partner_kind")),
        ],
        empty=N_("Nobody is in the register yet: whom an act or an order names comes into it."),
        enrich=with_sums,
    )  # fmt: skip
    new = PageAction(N_("New partner"), url_for("holdings.new_partner"), main=True)
    may = web.may(Permission.EDIT_HOLDINGS)
    title = N_("Suppliers and donors")
    return web.list_page(session, definition, title=title, actions=[new] if may else [])


@holdings.get("/partners/new")
@web.page(Permission.EDIT_HOLDINGS)
def new_partner(session: Session) -> ResponseReturnValue:
    """The form of a partner."""
    return _new_page(session, Form(NewPartner, {"kind": "supplier"}))


def _new_page(session: Session, form: Form[NewPartner]) -> ResponseReturnValue:
    title = N_("New partner")
    return web.respond(session, "holdings/new_partner.html", {}, title=title, form=form)


@holdings.post("/partners/new")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def register_partner(session: Session) -> ResponseReturnValue:
    """Write it down."""

    def work(data: NewPartner) -> ResponseReturnValue:
        made = actions.register(session, web.origin(), data)
        return redirect(url_for("holdings.partner", partner_id=made.id))

    return web.handled(session, Form(NewPartner), work, lambda form: _new_page(session, form))


@holdings.get("/partners/<id:partner_id>")
@web.page(Permission.VIEW_CATALOGUE)
def partner(session: Session, partner_id: int) -> ResponseReturnValue:
    """What is known of it, and the acts that name it."""
    one = queries.partner(session, partner_id)
    values = {name: getattr(one, name) for name in _FIELDS}
    return _page(session, one, Form(PartnerData, values))


def _page(session: Session, one: Partner, form: Form[PartnerData]) -> ResponseReturnValue:
    acts = ListDefinition(
        queries.acts_with(one.name),
        [
            Column("number", N_("№"), lambda act: act.called or web.code_name(
                "act_state", act.state), StockAct.number,
                lambda act: url_for("holdings.act", act_id=act.id)),
            Column("kind", N_("Act"), lambda act: web.code_name("stock_act", act.kind)),
            Column("day", N_("Day"), lambda act: act.day, StockAct.day),
            Column("state", N_("State"), lambda act: web.code_name("act_state", act.state)),
            Column("document", N_("Accompanying document"), lambda act: act.document),
        ],
        empty=N_("No act names it."),
    )  # fmt: skip
    return web.respond(
        session, "holdings/partner.html", {"acts": acts}, title=one.name, one=one, form=form,
        sums=queries.totals(session, [one.name])[one.name], shown_sum=shown_sum,
    )  # fmt: skip


@holdings.post("/partners/<id:partner_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def change_partner(session: Session, partner_id: int) -> ResponseReturnValue:
    """Change what is known of it."""
    one = queries.partner(session, partner_id)

    def work(data: PartnerData) -> ResponseReturnValue:
        actions.change(session, web.origin(), one, data)
        flash(gettext("Saved."))
        return redirect(url_for("holdings.partner", partner_id=one.id))

    form = Form(PartnerData)
    return web.handled(session, form, work, lambda form: _page(session, one, form))
