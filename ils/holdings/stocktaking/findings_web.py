"""What comes of a check: questions answered with a key, the list of what is missing, its act."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.items.models import Item
from ils.holdings.pages import holdings
from ils.holdings.stocktaking import findings, queries
from ils.holdings.stocktaking.models import ScanOutcome, StocktakeScan
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition, RowAction


@holdings.get("/checks/<id:stocktake_id>/questions")
@web.page(Permission.COUNT_STOCK)
def stocktake_questions(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """Scans that leave a question."""
    one = queries.stocktake_by_id(session, stocktake_id)
    query = queries.scans_to_settle(one)
    outcomes = [code for code in web.code_names("scan_outcome") if code[0] in set(_ASKED)]
    if (chosen := request.args.get("outcome", "")) in set(_ASKED):
        query = query.where(StocktakeScan.outcome == chosen)

    def action(label: str, answer: str, shown: Any) -> RowAction:
        return RowAction(
            label,
            lambda row: url_for("holdings.settle_scan", stocktake_id=one.id, scan_id=row[0].id),
            lambda row: row[0].code,
            lambda _: {"answer": answer},
            shown,
        )

    may = web.may(Permission.EDIT_HOLDINGS)
    definition = ListDefinition(
        query,
        [
            Column("code", N_("Code"), lambda row: row[0].code, StocktakeScan.code,
                   lambda row: row[1] and url_for("holdings.copy", item_id=row[1].id)),
            Column("title", N_("Title"), lambda row: row[1].record.title if row[1] else ""),
            Column("outcome", N_("What it is"),
                   lambda row: web.code_name("scan_outcome", row[0].outcome)),
            Column("place", N_("Place"), lambda row: row[1].location if row[1] else ""),
            Column("scanned", N_("Scanned at"), lambda row: row[2] or ""),
            Column("at", N_("When"), lambda row: row[0].at, StocktakeScan.id),
        ],
        filters=[Filter("outcome", N_("What it is"), outcomes)],
        row_actions=[
            action(N_("Put back"), "back", lambda row: row[0].outcome == ScanOutcome.ELSEWHERE),
            action(N_("It belongs here"), "here", lambda row: (
                row[0].outcome == ScanOutcome.ELSEWHERE and row[2] is not None)),
            action(N_("Found again"), "found", lambda row: row[0].outcome == ScanOutcome.FOUND),
            action(N_("Settled"), "done", lambda row: row[0].outcome in (
                ScanOutcome.UNKNOWN, ScanOutcome.ON_LOAN)),
        ] if may else [],
        empty=N_("No questions."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Questions of the check"))


_ASKED = (ScanOutcome.ELSEWHERE, ScanOutcome.FOUND, ScanOutcome.UNKNOWN, ScanOutcome.ON_LOAN)


@holdings.post("/checks/<id:stocktake_id>/questions/<id:scan_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def settle_scan(session: Session, stocktake_id: int, scan_id: int) -> ResponseReturnValue:
    """Answer one."""
    one = queries.stocktake_by_id(session, stocktake_id)
    scan = session.get(StocktakeScan, scan_id, with_for_update=True)
    if scan is None or scan.stocktake_id != one.id:
        raise findings.NothingToSettle
    answer = request.form.get("answer", "")
    findings.settle(session, web.origin(), scan, keep_place=answer == "here")
    return redirect(url_for("holdings.stocktake_questions", stocktake_id=one.id))


@holdings.get("/checks/<id:stocktake_id>/missing")
@web.page(Permission.COUNT_STOCK)
def stocktake_missing(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """The list to search by: what nobody found, in the order of the shelves."""
    one = queries.stocktake_by_id(session, stocktake_id)
    definition = ListDefinition(
        queries.missing_items(one),
        [
            Column("number", N_("Inventory number"), lambda item: item.number,
                   Item.inventory_number, lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("title", N_("Title"),
                   lambda item: web.ListCell(item.record.title, note=item.record.authors)),
            Column("place", N_("Place"), lambda item: item.location, Item.location),
            Column("mark", N_("Shelf mark"), lambda item: item.shelf_mark, Item.shelf_mark),
            Column("state", N_("State"), lambda item: web.code_name("status", item.status)),
        ],
        empty=N_("Nothing is missing."),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Missing copies"), template="holdings/missing.html",
        stocktake=one,
    )  # fmt: skip


@holdings.post("/checks/<id:stocktake_id>/missing")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def act_of_missing(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """Mark them as missing, and draw up an act of withdrawal of them."""
    one = queries.stocktake_by_id(session, stocktake_id, lock=True)
    act = findings.act_of_missing(session, web.origin(), one)
    flash(gettext("The copies are marked as missing; this is the act of their withdrawal."))
    return redirect(url_for("holdings.act", act_id=act.id))
