"""Pages about the use of the stock: unused copies, subject areas, what to describe next."""

from __future__ import annotations

from datetime import timedelta

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog.models import BibliographicRecord
from ils.clock import Period
from ils.errors import N_
from ils.holdings.acts.queries import CopySearch, copies_wanted
from ils.holdings.items.models import Item
from ils.holdings.pages import branch_choices, branch_ids, holdings, ratio, share
from ils.holdings.study import queries
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition

#: Years a copy lies still before it is called unused; years after which an edition is old.
UNUSED, OLD = 3, 10
YEAR = timedelta(days=365)


def _years(name: str, usual: int | None) -> int | None:
    number = web.whole(name, request.args.get(name, ""))
    return usual if number is None else min(number, 100)


@holdings.get("/unused")
@web.page(Permission.VIEW_CATALOGUE)
def unused(session: Session) -> ResponseReturnValue:
    """Copies nobody took for years, old editions, copies beyond what is needed."""
    names, lists = names_of(session, web.language()), web.current().config.lists
    years, old, today = _years("years", UNUSED), _years("old", None), web.today()
    search = CopySearch(
        branch_id=branch_ids(session).get(request.args.get("branch", "")),
        not_lent_since=today - YEAR * years if years else None,
        older_than=None if old is None else today.year - old,
        material=request.args.get("material", ""), subject_area=request.args.get("area", ""),
        spare=_years("spare", None) or None,
    )  # fmt: skip
    areas = [(code, one[web.language()]) for code, one in lists.subject_areas.items()]
    definition = ListDefinition(
        copies_wanted(search),
        [
            Column("number", N_("Inventory number"), lambda item: item.number,
                   Item.inventory_number, lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("title", N_("Title"),
                   lambda item: web.ListCell(item.record.title, note=item.record.authors),
                   BibliographicRecord.title),
            Column("year", N_("Year"), lambda item: str(item.record.year or ""),
                   BibliographicRecord.year),
            Column("area", N_("Subject area"),
                   lambda item: web.listed(lists.subject_areas, item.record.subject_area or "")),
            Column("branch", N_("Branch"), lambda item: names[item.owner_branch_id][1],
                   Item.owner_branch_id),
            Column("place", N_("Place"), lambda item: item.location, Item.location),
        ],
        filters=[
            Filter("years", N_("Not lent for years"), type="text",
                   value=request.args.get("years", str(UNUSED)), always=True),
            Filter("old", N_("Published so many years ago or more"), type="text"),
            Filter("spare", N_("Copies of a title beyond"), type="text"),
            Filter("branch", N_("Branch"), branch_choices(session)),
            Filter("area", N_("Subject area"), areas),
            Filter("material", N_("Material"), web.code_names("material")),
        ],
        empty=N_("Nothing lies unused."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Unused copies"))


@holdings.get("/study")
@web.page(Permission.VIEW_CATALOGUE)
def study(session: Session) -> ResponseReturnValue:
    """What each subject area has and how it is used."""
    today = web.today()
    branch_id = branch_ids(session).get(request.args.get("branch", ""))
    days = Period(today - YEAR, today + timedelta(days=1))
    rows = queries.use_by_area(session, days, today.year - OLD, branch_id)
    return web.respond(
        session, "holdings/study.html", {}, title=N_("Use of the stock"), rows=rows,
        branches=branch_choices(session), share=share, ratio=ratio, days=days, old=OLD,
    )  # fmt: skip


@holdings.get("/undescribed")
@web.page(Permission.EDIT_CATALOGUE)
def undescribed(session: Session) -> ResponseReturnValue:
    """What readers borrow and nobody described: what to catalogue next."""
    record = BibliographicRecord
    definition = ListDefinition(
        queries.lent_undescribed(),
        [
            Column("title", N_("Title"),
                   lambda row: web.ListCell(row[0].title, note=row[0].authors), record.title,
                   lambda row: url_for("catalogue.record", record_id=row[0].id)),
            Column("lent", N_("Loans"), lambda row: row[1]),
            Column("made", N_("In stock since"), lambda row: row[0].created_at, record.created_at),
        ],
        empty=N_("Everything is described."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Lent and not described"))
