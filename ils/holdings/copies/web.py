"""A copy: described, split off a group, taken back; labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.codes.rules import LooksAlike
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.holdings.acts import execution
from ils.holdings.acts import queries as acts
from ils.holdings.items import entering, queries
from ils.holdings.items.entering import CopyData
from ils.holdings.items.models import Item
from ils.holdings.items.numbers import check_unlike
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.holdings.stocktaking.queries import last_seen
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.organisation.staff.queries import audit_of
from ils.web.filled import Form


@dataclass(frozen=True)
class MoveData:
    """The form of a move."""

    branch: str = described(N_("Branch"), FieldKind.CHOICE)


@dataclass(frozen=True)
class SplitData:
    """The form of copies split off a group."""

    numbers: str = described(
        N_("Inventory numbers"),
        FieldKind.LONG,
        hint=N_("one in a line, or scanned"),
        longest=20_000,
    )


@holdings.get("/<id:item_id>")
@web.page(Permission.VIEW_CATALOGUE)
def copy(session: Session, item_id: int) -> ResponseReturnValue:
    """A copy: what is known of it, and what was done to it."""
    return _copy_page(session, queries.item_by_id(session, item_id))


def _copy_page(session: Session, item: Item, sent: Form[Any] | None = None) -> ResponseReturnValue:
    names = names_of(session, web.language())
    values = {one.name: getattr(item, one.name) for one in fields(CopyData)}
    values["price"] = f"{item.price / 100:.2f}".replace(".", ",") if item.price is not None else ""
    forms: dict[str, object] = {
        "about": Form(CopyData, values, name="about"),
        "move": _move_form(session, {"branch": names[item.owner_branch_id][0]}),
        "split": Form(SplitData, {}, name="split"),
    }
    if sent is not None:
        forms[sent.name] = sent
    history = session.execute(audit_of(str(item.id), "item.")).all()
    return web.respond(
        session, "holdings/copy.html", {}, title=item.number or item.record.title, item=item,
        branches=names, forms=forms, history=history, shown_sum=shown_sum,
        seen=last_seen(session, item),
        acts=session.scalars(acts.acts_of_item(item)).all(),
        replaced_by=session.scalars(acts.replacements_of(item)).all(),
    )  # fmt: skip


def _move_form(session: Session, values: Mapping[str, object] | None) -> Form[MoveData]:
    return Form(MoveData, values, name="move", choices={"branch": branch_choices(session)})


@holdings.post("/<id:item_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def save_copy(session: Session, item_id: int) -> ResponseReturnValue:
    """Describe it anew."""
    item = queries.item_by_id(session, item_id, lock=True)

    def work(data: CopyData) -> ResponseReturnValue:
        if data.barcode != (item.barcode or "") and not web.no_mistake(LooksAlike):
            check_unlike(session, [data.barcode])
        entering.change_copy(session, web.origin(), item, data)
        flash(gettext("Saved."))
        return redirect(url_for("holdings.copy", item_id=item.id))

    form = Form(CopyData, name="about")
    return web.handled(session, form, work, lambda form: _copy_page(session, item, form))


@holdings.post("/<id:item_id>/move")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def move_copy(session: Session, item_id: int) -> ResponseReturnValue:
    """Give it to another branch."""
    item = queries.item_by_id(session, item_id, lock=True)

    def work(data: MoveData) -> ResponseReturnValue:
        to = branch_ids(session)[data.branch]
        act = execution.move_copy(session, web.origin(), item, to)
        name = dict(branch_choices(session))[data.branch]
        said = gettext("The copy is of the branch “%(name)s” now.", name=name)
        flash(f"{said} {web.code_name('stock_act', act.kind)} № {act.called}")
        return redirect(url_for("holdings.copy", item_id=item.id))

    form = _move_form(session, None)
    return web.handled(session, form, work, lambda form: _copy_page(session, item, form))


@holdings.post("/<id:item_id>/split")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def split_group(session: Session, item_id: int) -> ResponseReturnValue:
    """Give copies of a group numbers."""
    group = queries.item_by_id(session, item_id, lock=True)

    def work(data: SplitData) -> ResponseReturnValue:
        numbers = data.numbers.split()
        if not web.no_mistake(LooksAlike):
            check_unlike(session, numbers)
        items = entering.split_group(session, web.origin(), group, numbers)
        flash(gettext("Copies with numbers of their own: %(number)s.", number=len(items)))
        return redirect(url_for("catalogue.record", record_id=group.record_id))

    form = Form(SplitData, name="split")
    return web.handled(session, form, work, lambda form: _copy_page(session, group, form))


@holdings.post("/<id:item_id>/take-back")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def take_back(session: Session, item_id: int) -> ResponseReturnValue:
    """It was entered by mistake."""
    item = queries.item_by_id(session, item_id, lock=True)
    record_id = item.record_id
    entering.take_back(session, web.origin(), item)
    flash(gettext("The copy is out of stock again; its number is free."))
    return redirect(url_for("catalogue.record", record_id=record_id))
