"""Copies in repair: sent, listed, taken back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.items.models import Item
from ils.holdings.items.queries import item_by_id
from ils.holdings.pages import holdings
from ils.holdings.repair import actions
from ils.holdings.repair.actions import RepairedData
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction


@holdings.get("/repair")
@web.page(Permission.VIEW_CATALOGUE)
def repair(session: Session) -> ResponseReturnValue:
    """Copies that are being mended."""
    names = names_of(session, web.language())
    back = RowAction(
        N_("Back from repair"), lambda item: url_for("holdings.mended", item_id=item.id),
        lambda item: item.number,
    )  # fmt: skip
    may = web.may(Permission.EDIT_HOLDINGS)
    definition = ListDefinition(
        actions.in_repair(),
        [
            Column("number", N_("Inventory number"), lambda item: item.number,
                   Item.inventory_number, lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("title", N_("Title"), lambda item: item.record.title),
            Column("branch", N_("Branch"), lambda item: names[item.owner_branch_id][1],
                   Item.owner_branch_id),
            Column("condition", N_("Condition"), lambda item: item.condition),
        ],
        row_actions=[back] if may else [],
        empty=N_("Nothing is in repair."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Repair and binding"))


@holdings.post("/<id:item_id>/repair")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def send_to_repair(session: Session, item_id: int) -> ResponseReturnValue:
    """Send a copy to be mended."""
    actions.send(session, web.origin(), item_by_id(session, item_id, lock=True))
    flash(gettext("The copy is in repair now."))
    return redirect(url_for("holdings.copy", item_id=item_id))


@holdings.get("/<id:item_id>/mended")
@web.page(Permission.EDIT_HOLDINGS)
def mended(session: Session, item_id: int) -> ResponseReturnValue:
    """The form of a copy that comes back."""
    item = item_by_id(session, item_id)
    return _mended_page(session, item, _form({"condition": item.condition, "work": "repair"}))


def _form(values: dict[str, object] | None) -> Form[RepairedData]:
    return Form(RepairedData, values, choices={"work": web.code_names("repair_work")})


def _mended_page(session: Session, item: Item, form: Form[RepairedData]) -> ResponseReturnValue:
    title = N_("Back from repair")
    return web.respond(session, "holdings/mended.html", {}, title=title, item=item, form=form)


@holdings.post("/<id:item_id>/mended")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def take_from_repair(session: Session, item_id: int) -> ResponseReturnValue:
    """It is back."""
    item = item_by_id(session, item_id, lock=True)

    def work(data: RepairedData) -> ResponseReturnValue:
        actions.take_back(session, web.origin(), item, data)
        return redirect(url_for("holdings.repair"))

    return web.handled(session, _form(None), work, lambda form: _mended_page(session, item, form))
