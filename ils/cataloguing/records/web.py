"""The catalogue for staff: records with their copies, and labels.

The pages stand here and not in `catalog`, because they show copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Row
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import issues
from ils.catalog import queries as catalog
from ils.catalog.duplicates import find_duplicates
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.rules import describe
from ils.catalog.subjects import Classes, classes_of
from ils.catalog.wholes import described
from ils.cataloguing.pages import may_fill
from ils.codes.models import Code
from ils.digitization.documents.queries import of_record
from ils.errors import N_
from ils.holdings.items import queries
from ils.holdings.items.models import Item
from ils.marc.gost import entry
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.cells import ListCell
from ils.web.lists import Column, ListDefinition

catalogue = Blueprint("catalogue", __name__, url_prefix="/staff/catalog")

PARTS = 300


@catalogue.get("/shared-codes")
@web.page(Permission.EDIT_CATALOGUE)
def shared_codes(session: Session) -> ResponseReturnValue:
    """Codes that several copies or readers came with: work, until each has its own."""
    definition = ListDefinition(
        queries.disputed_codes(),
        (
            Column("code", N_("Code"), lambda row: row.Code.written, Code.folded),
            Column("kind", N_("Kind"), lambda row: web.code_name("code_kind", row.Code.kind),
                   Code.kind),
            Column("whose", N_("Whose"), _whose, link=_whose_page),
            Column("disputed", N_("Came second"),
                   lambda row: gettext("yes") if row.Code.disputed else "", Code.disputed),
        ),
        empty=N_("Every code belongs to one copy or reader."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Shared codes"))


def _whose(row: Row[Any]) -> str:
    return str(row.Item.record.title) if row.Item else gettext("a reader’s card")


def _whose_page(row: Row[Any]) -> str | None:
    if row.Item is not None:
        anchor = f"copy{row.Item.id}"
        return url_for("catalogue.record", record_id=row.Item.record_id, _anchor=anchor)
    reader = web.may(Permission.MANAGE_PATRONS) and row.Code.patron_id
    return url_for("patrons.patron", patron_id=row.Code.patron_id) if reader else None


@catalogue.get("/<id:record_id>")
@web.page(Permission.VIEW_CATALOGUE)
def record(session: Session, record_id: int) -> ResponseReturnValue:
    """One record: description, copies, MARC."""
    found = catalog.record(session, record_id)
    items = _items(found, names_of(session, web.language()))
    parts = issues.parts_of(session, found).order_by(BibliographicRecord.id.desc()).limit(PARTS + 1)
    within = session.scalars(parts).all()
    return web.respond(
        session,
        "catalog/record.html",
        {"items": items},
        title=found.title or N_("without a title"),
        record=found,
        marc=found.marc_record(),
        entry=entry(described(session, found)),
        editable=found.catalogue in may_fill(session) and web.may(Permission.EDIT_CATALOGUE),
        parts=_by_year(within[:PARTS]),
        more_parts=len(within) > PARTS,
        made=request.args.get("made", ""),
        digital=session.scalars(of_record(found.id)).all(),
        hidden=list(session.scalars(catalog.hidden_in(found).limit(PARTS))),
        doubles=find_duplicates(session, describe(found.marc_record(), _classes()), but=found.id)
        if found.active
        else [],
    )


def _by_year(
    parts: Sequence[BibliographicRecord],
) -> list[tuple[int | None, list[BibliographicRecord]]]:
    """Articles, issues or volumes by their years, the latest first; those of none last."""
    years: dict[int | None, list[BibliographicRecord]] = {}
    for part in sorted(parts, key=lambda one: one.id):
        years.setdefault(part.year, []).append(part)
    return sorted(years.items(), key=lambda one: -(one[0] or 0))


def _items(record: BibliographicRecord, branches: Mapping[int, tuple[str, str]]) -> ListDefinition:
    """The copies of a record."""
    return ListDefinition(
        queries.items_of(record),
        (
            Column("number", N_("Inventory number"), _number, Item.inventory_number,
                   lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("barcode", N_("Barcode"), lambda item: item.barcode, Item.barcode),
            Column("state", N_("State"), lambda item: web.code_name("status", item.status),
                   Item.status),
            Column("branch", N_("Branch"), lambda item: " → ".join(
                branches[n][1] for n in dict.fromkeys((item.owner_branch_id, item.branch_id)))),
            Column("place", N_("Place"), lambda item: item.location, Item.location),
            Column("label", N_("Label"), _labels),
        ),
        name="items",
        anchor=lambda item: f"copy{item.id}",
    )  # fmt: skip


def _number(item: Item) -> ListCell:
    group = f" × {item.copies}" if item.copies > 1 else ""
    note = ""
    if item.disputed_numbers:
        note = gettext("in the source %(n)s, as another copy has", n=item.disputed_numbers)
    return ListCell(f"{item.inventory_number or '—'}{group}", note)


def _labels(item: Item) -> ListCell:
    forms = ("png", "pdf") if item.number else ()
    links = [
        (form.upper(), url_for("holdings.item_label", item_id=item.id, form=form)) for form in forms
    ]
    return ListCell("", links=links)


def _classes() -> Classes:
    return classes_of(web.current().config.lists)
