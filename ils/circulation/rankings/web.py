"""Lists of what is lent most and of who borrows most."""

from __future__ import annotations

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.rankings import queries
from ils.errors import N_
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition

rankings = Blueprint("rankings", __name__, url_prefix="/staff/stats")


@rankings.get("/most-lent")
@web.page(Permission.VIEW_STATISTICS)
def most_lent(session: Session) -> ResponseReturnValue:
    """Titles by how often they were lent."""
    days = web.asked_days(of_year=True)
    definition = ListDefinition(
        queries.most_lent(days, _branches(session)),
        (
            Column("title", N_("Title"), lambda row: row[0].title,
                   link=lambda row: url_for("catalogue.record", record_id=row[0].id)),
            Column("authors", N_("Authors"), lambda row: row[0].authors),
            Column("year", N_("Year"), lambda row: str(row[0].year or "")),
            Column("times", N_("Loans with renewals"), lambda row: row[1]),
        ),
        filters=(*web.days_filters(days), *_branch_filter(session)),
        empty=N_("Nothing was lent in these days."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Lent most often"))


@rankings.get("/most-active")
@web.page(Permission.LIST_PATRONS)
def most_active(session: Session) -> ResponseReturnValue:
    """Readers by how much they borrowed; never to be published."""
    days, lists = web.asked_days(of_year=True), web.current().config.lists
    keeps = web.may(Permission.MANAGE_PATRONS)
    definition = ListDefinition(
        queries.most_active(days, _branches(session)),
        (
            Column("name", N_("Full name"), lambda row: row[0].name,
                   link=lambda row: url_for("patrons.patron", patron_id=row[0].id)
                   if keeps else None),
            Column("card", N_("Card"), lambda row: row[0].card),
            Column("category", N_("Category"),
                   lambda row: web.listed(lists.categories, row[0].category)),
            Column("times", N_("Loans with renewals"), lambda row: row[1]),
        ),
        filters=(*web.days_filters(days), *_branch_filter(session)),
        empty=N_("Nothing was lent in these days."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Most active readers"))


def _branches(session: Session) -> list[int]:
    """The branch the address names; a branch's staff see their own."""
    if not web.may(Permission.VIEW_STATISTICS_OF_ALL):
        return [g.staff.branch.id]
    code = request.args.get("branch")
    return [branch_queries.branch_by_code(session, code).id] if code else []


def _branch_filter(session: Session) -> tuple[Filter, ...]:
    names = branch_queries.names_of(session, web.language()).values()
    all_ = web.may(Permission.VIEW_STATISTICS_OF_ALL)
    return (Filter("branch", N_("Branch"), list(names)),) if all_ else ()
