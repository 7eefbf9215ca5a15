"""Pages of sets: the volumes of one, and what branches lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.acquisition.pages import acquisition
from ils.acquisition.sets import actions, queries, rules
from ils.acquisition.sets.actions import VolumesData
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.errors import N_
from ils.holdings.pages import branch_choices, branch_ids
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition


@acquisition.get("/missing-volumes")
@web.page(Permission.VIEW_CATALOGUE)
def missing_volumes(session: Session) -> ResponseReturnValue:
    """What branches lack of the sets they have begun."""
    names, ordered = names_of(session, web.language()), dict[tuple[int, str], str]()

    def with_orders(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        ordered.update(queries.on_order(session, {row[0].id for row in rows}))
        return rows

    definition = ListDefinition(
        queries.missing(branch_ids(session).get(request.args.get("branch", ""))),
        [
            Column("title", N_("Title"),
                   lambda row: web.ListCell(row[0].title, note=row[0].authors),
                   BibliographicRecord.title,
                   lambda row: url_for("acquisition.set_volumes", record_id=row[0].id)),
            Column("branch", N_("Branch"), lambda row: names[row[1]][1]),
            Column("volume", N_("Volume"), lambda row: row[2]),
            Column("order", N_("Order"), lambda row: ordered.get((row[0].id, row[2]), "")),
        ],
        filters=[Filter("branch", N_("Branch"), branch_choices(session))],
        empty=N_("No set lacks a volume."),
        enrich=with_orders,
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Missing volumes"))


@acquisition.get("/sets/<id:record_id>")
@web.page(Permission.VIEW_CATALOGUE)
def set_volumes(session: Session, record_id: int) -> ResponseReturnValue:
    """The volumes of a set, branch by branch."""
    record = catalog.active_record(session, record_id)
    return _page(session, record)


def _page(
    session: Session, record: BibliographicRecord, sent: Form[VolumesData] | None = None
) -> ResponseReturnValue:
    numbers = [one.number for one in session.scalars(queries.volumes_of(record.id))]
    held = queries.held(session, record.id, numbers)
    lacked = {
        one.branch_id: rules.written([n for n in numbers if n not in one.volumes]) for one in held
    }
    return web.respond(
        session, "acquisition/set.html", {}, title=N_("Volumes of the set"), record=record,
        numbers=numbers, held=held, lacked=lacked, written=rules.written,
        branches=names_of(session, web.language()),
        form=sent or Form(VolumesData, {"volumes": rules.written(numbers)}),
    )  # fmt: skip


@acquisition.post("/sets/<id:record_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def note_volumes(session: Session, record_id: int) -> ResponseReturnValue:
    """Note which volumes the set has."""
    record = catalog.active_record(session, record_id)

    def work(data: VolumesData) -> ResponseReturnValue:
        actions.note_volumes(session, web.origin(), record, data)
        flash(gettext("Saved."))
        return redirect(url_for("acquisition.set_volumes", record_id=record.id))

    form = Form(VolumesData)
    return web.handled(session, form, work, lambda form: _page(session, record, form))
