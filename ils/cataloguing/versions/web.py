"""The history of a record: its versions, side by side, and back to one of them."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import comparison, queries
from ils.catalog.editing import actions
from ils.cataloguing.pages import cataloguing, check_catalogue, classes, may_fill, sheets
from ils.organisation.permissions import Permission


@cataloguing.get("/<id:record_id>/versions")
@web.page(Permission.EDIT_CATALOGUE)
def versions(session: Session, record_id: int) -> ResponseReturnValue:
    """All versions, and two of them side by side."""
    record = queries.record(session, record_id)
    new = web.argument_int("new") or record.revision
    old = web.argument_int("old") or max(1, new - 1)
    after = queries.version(session, record, new)
    known = queries.versions(session, record)
    numbers = {number for number, *_ in known}
    before = queries.version(session, record, old) if old in numbers else after
    return render_template(
        "catalog/versions.html",
        record=record,
        editable=record.catalogue in may_fill(session),
        versions=known,
        old=before,
        new=after,
        differences=comparison.compare(before.marc, after.marc),
    )


@cataloguing.post("/<id:record_id>/versions/<int:number>")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def restore(session: Session, record_id: int, number: int) -> ResponseReturnValue:
    """Make a version the present one."""
    record = queries.record(session, record_id, lock=True)
    for catalogue in {record.catalogue, queries.version(session, record, number).catalogue}:
        check_catalogue(session, catalogue or record.catalogue)
    actions.restore_version(
        session, web.origin(), record, number, classes=classes(), sheets=sheets()
    )
    return redirect(url_for("catalogue.record", record_id=record.id))
