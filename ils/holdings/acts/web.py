"""Acts of the stock: the list, an act, its steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_
from sqlalchemy.orm import Session

from ils import folding, web
from ils.errors import N_
from ils.holdings.acts import actions, execution, papers, queries, rules
from ils.holdings.acts.fields import ActData, ApprovalData, ItemsData, LineData
from ils.holdings.acts.models import AcceptanceLine, ActItem, ActKind, ActState, StockAct
from ils.holdings.acts.rules import UnknownStockAct
from ils.holdings.items.models import Item
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids, holdings, ratio, share
from ils.holdings.partners.queries import suggestions
from ils.ledger import AccessionSource
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.organisation.staff.queries import audit_of
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction, RowAction

_CODES = {ActKind.ACCEPTANCE: "accession_source", ActKind.WITHDRAWAL: "withdrawal_reason"}


@holdings.get("/acts")
@web.page(Permission.VIEW_CATALOGUE)
def acts(session: Session) -> ResponseReturnValue:
    """All acts."""
    names = names_of(session, web.language())
    query = queries.acts()
    for key, column in (("kind", StockAct.kind), ("state", StockAct.state)):
        if chosen := request.args.get(key):
            query = query.where(column == chosen)
    if words := request.args.get("q", "").strip():
        texts = (StockAct.partner, StockAct.document, StockAct.note, StockAct.basis)
        query = query.where(or_(*(folding.contains(text, words) for text in texts)))
    new = []
    if web.may(Permission.EDIT_HOLDINGS):
        new = [
            PageAction(_NEW[kind], url_for("holdings.new_act", kind=kind.value), main=not n)
            for n, kind in enumerate(ActKind)
        ]
    definition = ListDefinition(
        query,
        [
            Column("number", N_("№"), _numbered, StockAct.number,
                   lambda act: url_for("holdings.act", act_id=act.id)),
            Column("kind", N_("Act"), lambda act: web.code_name("stock_act", act.kind)),
            Column("day", N_("Day"), lambda act: act.day, StockAct.day),
            Column("state", N_("State"), lambda act: web.code_name("act_state", act.state),
                   StockAct.state),
            Column("about", N_("Source or reason"), _about),
            Column("partner", N_("From whom or to whom"),
                   lambda act: act.partner or names[act.branch_id][1], StockAct.partner),
            Column("document", N_("Accompanying document"), lambda act: act.document),
        ],
        filters=[
            Filter("q", N_("Search")),
            Filter("kind", N_("Act"), web.code_names("stock_act")),
            Filter("state", N_("State"), web.code_names("act_state")),
        ],
        empty=N_("No acts yet."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Acts of the stock"), actions=new)


def _numbered(act: StockAct) -> str:
    """Its number; a draft has none yet."""
    return act.called or web.code_name("act_state", act.state)


_NEW = {
    ActKind.ACCEPTANCE: N_("New act of acceptance"),
    ActKind.REDISTRIBUTION: N_("New act of redistribution"),
    ActKind.WITHDRAWAL: N_("New act of withdrawal"),
}


def _about(act: StockAct) -> str:
    codes = _CODES.get(ActKind(act.kind))
    return web.code_name(codes, act.source or act.reason or "") if codes else ""


@holdings.get("/acts/new/<kind>")
@web.page(Permission.EDIT_HOLDINGS)
def new_act(session: Session, kind: str) -> ResponseReturnValue:
    """The form of a new act."""
    values = {"branch": g.staff.branch.code, "source": "budget", "reason": "worn"}
    return _new_page(session, _kind(kind), _form(session, _kind(kind), values))


@holdings.post("/acts/new/<kind>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def draw_up(session: Session, kind: str) -> ResponseReturnValue:
    """Begin an act."""
    of = _kind(kind)

    def work(data: ActData) -> ResponseReturnValue:
        act = actions.draw_up(session, web.origin(), of, data, _branch(session, data))
        return redirect(url_for("holdings.act", act_id=act.id))

    form = _form(session, of, None)
    return web.handled(session, form, work, lambda form: _new_page(session, of, form))


def _kind(kind: str) -> ActKind:
    """The kind an address names.

    Raises:
        UnknownStockAct: there is none.
    """
    if kind not in set(ActKind):
        raise UnknownStockAct
    return ActKind(kind)


def _branch(session: Session, data: ActData) -> int:
    """The branch of an act: where copies go, or where it is drawn up."""
    own: int = g.staff.branch.id
    return branch_ids(session).get(data.branch, own)


def _form(
    session: Session, kind: ActKind, values: Mapping[str, object] | None, name: str = "f"
) -> Form[ActData]:
    codes = [code for code in AccessionSource if code is not AccessionSource.REDISTRIBUTION]
    sources = [(code.value, web.code_name("accession_source", code)) for code in codes]
    choices = {
        "branch": branch_choices(session), "source": sources, "partner": suggestions(session),
    }  # fmt: skip
    return Form(ActData, values, choices=choices, without=rules.WITHOUT[kind], name=name)


def _new_page(session: Session, kind: ActKind, form: Form[ActData]) -> ResponseReturnValue:
    title = _NEW[kind]
    return web.respond(session, "holdings/new_act.html", {}, title=title, form=form)


@holdings.get("/acts/<id:act_id>")
@web.page(Permission.VIEW_CATALOGUE)
def act(session: Session, act_id: int) -> ResponseReturnValue:
    """An act: what it says, its list, what can be done with it."""
    return act_page(session, queries.act_by_id(session, act_id))


def act_page(session: Session, act: StockAct, sent: Form[Any] | None = None) -> ResponseReturnValue:
    """The page of an act, with a form as it was sent."""
    names = names_of(session, web.language())
    kind, draft = ActKind(act.kind), act.state == ActState.DRAFT
    forms: dict[str, Form[Any]] = {}
    if draft:
        forms["about"] = _form(session, kind, _values(act, names), name="about")
        forms["line"] = Form(LineData, {"shares": f"{g.staff.branch.code} 1"}, name="line")
        forms["items"] = Form(ItemsData, {}, name="items")
    if act.state == ActState.FIXED:
        forms["approval"] = Form(ApprovalData, {}, name="approval")
    if sent is not None:
        forms[sent.name] = sent
    lines = kind == ActKind.ACCEPTANCE and draft
    list_ = _lines(act, names) if lines else _items(act, names)
    shown = {"listing": list_}
    turned = act.state == ActState.EXECUTED and act.reverses_id is None
    return web.respond(
        session, "holdings/act.html", shown,
        title=_titled(act), act=act, share=share, ratio=ratio,
        forms=forms, sum=queries.sum_of(session, act), shown_sum=shown_sum, about=_about(act),
        steps=rules.STEPS[act.kind], branches=names, takes_lines=lines, reversible=turned,
        mirror=queries.reversing(session, act),
        differs=act.state == ActState.EXECUTED and bool(papers.differing(session, act)),
        effects=_effects(session, act) if kind != ActKind.ACCEPTANCE and not turned else (),
        history=session.execute(audit_of(str(act.id), "stock_act.")).all(),
        error=sent.error if sent else None,
    )  # fmt: skip


def _titled(act: StockAct) -> str:
    name = web.code_name("stock_act", act.kind)
    return f"{name[0].upper()}{name[1:]} {act.called}".strip()


def _values(act: StockAct, names: Mapping[int, tuple[str, str]]) -> dict[str, object]:
    same = ("source", "reason", "partner", "document", "document_day", "basis", "commission",
            "disposal", "note")  # fmt: skip
    values: dict[str, object] = {name: getattr(act, name) for name in same}
    stated = act.document_sum
    values["document_sum"] = "" if stated is None else shown_sum(stated)
    return values | {"branch": names[act.branch_id][0]}


def _effects(session: Session, act: StockAct) -> list[queries.Effect]:
    if act.state not in {ActState.DRAFT, ActState.FIXED, ActState.APPROVED}:
        return []
    return queries.effects(session, act, web.today() - timedelta(days=365))


def _lines(act: StockAct, names: Mapping[int, tuple[str, str]]) -> ListDefinition:
    line = AcceptanceLine

    def address(row: AcceptanceLine) -> str:
        return url_for("holdings.remove_line", act_id=act.id, line_id=row.id)

    may = web.may(Permission.EDIT_HOLDINGS)
    remove = RowAction(N_("Remove"), address, lambda row: row.record.title, lambda _: {})
    return ListDefinition(
        queries.lines_of(act),
        [
            Column("record", N_("Record"),
                   lambda row: web.ListCell(row.record.title, note=row.record.authors), None,
                   lambda row: url_for("catalogue.record", record_id=row.record_id)),
            Column("branch", N_("Branch"), lambda row: names[row.branch_id][1], line.branch_id),
            Column("copies", N_("Copies"), lambda row: row.copies, line.copies),
            Column("price", N_("Price of a copy, ₸"), lambda row: _sum(row.price), line.price),
            Column("sum", N_("Sum, ₸"),
                   lambda row: _sum(None if row.price is None else row.price * row.copies)),
            Column("number", N_("First inventory number"), lambda row: row.number),
        ],
        row_actions=[remove] if may else [],
        empty=N_("No lines yet."),
    )  # fmt: skip


def _items(act: StockAct, names: Mapping[int, tuple[str, str]]) -> ListDefinition:
    def address(row: ActItem) -> str:
        return url_for("holdings.take_out", act_id=act.id, item_id=row.item_id)

    open_ = act.state == ActState.DRAFT and web.may(Permission.EDIT_HOLDINGS)
    remove = RowAction(N_("Remove"), address, lambda row: row.item.number, lambda _: {})
    return ListDefinition(
        queries.items_of_act(act),
        [
            Column("number", N_("Inventory number"), lambda row: row.item.number,
                   Item.inventory_number,
                   lambda row: url_for("holdings.copy", item_id=row.item_id)),
            Column("title", N_("Title"),
                   lambda row: web.ListCell(row.item.record.title, note=row.item.record.authors)),
            Column("branch", N_("Branch"),
                   lambda row: names[row.owner_before_id or row.item.owner_branch_id][1],
                   Item.owner_branch_id),
            Column("state", N_("State"), lambda row: web.code_name("status", row.item.status),
                   Item.status),
            Column("copies", N_("Copies"), lambda row: row.copies, ActItem.copies),
            Column("price", N_("Price of a copy, ₸"), lambda row: _sum(row.price), ActItem.price),
        ],
        row_actions=[remove] if open_ else [],
        empty=N_("No copies yet: scan them, or find them by what they have in common."),
    )  # fmt: skip


def _sum(tiyn: int | None) -> str:
    return "" if tiyn is None else shown_sum(tiyn)


@holdings.post("/acts/<id:act_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def describe(session: Session, act_id: int) -> ResponseReturnValue:
    """Change what a draft says."""
    act = queries.act_by_id(session, act_id, lock=True)

    def work(data: ActData) -> ResponseReturnValue:
        actions.describe(session, act, data, _branch(session, data))
        flash(gettext("Saved."))
        return redirect(url_for("holdings.act", act_id=act.id))

    form = _form(session, ActKind(act.kind), None, name="about")
    return web.handled(session, form, work, lambda form: act_page(session, act, form))


@holdings.post("/acts/<id:act_id>/fix")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def fix(session: Session, act_id: int) -> ResponseReturnValue:
    """Fix its list."""
    act = queries.act_by_id(session, act_id, lock=True)
    actions.fix(session, web.origin(), act)
    flash(gettext("The list is fixed; the copies are taken off the shelf."))
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.post("/acts/<id:act_id>/approve")
@web.page(Permission.APPROVE_ACTS, write=True)
def approve(session: Session, act_id: int) -> ResponseReturnValue:
    """Write down by which paper it is approved."""
    act = queries.act_by_id(session, act_id, lock=True)

    def work(data: ApprovalData) -> ResponseReturnValue:
        actions.approve(session, web.origin(), act, data.approval)
        return redirect(url_for("holdings.act", act_id=act.id))

    form = Form(ApprovalData, name="approval")
    return web.handled(session, form, work, lambda form: act_page(session, act, form))


@holdings.post("/acts/<id:act_id>/execute")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def execute(session: Session, act_id: int) -> ResponseReturnValue:
    """Do what it says."""
    act = queries.act_by_id(session, act_id, lock=True)
    execution.execute(session, web.origin(), act)
    flash(gettext("The act is executed: № %(number)s.", number=act.called))
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.post("/acts/<id:act_id>/cancel")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def cancel(session: Session, act_id: int) -> ResponseReturnValue:
    """Give it up; nothing was done by it."""
    act = queries.act_by_id(session, act_id, lock=True)
    actions.cancel(session, web.origin(), act)
    flash(gettext("The act is cancelled; its copies are where they were."))
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.post("/acts/<id:act_id>/reverse")
@web.page(Permission.APPROVE_ACTS, write=True)
def reverse(session: Session, act_id: int) -> ResponseReturnValue:
    """Turn it round by another act."""
    act = queries.act_by_id(session, act_id, lock=True)
    turning = execution.reverse(session, web.origin(), act)
    flash(gettext("The act is reversed by № %(number)s.", number=turning.called))
    return redirect(url_for("holdings.act", act_id=turning.id))
