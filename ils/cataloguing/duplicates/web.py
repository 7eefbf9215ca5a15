"""Keeping the catalogue: duplicates, merging, deleting; and printed lists of what was found."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import comparison
from ils.catalog import queries as catalog
from ils.catalog.duplicates import duplicate_pairs
from ils.catalog.editing import actions as editing
from ils.catalog.models import BibliographicRecord
from ils.catalog.subjects import Classes, classes_of
from ils.cataloguing.duplicates import actions
from ils.cataloguing.pages import check_catalogue, sheets
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.web.cells import ListCell
from ils.web.lists import Column, ListDefinition, RowAction

duplicate_pages = Blueprint("duplicates", __name__, url_prefix="/staff/catalog")


@duplicate_pages.get("/duplicates")
@web.page(Permission.EDIT_CATALOGUE)
def duplicates(session: Session) -> ResponseReturnValue:
    """Pairs of records that look like one document."""
    definition = ListDefinition(
        duplicate_pairs(),
        (
            Column("one", N_("Record"), lambda pair: _about(pair[0]),
                   link=lambda pair: url_for("catalogue.record", record_id=pair[0].id)),
            Column("other", N_("The same?"), lambda pair: _about(pair[1]),
                   link=lambda pair: url_for("catalogue.record", record_id=pair[1].id)),
        ),
        row_actions=(
            RowAction(N_("Compare and merge"), lambda pair: url_for(
                "duplicates.compare", kept=pair[0].id, dropped=pair[1].id),
                lambda pair: pair[0].title),
            RowAction(N_("They are different"), lambda _: url_for("duplicates.mark_distinct"),
                      lambda pair: pair[0].title,
                      sends=lambda pair: {"one": pair[0].id, "other": pair[1].id}),
        ),
        empty=N_("No two records look alike."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Suspected duplicates"))


def _about(record: BibliographicRecord) -> ListCell:
    catalogue = web.listed(web.current().config.lists.catalogues, record.catalogue)
    said = (record.authors, str(record.year or ""), record.isbn or "", catalogue)
    return ListCell(record.title or gettext("without a title"), note=" · ".join(filter(None, said)))


@duplicate_pages.post("/duplicates/different")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def mark_distinct(session: Session) -> ResponseReturnValue:
    """Two records are not one document: they leave the queue."""
    one, other = web.form_int("one") or 0, web.form_int("other") or 0
    for number in (one, other):
        catalog.record(session, number)
    actions.mark_distinct(session, web.origin(), one, other)
    return redirect(url_for("duplicates.duplicates"))


@duplicate_pages.get("/merge")
@web.page(Permission.EDIT_CATALOGUE)
def compare(session: Session) -> ResponseReturnValue:
    """Two records side by side: which to keep, which fields to take from the other."""
    kept = catalog.record(session, web.argument_int("kept") or 0)
    dropped = catalog.record(session, web.argument_int("dropped") or 0)
    mine, theirs = kept.marc_record(), dropped.marc_record()
    rows = []
    for tag in sorted({f.tag for f in (*mine.fields, *theirs.fields)}):
        left = [comparison.line(f) for f in mine.each(tag)]
        right = [(n, comparison.line(f)) for n, f in enumerate(theirs.fields) if f.tag == tag]
        rows.append((tag, left, [(n, line, line in left) for n, line in right]))
    return render_template(
        "catalog/merge.html", kept=kept, dropped=dropped, rows=rows, single=comparison.SINGLE
    )


@duplicate_pages.post("/merge")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def merge(session: Session) -> ResponseReturnValue:
    """Make them one."""
    kept, dropped = web.form_int("kept") or 0, web.form_int("dropped") or 0
    for number in (kept, dropped):
        check_catalogue(session, catalog.record(session, number).catalogue)
    taken = [
        int(n) for n in request.form.getlist("take") if n.isascii() and n.isdigit() and len(n) < 7
    ]
    actions.merge_records(
        session,
        web.origin(),
        kept_id=kept,
        dropped_id=dropped,
        taken=taken,
        classes=_classes(),
        sheets=sheets(),
    )
    return redirect(url_for("catalogue.record", record_id=kept))


@duplicate_pages.post("/<id:record_id>/take-apart")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def unmerge(session: Session, record_id: int) -> ResponseReturnValue:
    """Bring a merged record back with what was its own."""
    check_catalogue(session, catalog.record(session, record_id).catalogue)
    record = actions.unmerge(session, web.origin(), record_id, classes=_classes())
    return redirect(url_for("catalogue.record", record_id=record.id))


@duplicate_pages.post("/<id:record_id>/delete")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def delete(session: Session, record_id: int) -> ResponseReturnValue:
    """Hide a record without copies; its page stays, with a way back."""
    record = catalog.record(session, record_id, lock=True)
    check_catalogue(session, record.catalogue)
    actions.delete_record(session, web.origin(), record)
    return redirect(url_for("catalogue.record", record_id=record.id))


@duplicate_pages.post("/<id:record_id>/undelete")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def undelete(session: Session, record_id: int) -> ResponseReturnValue:
    """Bring a deleted record back."""
    record = catalog.record(session, record_id, lock=True)
    check_catalogue(session, record.catalogue)
    editing.undelete_record(session, web.origin(), record, sheets())
    return redirect(url_for("catalogue.record", record_id=record.id))


def _classes() -> Classes:
    return classes_of(web.current().config.lists)
