"""The catalogue for staff: records with their copies, and labels.

The pages stand here and not in `catalog`, because they show copies.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.records.rules import describe
from ils.catalog.subjects import Classes, classes_of
from ils.cataloguing.pages import may_fill
from ils.documents import barcodes
from ils.holdings.items import queries
from ils.marc.gost import entry
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import printed

catalogue = Blueprint("catalogue", __name__, url_prefix="/staff/catalog")

PARTS = 50


@catalogue.get("/")
@web.page(Permission.VIEW_CATALOGUE)
def records(session: Session) -> ResponseReturnValue:
    """The list and the plain search."""
    text, code = request.args.get("q", ""), request.args.get("catalogue", "")
    page = web.paged(session, queries.search(text, code or None))
    return render_template("catalog/records.html", page=page, text=text, catalogue=code)


@catalogue.get("/<id:record_id>")
@web.page(Permission.VIEW_CATALOGUE)
def record(session: Session, record_id: int) -> ResponseReturnValue:
    """One record: description, copies, MARC."""
    found = catalog.record(session, record_id)
    return render_template(
        "catalog/record.html",
        record=found,
        marc=found.marc_record(),
        entry=entry(found.marc_record()),
        editable=found.catalogue in may_fill(session) and web.may(Permission.EDIT_CATALOGUE),
        items=web.paged(session, queries.items_of(found)),
        branches=names_of(session, web.language()),
        parts=list(session.scalars(catalog.parts(found).limit(PARTS + 1))),
        hidden=list(session.scalars(catalog.hidden_in(found).limit(PARTS))),
        doubles=catalog.find_duplicates(
            session, describe(found.marc_record(), _classes()), but=found.id
        )
        if found.active
        else [],
    )


@catalogue.get("/label/<id:item_id>.<any(png, pdf):form>")
@web.page(Permission.PRINT_LABELS)
def label(session: Session, item_id: int, form: str) -> ResponseReturnValue:
    """The label of a copy."""
    item = queries.item_by_id(session, item_id)
    if not item.number:
        raise queries.UnknownItem
    branches = names_of(session, web.language())
    sheet = barcodes.label(
        item.barcode or item.number,
        branches[item.owner_branch_id][1],
        item.shelf_mark or item.number,
        item.record.title,
    )
    return printed(sheet, form)


def _classes() -> Classes:
    return classes_of(web.current().config.lists)
