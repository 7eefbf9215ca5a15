"""Movements of the stock on screen, and as a file for 1С."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.accounting import queries
from ils.holdings.accounting.queries import FORMS
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.ledger import Entry
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.lists import (
    EXPORT_ROWS,
    Column,
    Filter,
    ListDefinition,
    PageAction,
    TooLongForFile,
    number_of_rows,
)


@holdings.get("/movements")
@web.page(Permission.VIEW_CATALOGUE)
def movements(session: Session) -> ResponseReturnValue:
    """What came, moved and went in the days asked for."""
    days = web.asked_days(of_year=True)
    names = names_of(session, web.language())
    branch_id = branch_ids(session).get(request.args.get("branch", ""))

    def owner(row: queries.Movement) -> str:
        return names[row[0].owner_branch_id][1] if row[0].owner_branch_id else ""

    definition = ListDefinition(
        queries.movements(days, branch_id),
        [
            Column("day", N_("Day"), lambda row: row[0].posted, Entry.posted),
            Column("kind", N_("What it is"), lambda row: web.code_name("kind", row[0].kind)),
            Column("act", N_("Act"), lambda row: row[2].called if row[2] else "", None,
                   lambda row: url_for("holdings.act", act_id=row[2].id) if row[2] else None),
            Column("number", N_("Inventory number"),
                   lambda row: row[1].inventory_number if row[1] else ""),
            Column("title", N_("Title"), lambda row: row[3].title if row[3] else ""),
            Column("copies", N_("Copies"), lambda row: row[0].count, Entry.count),
            Column("sum", N_("Sum, ₸"), lambda row: _sum(row[0].amount), Entry.amount),
            Column("branch", N_("Branch"), owner),
        ],
        filters=[*web.days_filters(days), Filter("branch", N_("Branch"), branch_choices(session))],
    )  # fmt: skip
    asked: dict[str, Any] = request.args.to_dict()
    files = [
        PageAction(form.upper(), url_for("holdings.movements_file", form=form, **asked))
        for form in FORMS
    ]
    title = N_("Movements for the accountant")
    return web.list_page(session, definition, title=title, actions=files)


def _sum(tiyn: int | None) -> str:
    return "" if tiyn is None else shown_sum(tiyn)


@holdings.get("/movements.<any(xlsx,csv,xml):form>")
@web.page(Permission.VIEW_CATALOGUE)
def movements_file(session: Session, form: str) -> ResponseReturnValue:
    """Movements as a file, with the columns that are documented."""
    days, names = web.asked_days(of_year=True), names_of(session, "ru")
    query = queries.movements(days, branch_ids(session).get(request.args.get("branch", "")))
    count = number_of_rows(session, query)
    if count > EXPORT_ROWS:
        raise TooLongForFile(count=count, most=EXPORT_ROWS)
    rows = [queries.as_row(row, names) for row in session.execute(query)]
    mimetype, write = FORMS[form]
    return download(write(rows), f"movements-{days.start}-{days.last}.{form}", mimetype)
